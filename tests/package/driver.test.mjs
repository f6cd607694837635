/** The driver: steps by iterating, by `current` and by listening; answers that are sent once. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CACHED,
  Flow,
  FlowError,
  LIVE,
  MINUTE,
  bench,
  ending,
  person,
  purpose,
  settled,
  until,
  walk,
} from './bench.mjs'

const start = (t, who = 'Greatday', params = LIVE, more = {}) => {
  const stage = bench(t)
  return Object.assign(stage, { flow: stage.start(params(person(who)), more) })
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

test('iterating never throws: a failure is a step', async (t) => {
  const { flow } = start(t, 'test_disabled_account')
  const { failure, error } = await until(flow, 'failed')
  assert.ok(error instanceof FlowError && error instanceof Error)
  const { message, ...facts } = failure
  assert.equal(error.message, `login-disabled: ${message}`)
  assert.deepEqual(facts, {
    code: 'login-disabled',
    next: 'visit-bank',
    retryAt: null,
    vendorCode: 'DISABLED_LOGIN',
    status: 401,
  })
  const { code, next, vendorCode, status, flowId } = error
  assert.deepEqual(
    [code, next, vendorCode, status, flowId],
    ['login-disabled', 'visit-bank', 'DISABLED_LOGIN', 401, flow.id],
  )
  assert.ok(!('retryAt' in error) && !('path' in error) && !('fields' in error))
})

test('a failure can be told by its fields after it was logged as JSON', async (t) => {
  const { flow } = start(t, 'code_retry_later')
  const { error } = await until(flow, 'failed')
  const { code, next, retryAt } = JSON.parse(JSON.stringify(error))
  assert.deepEqual([code, next, retryAt], ['busy', 'retry-later', error.retryAt])
})

test('a slow reader misses no challenge that still stands', async (t) => {
  const { flow, wire } = start(t, 'slow_dispatched')
  while (flow.current.kind === 'working') await settled()
  assert.deepEqual(wire.calls.map(purpose), ['live start', 'ask', 'ask', 'ask'])
  for await (const step of flow) {
    assert.equal(step.kind, 'challenge')
    break
  }
  flow.cancel()
})

test('several readers see the same steps', async (t) => {
  const stage = start(t, 'changing_ids')
  const read = async () => {
    const seen = []
    for await (const step of stage.flow) seen.push(step)
    return seen
  }
  const [one, other] = await Promise.all([read(), read(), walk(stage.flow, stage)])
  assert.ok(one.length > 4)
  assert.equal(one.length, other.length)
  assert.ok(one.every((step, index) => step === other[index]))
})

test('a reader may leave, and another one goes on', async (t) => {
  const stage = start(t)
  for await (const _ of stage.flow) break
  const step = await until(stage.flow, 'challenge')
  await step.answer(city)
  assert.equal(await ending(stage.flow), 'done')
})

test('reading after the end gives the ending, and no more', async (t) => {
  const { flow } = start(t, 'Greatday', CACHED)
  await flow.result()
  const seen = []
  for await (const step of flow) seen.push(step)
  assert.deepEqual(seen, [flow.current])
})

test('the current step is the same object until it changes', async (t) => {
  const { flow } = start(t)
  const seen = new Set([flow.current])
  assert.equal(flow.current, flow.current)
  flow.subscribe(() => {
    assert.ok(!seen.has(flow.current), 'a listener is called after a change, and only then')
    seen.add(flow.current)
  })
  const step = await until(flow, 'challenge')
  assert.equal(flow.current, step)
  await step.answer(city)
  assert.equal(await ending(flow), 'done')
  assert.equal(seen.size, 4)
})

test('listening ends when its undoing is called, also for a function that listens twice', async (t) => {
  const { flow } = start(t)
  let calls = 0
  const listener = () => (calls += 1)
  const [once, twice] = [flow.subscribe(listener), flow.subscribe(listener)]
  once()
  once()
  await until(flow, 'challenge')
  assert.equal(calls, 1)
  twice()
  flow.cancel()
  assert.equal(calls, 1)
})

test('subscribe and cancel may be handed on without their flow', async (t) => {
  const { flow } = start(t)
  const { subscribe, cancel } = flow
  let calls = 0
  subscribe(() => (calls += 1))
  cancel()
  assert.deepEqual([calls, flow.current.failure.code], [1, 'cancelled'])
})

test('a listener that throws is reported, and stops neither the flow nor the other listeners', async (t) => {
  const reported = []
  process.setUncaughtExceptionCaptureCallback((error) => reported.push(error.message))
  t.after(() => process.setUncaughtExceptionCaptureCallback(null))
  const { flow } = start(t, 'Greatday', CACHED)
  let calls = 0
  flow.subscribe(() => {
    throw new Error('a mistake of the listener')
  })
  flow.subscribe(() => (calls += 1))
  assert.equal(await ending(flow), 'done')
  await settled()
  assert.deepEqual([calls, reported], [1, ['a mistake of the listener']])
})

test('a listener may answer, and may cancel', async (t) => {
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

test('result gives the same after the end, as often as it is asked', async (t) => {
  const { flow } = start(t, 'Greatday', CACHED)
  const [before, result] = await Promise.all([flow.result(), flow.result()])
  assert.equal(before, result)
  assert.equal(await flow.result(), flow.current.result)

  const failed = start(t, 'code_unauthorized').flow
  for (let time = 0; time < 2; time++) await assert.rejects(failed.result(), (error) => error === failed.current.error)
})

test('a result that nobody asks for rejects nowhere', async (t) => {
  const rejected = t.mock.fn()
  process.on('unhandledRejection', rejected)
  t.after(() => process.off('unhandledRejection', rejected))
  const { flow } = start(t, 'code_unauthorized')
  await until(flow, 'failed')
  await settled()
  assert.equal(rejected.mock.callCount(), 0)
})

test('answering twice gives the first promise, and sends one request', async (t) => {
  const { flow, bank } = start(t)
  const step = await until(flow, 'challenge')
  const first = step.answer(city)
  assert.equal(step.answer({ '1.1.answer': 'Toronto' }), first)
  assert.equal(step.answerRaw({ 'What city were you born in?': ['Toronto'] }), first)
  await first
  assert.equal(step.answer(city), first, 'also when it is on its way')
  assert.equal(await ending(flow), 'done')
  assert.equal(step.answer(city), first, 'and after the end')
  assert.equal(bank.counts().answers, 1)
})

test('a round that was answered is not answered again by a later call', async (t) => {
  const stage = start(t, 'changing_ids')
  const first = await until(stage.flow, 'challenge')
  await first.answer(city)
  for await (const step of stage.flow) {
    if (step.kind === 'challenge') break
  }
  await first.answer({ '2.1.answer': 'Tremblay' })
  assert.equal(stage.flow.current.round.number, 2)
  assert.equal(stage.bank.counts().answers, 1)
})

for (const [name, end] of Object.entries({
  cancelled: ({ flow }) => flow.cancel(),
  'over by its clock': ({ bank }) => bank.clock.advance(8 * MINUTE),
})) {
  test(`an answer to a round of a flow that is ${name} is STALE_ROUND, and goes nowhere`, async (t) => {
    const stage = start(t)
    const step = await until(stage.flow, 'challenge')
    end(stage)
    await ending(stage.flow)
    for (const late of [step.answer(city), step.answerRaw({ [step.round.challenges[0].prompt]: ['Montreal'] })]) {
      await assert.rejects(late, (error) => error instanceof FlowError && error.code === 'STALE_ROUND')
    }
    assert.equal(stage.bank.counts().answers, 0)
  })
}

test('a round expires by the vendor’s clock, and nothing is sent then', async (t) => {
  const { flow, bank } = start(t)
  const step = await until(flow, 'challenge')
  bank.clock.advance(8 * MINUTE - 1)
  await settled()
  assert.equal(flow.current, step)
  bank.clock.advance(1)
  assert.equal(await ending(flow), 'session-expired')
  assert.equal(flow.current.failure.next, 'start-over')
  assert.equal(bank.counts().answers, 0)
})

test('an answer just before the clock runs out is sent', async (t) => {
  const { flow, bank } = start(t)
  const step = await until(flow, 'challenge')
  bank.clock.advance(8 * MINUTE - 1)
  await step.answer(city)
  assert.equal(await ending(flow), 'done')
})

test('flows have names of their own, which the vendor does not hear', async (t) => {
  const stage = bench(t)
  const flows = [1, 2].map(() => stage.start(CACHED(person('Greatday'))))
  await Promise.all(flows.map((flow) => flow.result()))
  assert.ok(flows.every((flow) => flow instanceof Flow && /^[0-9a-f]{32}$/.test(flow.id)))
  assert.notEqual(flows[0].id, flows[1].id)
  assert.ok(
    stage.wire.calls.every(({ url, body, headers }) => {
      const said = JSON.stringify([url, body, headers])
      return flows.every(({ id }) => !said.includes(id))
    }),
  )
})
