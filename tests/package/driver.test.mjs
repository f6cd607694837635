/** Reading a flow's steps by iterating, by `current` and by subscribing; and answers, which are sent once. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  Flow,
  FlowError,
  LIVE,
  MINUTE,
  ending,
  nextTurn,
  person,
  purpose,
  runToEnd,
  setup,
  until,
  untilPollWait,
  untilStep,
} from './setup.mjs'

const start = (t, username = 'Greatday', params = LIVE, more = {}) => {
  const env = setup(t)
  return Object.assign(env, { flow: env.start(params(person(username)), more) })
}
const city = { '1.1.answer': 'Montreal' }

test('the steps of a flow are working, challenge, working, done', async (t) => {
  const { flow } = start(t)
  const steps = []
  for await (const step of flow) {
    steps.push(step.kind === 'working' ? `${step.kind} ${step.stage}` : step.kind)
    if (step.kind === 'challenge') await step.answer(city)
  }
  assert.deepEqual(steps, ['working start', 'challenge', 'working answer', 'done'])
})

test('iterating never throws, and a failure is a step', async (t) => {
  const { flow } = start(t, 'test_disabled_account')
  const { failure, error } = await untilStep(flow, 'failed')
  assert.ok(error instanceof FlowError && error instanceof Error)
  const { message, ...facts } = failure
  assert.equal(error.message, `login-disabled: ${message}`)
  assert.deepEqual(facts, {
    code: 'login-disabled',
    next: 'visit-bank',
    otherwise: null,
    retryAt: null,
    vendorCode: 'DISABLED_LOGIN',
    memberGuid: null,
    status: 401,
  })
  const { code, next, vendorCode, status, flowId } = error
  assert.deepEqual(
    [code, next, vendorCode, status, flowId],
    ['login-disabled', 'visit-bank', 'DISABLED_LOGIN', 401, flow.id],
  )
  assert.ok(['otherwise', 'retryAt', 'path', 'fields'].every((name) => !(name in error)))
})

test('the JSON of an error keeps its code, next action and retryAt', async (t) => {
  const { flow } = start(t, 'code_retry_later')
  const { error } = await untilStep(flow, 'failed')
  const { code, next, retryAt } = JSON.parse(JSON.stringify(error))
  assert.deepEqual([code, next, retryAt], ['busy', 'retry-later', error.retryAt])
})

test('an iteration that starts late begins with the open challenge', async (t) => {
  const { flow, wire } = start(t, 'slow_dispatched')
  await until(() => flow.current.kind !== 'working', 'the flow asks or ends')
  assert.deepEqual(wire.calls.map(purpose), ['live start', 'poll', 'poll', 'poll'])
  for await (const step of flow) {
    assert.equal(step.kind, 'challenge')
    break
  }
  flow.cancel()
})

test('several iterations see the same steps', async (t) => {
  const env = start(t, 'changing_ids')
  const read = async () => {
    const seen = []
    for await (const step of env.flow) seen.push(step)
    return seen
  }
  const [one, other] = await Promise.all([read(), read(), runToEnd(env.flow, env)])
  assert.ok(one.length > 4)
  assert.equal(one.length, other.length)
  assert.ok(one.every((step, index) => step === other[index]))
})

test('after a break out of one iteration, another one can start', async (t) => {
  const env = start(t)
  for await (const _ of env.flow) break
  const step = await untilStep(env.flow, 'challenge')
  await step.answer(city)
  assert.equal(await ending(env.flow), 'done')
})

test('iterating after the end gives only the last step', async (t) => {
  const { flow } = start(t, 'Greatday', CACHED)
  await flow.result()
  const seen = []
  for await (const step of flow) seen.push(step)
  assert.deepEqual(seen, [flow.current])
})

test('current is the same object until the step changes', async (t) => {
  const { flow } = start(t)
  const seen = new Set([flow.current])
  assert.equal(flow.current, flow.current)
  flow.subscribe(() => {
    assert.ok(!seen.has(flow.current), 'a listener is called only after a change')
    seen.add(flow.current)
  })
  const step = await untilStep(flow, 'challenge')
  assert.equal(flow.current, step)
  await step.answer(city)
  assert.equal(await ending(flow), 'done')
  assert.equal(seen.size, 4)
})

test('the signal of a challenge aborts when its answer is sent, and when the flow is cancelled', async (t) => {
  for (const leave of [(flow, step) => step.answer(city), (flow) => flow.cancel()]) {
    const { flow } = start(t)
    const step = await untilStep(flow, 'challenge')
    await assert.rejects(step.answer({}), { code: 'INVALID_ANSWER' })
    assert.equal(step.signal.aborted, false)
    await leave(flow, step)
    assert.equal(step.signal.aborted, true)
  }
})

test('unsubscribing ends one subscription, also if a function is subscribed twice', async (t) => {
  const { flow } = start(t)
  let calls = 0
  const listener = () => (calls += 1)
  const [once, twice] = [flow.subscribe(listener), flow.subscribe(listener)]
  once()
  once()
  await untilStep(flow, 'challenge')
  assert.equal(calls, 1)
  twice()
  flow.cancel()
  assert.equal(calls, 1)
})

test('subscribe and cancel work when they are detached from the flow', async (t) => {
  const { flow } = start(t)
  const { subscribe, cancel } = flow
  let calls = 0
  subscribe(() => (calls += 1))
  cancel()
  assert.deepEqual([calls, flow.current.failure.code], [1, 'cancelled'])
})

test('an error in a listener is reported and stops neither the flow nor other listeners', async (t) => {
  const reported = []
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message))
  t.after(() => process.setUncaughtExceptionCaptureCallback(null))
  const { flow } = start(t, 'Greatday', CACHED)
  let calls = 0
  flow.subscribe(() => {
    throw new Error('planted in the listener')
  })
  flow.subscribe(() => (calls += 1))
  assert.equal(await ending(flow), 'done')
  await until(() => reported.length > 0, 'the error is reported')
  assert.deepEqual([calls, reported], [1, ['planted in the listener']])
})

test('a listener can answer and cancel', async (t) => {
  const { flow, bank } = start(t, 'many_rounds')
  let rounds = 0
  flow.subscribe(() => {
    const step = flow.current
    if (step.kind !== 'challenge') return
    rounds += 1
    if (rounds === 1) void step.answer(city)
    else flow.cancel()
  })
  assert.equal(await ending(flow), 'cancelled')
  assert.deepEqual([rounds, bank.counts().answers], [2, 1])
})

test('every call of result gives the same result or error', async (t) => {
  const { flow } = start(t, 'Greatday', CACHED)
  const [before, result] = await Promise.all([flow.result(), flow.result()])
  assert.equal(before, result)
  assert.equal(await flow.result(), flow.current.result)

  const failed = start(t, 'code_unauthorized').flow
  for (let time = 0; time < 2; time++) await assert.rejects(failed.result(), (error) => error === failed.current.error)
})

test('a failure without a call of result causes no unhandled rejection', async (t) => {
  const rejected = t.mock.fn()
  process.on('unhandledRejection', rejected)
  t.after(() => process.off('unhandledRejection', rejected))
  const { flow } = start(t, 'code_unauthorized')
  await untilStep(flow, 'failed')
  // Node reports a rejection before the event loop turns.
  await nextTurn()
  assert.equal(rejected.mock.callCount(), 0)
})

test('a second answer gives the promise of the first, and one request is sent', async (t) => {
  const { flow, bank } = start(t)
  const step = await untilStep(flow, 'challenge')
  const first = step.answer(city)
  assert.equal(step.answer({ '1.1.answer': 'Toronto' }), first)
  assert.equal(step.answerRaw({ 'What city were you born in?': ['Toronto'] }), first)
  await first
  assert.equal(step.answer(city), first, 'also after it was sent')
  assert.equal(await ending(flow), 'done')
  assert.equal(step.answer(city), first, 'and after the end')
  assert.equal(bank.counts().answers, 1)
})

test('a late answer to an earlier round is not sent', async (t) => {
  const env = start(t, 'changing_ids')
  const first = await untilStep(env.flow, 'challenge')
  await first.answer(city)
  for await (const step of env.flow) {
    if (step.kind === 'challenge') break
  }
  await first.answer({ '2.1.answer': 'Tremblay' })
  assert.equal(env.flow.current.round.number, 2)
  assert.equal(env.bank.counts().answers, 1)
})

for (const [name, end] of Object.entries({
  cancelled: ({ flow }) => flow.cancel(),
  expired: ({ bank }) => bank.clock.advance(8 * MINUTE),
})) {
  test(`an answer to a flow that is ${name} is rejected with STALE_ROUND and not sent`, async (t) => {
    const env = start(t)
    const step = await untilStep(env.flow, 'challenge')
    end(env)
    await ending(env.flow)
    for (const late of [step.answer(city), step.answerRaw({ [step.round.challenges[0].prompt]: ['Montreal'] })]) {
      await assert.rejects(late, (error) => error instanceof FlowError && error.code === 'STALE_ROUND')
    }
    assert.equal(env.bank.counts().answers, 0)
  })
}

test('a round expires after 8 minutes, and nothing is sent', async (t) => {
  const env = start(t)
  const { flow, bank } = env
  const step = await untilStep(flow, 'challenge')
  bank.clock.advance(8 * MINUTE - 1)
  assert.deepEqual(await env.callsMeanwhile(), [])
  assert.equal(flow.current, step)
  bank.clock.advance(1)
  assert.equal(await ending(flow), 'session-expired')
  assert.equal(flow.current.failure.next, 'start-over')
  assert.equal(bank.counts().answers, 0)
})

test('an answer just before the round expires is sent', async (t) => {
  const { flow, bank } = start(t)
  const step = await untilStep(flow, 'challenge')
  bank.clock.advance(8 * MINUTE - 1)
  await step.answer(city)
  assert.equal(await ending(flow), 'done')
})

test('without a clock of the host, the flow polls by the timers of the runtime', async (t) => {
  const env = setup(t)
  const { clock, counts } = env.bank
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: clock.now() })
  const flow = env.start(CACHED(person('slow_pending')), { clock: undefined })
  const pause = (await untilPollWait(flow)) - Date.now()
  assert.ok(pause >= 10_000, `${pause}`)
  const { polls } = counts()
  t.mock.timers.tick(pause - 1)
  await nextTurn()
  assert.equal(counts().polls, polls)
  clock.advance(pause)
  t.mock.timers.tick(1)
  await until(() => counts().polls > polls, 'the flow polls')
})

test('each flow has an id of its own, which is not sent to the vendor', async (t) => {
  const env = setup(t)
  const flows = [1, 2].map(() => env.start(CACHED(person('Greatday'))))
  await Promise.all(flows.map((flow) => flow.result()))
  assert.ok(flows.every((flow) => flow instanceof Flow && /^[0-9a-f]{32}$/.test(flow.id)))
  assert.notEqual(flows[0].id, flows[1].id)
  assert.ok(
    env.wire.calls.every(({ url, body, headers }) => {
      const sent = JSON.stringify([url, body, headers])
      return flows.every(({ id }) => !sent.includes(id))
    }),
  )
})
