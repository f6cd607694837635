/** The address of the iframe, whose token an edge requests. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, edge, flinksConnection, page as pageOf, setup } from './setup.mjs'

test('an address that could not be made is requested again a minute later, and not before', async (t) => {
  let fails = false
  let requested = 0
  const fetch = (next) => async (url, init) => {
    if (!url.endsWith('/GenerateAuthorizeToken')) return next(url, init)
    requested += 1
    return fails ? new Response(null, { status: 500 }) : next(url, init)
  }
  const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'connect') })
  const { bank, config, handle, page, reported, store } = setup(t, { connections, fetch })
  fails = true
  const ann = page()
  const state = await ann.settled(await ann.start('c_1'))
  assert.deepEqual([state.step.kind, state.step.address, requested, reported.errors.length], ['connect', null, 1, 1])
  for (const wait of [0, MINUTE - 1]) {
    bank.clock.advance(wait)
    await handle.sweep()
    assert.equal((await ann.getState(state)).step.address, null)
    assert.equal(requested, 1)
  }
  fails = false
  bank.clock.advance(1)
  await Promise.all([handle.sweep(), edge(config).sweep()])
  const { step } = await ann.getState(state)
  assert.match(step.address, /authorizeToken=/)
  assert.equal(requested, 2)
  assert.equal(reported.errors.length, 1, 'a server that comes second is no error')
  const { version } = await store.read(state.flow.split('.')[0])
  bank.clock.advance(10 * MINUTE)
  await handle.sweep()
  assert.equal((await store.read(state.flow.split('.')[0])).version, version, 'an open iframe has no turns')
})

test('pages at two servers whose token was refused get one fresh address, and see the step of before until then', async (t) => {
  let reply
  const slowly = (next) => async (url, init) => {
    const replied = await next(url, init)
    if (isSlow) await new Promise((resolve) => (reply = resolve))
    return replied
  }
  let isSlow = true
  const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'connect') })
  const env = setup(t, { connections, fetch: slowly })
  const [one, other] = [env.page(), pageOf(edge(env.config))]
  const started = await one.start('c_1')
  await until(() => reply, 'the first token is requested')
  assert.deepEqual(await one.getState(started), started)
  isSlow = false
  reply()
  reply = undefined
  const state = await one.settled(started)
  isSlow = true
  const message = { kind: 'token-refused', address: state.step.address }
  const reopened = [one.message(state, message)]
  await until(() => reply, 'another token is requested')
  assert.deepEqual(await other.getState(state), state)
  const waits = env.nextWait()
  reopened.push(other.message(state, message))
  await waits
  isSlow = false
  reply()
  const [first, second] = await Promise.all(reopened)
  assert.deepEqual(first, second)
  assert.notEqual(first.step.address, state.step.address)
  assert.equal(env.bank.counts().tokensMinted, 2)
})
