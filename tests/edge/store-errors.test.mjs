/** What a store of the company's own returns by mistake: `onError` gets an error that names the function of the store. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { TWO_USERS, atChallenge, setup } from './setup.mjs'

/** What `read` returns by mistake in place of a record. */
const MISREADS = {
  undefined: () => undefined,
  'the sealed text alone': ({ sealed }) => sealed,
  'a list of rows': (row) => [row],
  'a version as text': (row) => ({ ...row, version: String(row.version) }),
  'a version as a BigInt': (row) => ({ ...row, version: BigInt(row.version) }),
  'no version': ({ sealed }) => ({ sealed }),
  'a fractional version': (row) => ({ ...row, version: row.version + 0.5 }),
  'a version of 0': (row) => ({ ...row, version: 0 }),
  'a negative version': (row) => ({ ...row, version: -1 }),
  'bytes in place of the sealed text': ({ sealed, version }) => ({ sealed: Buffer.from(sealed), version }),
  'no sealed text': ({ version }) => ({ version }),
}

/** Asserts that the last call was refused and reported, each error with this message. */
function assertReported({ reported }, refused, message) {
  assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  const errors = reported.errors.splice(0)
  assert.ok(errors.length > 0 && errors.every((error) => error instanceof TypeError))
  for (const error of errors) assert.match(error.message, message)
}

for (const [what, misread] of Object.entries(MISREADS)) {
  test(`a store whose read returns ${what} is reported, and the call is refused`, async (t) => {
    const { env, page, state } = await atChallenge(t)
    const { read, write } = env.store
    const message = /^store\.read must return null, or .+ version, a positive whole number \(and no string/
    env.store.read = async (id) => misread(await read(id))
    assertReported(env, await page.getState(state), message)

    // A write that has lost is followed by a read that finds out why.
    let reads = 0
    env.store.read = async (id) => (++reads === 1 ? read(id) : misread(await read(id)))
    env.store.write = async () => false
    assertReported(env, await page.start('c_1'), message)
    assert.equal(reads, 2)

    Object.assign(env.store, { read, write })
    assert.equal((await page.getState(state)).step.kind, 'challenge', 'the flow has not changed')
  })
}

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

for (const [what, found] of Object.entries({
  'a list of rows': [{ id: 'a' }],
  undefined: undefined,
  null: null,
  'a text': 'a',
  'a result of a query': { rows: ['a'] },
  'a list with a number': ['a', 7],
})) {
  test(`a store whose due returns ${what} is reported, and the sweep ends`, async (t) => {
    const { store, handle, reported } = setup(t)
    let calls = 0
    store.due = async () => {
      assert.ok(++calls < 10, 'the sweep does not end')
      return structuredClone(found)
    }
    await handle.sweep()
    assert.deepEqual(
      reported.errors.map(({ name, message }) => [name, message]),
      [['TypeError', 'store.due must return a list of ids, each a string']],
    )
  })
}

test('a sweep ends and deletes expired records, even if the store finds 200 new ids each time', async (t) => {
  const { store, handle, reported } = setup(t)
  let calls = 0
  let running = 0
  let purges = 0
  store.due = async () => {
    assert.ok(++calls < 200, 'the sweep does not end')
    return Array.from({ length: 200 }, (_, at) => `${calls} ${at}`)
  }
  store.read = async () => {
    assert.ok(++running <= 100, 'a sweep continues at most 100 flows at once')
    await null
    running -= 1
    return null
  }
  store.purge = async () => void (purges += 1)
  await handle.sweep()
  assert.deepEqual([reported.errors, purges], [[], 1])
})
