/** Cancelling in each state: the flow ends at once and sends nothing more. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, LIVE, MINUTE, NOON, ending, person, setup, until, untilPollWait, untilStep } from './setup.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Montreal' }

/** How to reach each state, and the next action after cancelling there: retry-later if a submission is under way. */
const states = {
  'a cached start': [(env) => env.start(CACHED(person('Greatday')), { fetch: never }), 'start-over'],
  'a live start': [(env) => env.start(LIVE(person('Greatday')), { fetch: never }), 'retry-later'],
  'a wait for a poll': [
    async (env) => {
      const flow = env.start(CACHED(person('slow_pending')), { clock: { now: () => NOON, wait: never } })
      await untilPollWait(flow)
      return flow
    },
    'start-over',
  ],
  'a poll': [
    async (env) => {
      const fetch = (url, init) => (init.body.includes('"RequestId"') ? never() : env.wire.fetch(url, init))
      const flow = env.start(CACHED(person('slow_pending')), { fetch })
      await until(() => flow.current.stage === 'poll' && !flow.current.until, 'the flow polls')
      return flow
    },
    'start-over',
  ],
  'a challenge': [
    async (env) => {
      const flow = env.start(LIVE(person('Greatday')))
      await untilStep(flow, 'challenge')
      return flow
    },
    'start-over',
  ],
  'an answer': [
    async (env) => {
      const fetch = (url, init) => (init.body.includes('SecurityResponses') ? never() : env.wire.fetch(url, init))
      const flow = env.start(LIVE(person('Greatday')), { fetch })
      await (await untilStep(flow, 'challenge')).answer(city)
      return flow
    },
    'retry-later',
  ],
}

for (const [name, [reach, next]] of Object.entries(states)) {
  test(`a flow cancelled in ${name} ends in cancelled at once and sends nothing more`, async (t) => {
    const env = setup(t)
    const flow = await reach(env)
    await env.callsMeanwhile()
    let changes = 0
    flow.subscribe(() => (changes += 1))

    flow.cancel()
    const ended = flow.current
    assert.deepEqual([ended.failure.code, ended.failure.next, changes], ['cancelled', next, 1])
    assert.equal(ended.failure.retryAt, next === 'retry-later' ? env.bank.clock.now() + 8 * MINUTE : null)
    assert.equal(await ending(flow), 'cancelled')

    flow.cancel()
    env.bank.clock.advance(60 * MINUTE)
    assert.deepEqual(await env.callsMeanwhile(), [])
    assert.deepEqual([flow.current, changes], [ended, 1])
  })
}

test('cancelling aborts the running call', async (t) => {
  let given
  const fetch = (_, { signal }) => {
    given = signal
    return never()
  }
  const flow = setup(t).start(LIVE(person('Greatday')), { fetch })
  await until(() => given, 'the call is made')
  assert.equal(given.aborted, false)
  flow.cancel()
  assert.equal(given.aborted, true)
})

test('a reply after cancelling changes nothing', async (t) => {
  const env = setup(t)
  let reply
  const fetch = (url, init) =>
    new Promise((resolve) => (reply = async () => resolve(await env.bank.fetch(url, { ...init, signal: undefined }))))
  const flow = env.start(LIVE(person('Greatday')), { fetch })
  await until(() => reply, 'the call is made')
  flow.cancel()
  const ended = flow.current
  await reply()
  assert.deepEqual(await env.callsMeanwhile(), [])
  assert.equal(flow.current, ended)
})

test('cancelling after the end changes nothing', async (t) => {
  const flow = setup(t).start(CACHED(person('Greatday')))
  await flow.result()
  const ended = flow.current
  flow.cancel()
  assert.equal(flow.current, ended)
})
