/** Cancelling, in each state: the flow ends at once, and what was sent is not taken back. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, LIVE, MINUTE, NOON, bench, ending, person, settled, until } from './bench.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Montreal' }

/** A flow at each state, and what to do when it is cancelled there: later, where a submission is on its way. */
const states = {
  'a cached start': [(stage) => stage.start(CACHED(person('Greatday')), { fetch: never }), 'start-over'],
  'a live start': [(stage) => stage.start(LIVE(person('Greatday')), { fetch: never }), 'retry-later'],
  'a wait for a poll': [
    async (stage) => {
      const flow = stage.start(CACHED(person('slow_pending')), { clock: { now: () => NOON, wait: never } })
      while (!flow.current.until) await settled()
      return flow
    },
    'start-over',
  ],
  'a poll': [
    async (stage) => {
      const fetch = (url, init) => (init.body.includes('"RequestId"') ? never() : stage.wire.fetch(url, init))
      const flow = stage.start(CACHED(person('slow_pending')), { fetch })
      while (flow.current.stage !== 'poll' || flow.current.until) await settled()
      return flow
    },
    'start-over',
  ],
  'a challenge': [
    async (stage) => {
      const flow = stage.start(LIVE(person('Greatday')))
      await until(flow, 'challenge')
      return flow
    },
    'start-over',
  ],
  'an answer': [
    async (stage) => {
      const fetch = (url, init) => (init.body.includes('SecurityResponses') ? never() : stage.wire.fetch(url, init))
      const flow = stage.start(LIVE(person('Greatday')), { fetch })
      await (await until(flow, 'challenge')).answer(city)
      return flow
    },
    'retry-later',
  ],
}

for (const [name, [reach, next]] of Object.entries(states)) {
  test(`cancelled in ${name}, a flow ends in cancelled at once and sends no more`, async (t) => {
    const stage = bench(t)
    const flow = await reach(stage)
    await settled()
    const { requests } = stage.bank.counts()
    let changes = 0
    flow.subscribe(() => (changes += 1))

    flow.cancel()
    const ended = flow.current
    assert.deepEqual([ended.failure.code, ended.failure.next, changes], ['cancelled', next, 1])
    assert.equal(ended.failure.retryAt, next === 'retry-later' ? stage.bank.clock.now() + 8 * MINUTE : null)
    assert.equal(await ending(flow), 'cancelled')

    flow.cancel()
    stage.bank.clock.advance(60 * MINUTE)
    await settled()
    assert.deepEqual([flow.current, changes], [ended, 1])
    assert.equal(stage.bank.counts().requests, requests)
  })
}

test('cancelling aborts the call that is under way', async (t) => {
  let given
  const fetch = (_, { signal }) => {
    given = signal
    return never()
  }
  const flow = bench(t).start(LIVE(person('Greatday')), { fetch })
  await settled()
  assert.equal(given.aborted, false)
  flow.cancel()
  assert.equal(given.aborted, true)
})

test('a reply that comes after the flow was cancelled changes nothing', async (t) => {
  const stage = bench(t)
  let reply
  const fetch = (url, init) =>
    new Promise((resolve) => (reply = async () => resolve(await stage.bank.fetch(url, { ...init, signal: undefined }))))
  const flow = stage.start(LIVE(person('Greatday')), { fetch })
  await settled()
  flow.cancel()
  const ended = flow.current
  await reply()
  await settled()
  assert.equal(flow.current, ended)
})

test('cancelling after the end changes nothing', async (t) => {
  const flow = bench(t).start(CACHED(person('Greatday')))
  await flow.result()
  const ended = flow.current
  flow.cancel()
  assert.equal(flow.current, ended)
})
