/** What a store of the company's own returns by mistake: `onError` gets an error that names the function of the store. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { TWO_USERS, setup } from './setup.mjs'

test('a store that keeps nothing gets one call to the vendor for a start, however long its reads take', async (t) => {
  for (let hops = 0; hops < 12; hops++) {
    const env = setup(t, { connections: TWO_USERS })
    const { read } = env.store
    env.store.read = async (id) => {
      for (let hop = 0; hop < hops; hop++) await null
      return read(id)
    }
    let writes = 0
    env.store.write = async () => ++writes < 20 || Promise.reject(new Error('the start does not end'))
    assert.equal((await env.page().start('c_1')).status, 503)
    assert.equal(env.bank.counts().liveStarts, 1, `${hops} hops`)
  }
})
