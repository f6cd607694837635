/** Several processes over one store: none waits for a turn of a flow that another process has ended. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { edge, flinksConnection, page, rightAnswers, setup } from './setup.mjs'

/** One process waits for the reply to a start, and another one has cancelled its flow. */
async function withHangingStart(t) {
  let starts = 0
  let reply
  const hangs = new Promise((resolve) => (reply = resolve))
  const env = setup(t, {
    connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }),
    fetch: (fetch) => async (url, init) => {
      if (url.endsWith('/Authorize') && ++starts === 1) await hangs
      return fetch(url, init)
    },
  })
  const [one, other] = [env.page(), page(edge(env.config))]
  const state = await one.start('c_1')
  await until(() => starts === 1, 'the start is sent')
  assert.equal((await other.cancel(state)).step.failure.code, 'cancelled')
  t.after(() => reply())
  return { env, one, other, state, reply }
}

test('a start does not wait for the turn of a flow that another process has cancelled', async (t) => {
  const { env, one, state, reply } = await withHangingStart(t)
  const next = await one.settled(await one.start('c_1'))
  assert.notEqual(next.flow, state.flow)
  assert.equal(next.step.kind, 'challenge')
  reply()
  await until(() => env.bank.counts().liveStarts === 2, 'the first start reaches the bank')
  assert.deepEqual(await one.getState(next), next)
})

test('a start does not wait for the turn of the flow before the last one', async (t) => {
  const { one, other, reply } = await withHangingStart(t)
  await other.cancel(await other.settled(await other.start('c_1')))
  const next = await one.settled(await one.start('c_1'))
  assert.equal(next.step.kind, 'challenge')
  reply()
})

test('an answer does not wait for the turn of a flow that another process has cancelled', async (t) => {
  const { env, one, other } = await withHangingStart(t)
  const next = await other.settled(await other.start('c_1'))
  const answered = await one.answer(next, 1, rightAnswers(env)(next.step.round))
  assert.equal((await one.settled(answered)).step.kind, 'done')
  assert.equal(env.bank.counts().answers, 1)
})

test('a start whose first write takes long goes on when the turn of a cancelled flow ends', async (t) => {
  const { env, one, state, reply } = await withHangingStart(t)
  const { read, write } = env.store
  let [reads, writes] = [0, 0]
  let store
  env.store.read = (...args) => (reads++, read(...args))
  // The counter of starts is written first, then the record of the flow.
  env.store.write = async (...args) => {
    if (++writes === 2) await new Promise((resolve) => (store = resolve))
    return write(...args)
  }
  const started = one.start('c_1')
  await until(() => store, 'the start writes')
  reads = 0
  reply()
  // The turn of the cancelled flow sees that it has lost, and the start that nothing has changed.
  await until(() => reads === 3, 'the start waits again')
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  store()
  const next = await one.settled(await started)
  assert.notEqual(next.flow, state.flow)
  assert.deepEqual([next.step.kind, env.bank.counts().tokensMinted], ['challenge', 2])
})
