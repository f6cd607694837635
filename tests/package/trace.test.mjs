/** The trace of a flow and its events: what they say, how they stay small, and that they show nothing personal. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app, resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { assertNothingPersonal, secretsOf } from '../lib/trace-secrets.mjs'
import { ANSWERING, DONE, challenge, edgeStub, fastClock, problem } from './edge-stub.mjs'
import * as mx from './mx-setup.mjs'
import {
  CREDENTIALS,
  LIVE,
  completeConnect,
  ending,
  nextTurn,
  people,
  person,
  runToEnd,
  setup,
  until,
} from './setup.mjs'
import { untilStep } from './setup.mjs'

const { remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))
const { version } = JSON.parse(readFileSync(join(app, 'node_modules/bank-mfa/package.json'), 'utf8'))

/** Attributes without the prefix, to be read. */
const short = ({ attributes }) =>
  Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name.replace('bank_mfa.', ''), value]))
const names = ({ events }) => events.map(({ name }) => name.replace('bank_mfa.', ''))
const callsOf = ({ events }) => events.filter(({ name }) => name === 'bank_mfa.call')
const host = { 'server.address': 'toolbox-api.private.fin.ag', 'http.request.method': 'POST' }

/** A host option that collects events. */
function collector() {
  const events = []
  return { events, onEvent: (event) => void events.push(event) }
}

test('a trace says what happened, with the vendor’s codes and the statuses', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('slow_dispatched')))
  await runToEnd(flow, env)
  const trace = flow.trace()
  assert.deepEqual([trace.version, trace.vendor, trace.omitted], [version, 'flinks', 0])
  assert.deepEqual(
    trace.events.map((event) => [event.name, event.count, short(event)]),
    [
      ['bank_mfa.flow.started', 1, { version, vendor: 'flinks', 'flow.restored': false }],
      ['bank_mfa.step', 1, { 'step.kind': 'working', stage: 'start' }],
      ['bank_mfa.call', 1, call('start', 202, 'OPERATION_DISPATCHED')],
      ['bank_mfa.step', 1, { 'step.kind': 'working', stage: 'poll' }],
      ['bank_mfa.call', 2, call('poll', 202, 'OPERATION_DISPATCHED')],
      ['bank_mfa.call', 1, call('poll', 203)],
      [
        'bank_mfa.step',
        1,
        {
          ...{ 'step.kind': 'challenge', 'round.number': 1, 'round.refused': false },
          ...{ 'challenge.kinds': ['question'], 'challenge.vendor_types': ['QuestionAndAnswer'] },
        },
      ],
      ['bank_mfa.action', 1, { 'action.name': 'answer' }],
      ['bank_mfa.step', 1, { 'step.kind': 'working', stage: 'answer' }],
      ['bank_mfa.call', 1, call('answer', 200)],
      ['bank_mfa.flow.ended', 1, { outcome: 'done' }],
    ],
  )
  assert.deepEqual(JSON.parse(JSON.stringify(trace)), trace, 'a trace is plain JSON')
})

function call(stage, status, code) {
  const reply = { 'http.response.status_code': status, ...(code && { vendor_code: code }) }
  return { 'call.name': 'Authorize', stage, session: 1, ...host, ...reply }
}

test('the end of a trace has the failure’s code, its next action and the vendor’s code', async (t) => {
  const env = setup(t)
  const flow = env.start({ ...LIVE(person('code_unauthorized')) })
  await runToEnd(flow, env)
  const { failure } = flow.current
  const end = flow.trace().events.at(-1)
  assert.deepEqual(short(end), {
    outcome: 'failed',
    'error.type': 'access-refused',
    next: failure.next,
    otherwise: failure.otherwise,
    vendor_code: 'UNAUTHORIZED',
    'http.response.status_code': 401,
  })
  const refused = callsOf(flow.trace()).at(-1)
  assert.deepEqual([short(refused)['error.type'], short(refused).vendor_code], ['401', 'UNAUTHORIZED'])
})

test('a trace keeps the time of the person apart from that of the vendor, of waiting and of the host', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  const taking =
    (ms, call) =>
    async (...args) => {
      clock.advance(ms)
      return call(...args)
    }
  const flow = env.start(LIVE(person('slow_dispatched')), {
    fetch: taking(700, env.wire.fetch),
    authorizeToken: taking(50, () => env.bank.token()),
  })
  const step = await untilStep(flow, 'challenge')
  clock.advance(60_000)
  await step.answer(mx.fill(step.round, ['Montreal']))
  await flow.result()
  const { times, duration, events } = flow.trace()
  assert.deepEqual([times.person, times.vendor, times.host], [60_000, 5 * 700, 50])
  // The flow polls every ten seconds, and a moment later.
  assert.ok(times.waiting >= 30_000 && times.waiting < 33_000, `${times.waiting}`)
  assert.equal(duration, times.person + times.vendor + times.host + times.waiting)
  const polls = events.find(({ count }) => count === 2)
  assert.deepEqual([polls.duration, polls.lastAt - polls.at > 10_000], [1_400, true])
  clock.advance(5_000)
  assert.equal(flow.trace().duration, duration, 'the time stops at the end')
})

test('half an hour of polls is one event', async (t) => {
  const env = mx.setup(t)
  const flow = env.start(mx.job('endless'))
  assert.equal(await ending(flow), 'timed-out')
  const trace = flow.trace()
  assert.ok(trace.events.length < 10, `${trace.events.length}`)
  const polls = callsOf(trace).find(({ count }) => count > 500)
  assert.deepEqual([short(polls)['call.name'], short(polls).vendor_code], ['status', 'CREATED'])
  assert.ok(trace.times.waiting > 29 * 60_000)
})

test('a trace keeps its first and its newest events, and says how many it left out', async (t) => {
  const { events, onEvent } = collector()
  const env = mx.setup(t)
  let polls = 0
  // Every other poll fails, so no two events in a row are equal.
  const fetch = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    return (polls += 1) % 2 ? reply : new Response('', { status: 500 })
  }
  const flow = env.start(mx.job('endless'), { fetch, onEvent })
  await ending(flow)
  const trace = flow.trace()
  assert.equal(trace.events.length, 200)
  assert.ok(trace.omitted > 100)
  assert.deepEqual([names(trace)[0], names(trace).at(-1)], ['flow.started', 'flow.ended'])
  await nextTurn()
  const happened = trace.events.reduce((sum, { count }) => sum + count, 0)
  assert.ok(events.length >= happened + trace.omitted, 'onEvent gets every event')
})

test('onEvent gets the events of the trace as they happen, with their time', async (t) => {
  const { events, onEvent } = collector()
  const env = setup(t)
  const started = env.bank.clock.now()
  const flow = env.start(LIVE(person('Greatday')), { onEvent })
  assert.deepEqual(events, [], 'an event comes after the call that causes it')
  await runToEnd(flow, env)
  await nextTurn()
  const trace = flow.trace()
  assert.deepEqual(
    events.map(({ time, ...event }) => ({ ...event, at: time - started, count: 1, lastAt: time - started })),
    trace.events,
  )
})

test('onEvent may use the flow, and what it throws does not disturb the flow', async (t) => {
  const env = setup(t)
  const uncaught = []
  const note = (error) => uncaught.push(error)
  process.on('unhandledRejection', note)
  t.after(() => process.off('unhandledRejection', note))
  let calls = 0
  const throwing = [
    () => {
      calls += 1
      throw new Error('hunter2')
    },
    async () => {
      calls += 1
      throw new Error('hunter2')
    },
  ]
  for (const onEvent of throwing) {
    const { code } = await runToEnd(env.start(LIVE(person('Greatday')), { onEvent }), env)
    assert.equal(code, 'done')
  }
  await nextTurn()
  assert.deepEqual([calls > 10, uncaught], [true, []])

  const cancelled = env.start(LIVE(person('Greatday')), {
    onEvent: ({ name }) => name === 'bank_mfa.call' && cancelled.cancel(),
  })
  assert.equal(await ending(cancelled), 'cancelled')
})

test('an event that onEvent changes does not change the trace', async (t) => {
  const env = setup(t)
  const onEvent = ({ attributes }) => {
    attributes['bank_mfa.changed'] = 'hunter2'
  }
  const flow = env.start(LIVE(person('Greatday')), { onEvent })
  await runToEnd(flow, env)
  flow.trace().events[0].attributes['bank_mfa.changed'] = 'hunter2'
  assert.ok(!JSON.stringify(flow.trace()).includes('changed'))
})

test('a refused answer is an action with its code', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('Greatday')))
  const step = await untilStep(flow, 'challenge')
  await assert.rejects(step.answer({}), { code: 'INVALID_ANSWER' })
  const refused = flow.trace().events.at(-1)
  assert.deepEqual(short(refused), { 'action.name': 'answer', 'error.type': 'INVALID_ANSWER' })
})

test('a lost reply and a timeout are calls without a status', async (t) => {
  for (const [error, type] of [
    [new TypeError('hunter2'), 'network'],
    [new DOMException('hunter2', 'TimeoutError'), 'timeout'],
  ]) {
    const env = setup(t)
    const flow = env.start(LIVE(person('Greatday')), { fetch: () => Promise.reject(error) })
    await ending(flow)
    const [lost] = callsOf(flow.trace())
    assert.deepEqual([short(lost)['error.type'], 'http.response.status_code' in lost.attributes], [type, false])
    assertNothingPersonal([flow.trace()], ['hunter2'])
  }
})

test('the trace of a restored flow begins at the restore', async (t) => {
  const env = setup(t)
  const first = env.start(LIVE(person('Greatday')))
  await untilStep(first, 'challenge')
  const snapshot = first.snapshot()
  env.bank.clock.advance(60_000)
  const flow = env.restore(snapshot)
  await runToEnd(flow, env)
  const { events, times } = flow.trace()
  assert.deepEqual(short(events[0]), { version, vendor: 'flinks', 'flow.restored': true })
  assert.deepEqual([events[1].at, short(events[1])['round.number'], times.person], [0, 1, 0])
})

// Nothing personal --------------------------------------------------------------------------------

/** What the host knows, besides what the wire carried. */
const TAG = 'tag-of-hunter2'

for (const someone of people) {
  test(`the trace of ${someone.username} shows nothing personal`, async (t) => {
    const env = setup(t)
    for (const params of [LIVE, CREDENTIALS]) {
      const { events, onEvent } = collector()
      const flow = env.start({ ...params(someone), tag: TAG, signIn: 'never' }, { onEvent })
      await runToEnd(flow, env)
      await nextTurn()
      const { username, password, loginId } = someone
      const secrets = [...secretsOf(env.wire.calls), TAG, username, password, loginId, flow.id]
      assertNothingPersonal([flow.trace(), events], secrets)
      assert.ok(events.length > 3)
    }
  })
}

const COSTLY = ['endless', 'slow', 'huge_image']
for (const { name, group, responses } of mx.members.filter(({ name }) => !COSTLY.includes(name))) {
  test(`the trace of the member ${name} shows nothing personal`, async (t) => {
    const env = mx.setup(t)
    const { events, onEvent } = collector()
    const start = group === 'oauth' ? mx.job(name) : mx.unattended(mx.job(name))
    const flow = env.start(start, { onEvent })
    await mx.runToEnd(flow, env, { responses, isRaw: name === 'options_by_guid' })
    await nextTurn()
    const { clientId, apiKey } = env.bank.mx.key
    const secrets = [...secretsOf(env.wire.calls), clientId, apiKey]
    assertNothingPersonal([flow.trace(), events], secrets)
  })
}

test('the trace of the iframe shows neither its address nor the LoginId and the accounts of its claim', async (t) => {
  const env = setup(t)
  const { events, onEvent } = collector()
  const { loginId } = person('Greatday')
  const flow = env.reconnect({ loginId }, { onEvent })
  const step = await untilStep(flow, 'connect')
  await completeConnect(env, step, 'Greatday', { accountIds: ['account-hunter2'] })
  await flow.result()
  await nextTurn()
  const address = await step.pageUrl().catch(() => '')
  const secrets = [...secretsOf(env.wire.calls), loginId, 'hunter2', ...[address].filter(Boolean)]
  assertNothingPersonal([flow.trace(), events], secrets)
  assert.deepEqual(
    flow
      .trace()
      .events.filter(({ name }) => name === 'bank_mfa.action')
      .map(short),
    [{ 'action.name': 'returned' }],
  )
})

test('the trace of a window shows neither its address nor the landing URL', async (t) => {
  const env = mx.setup(t)
  const { events, onEvent } = collector()
  const flow = env.start(mx.oauth, { onEvent })
  const step = await untilStep(flow, 'redirect')
  const url = await step.pageUrl()
  env.bank.clock.advance(3_000)
  step.returned(await env.approve(url))
  await ending(flow)
  await nextTurn()
  assertNothingPersonal([flow.trace(), events], [...secretsOf(env.wire.calls), url, new URL(url).pathname])
  const actions = flow.trace().events.filter(({ name }) => name === 'bank_mfa.action')
  assert.deepEqual(actions.map(short), [{ 'action.name': 'window-opened' }, { 'action.name': 'returned' }])
})

/** What a broken or hostile vendor sends where a word is meant. */
for (const text of [
  'What is your PIN, hunter2?',
  'hunter2@example.com',
  '4111111111111111',
  '1234',
  'CODE_1234',
  'ANN LEE',
  'a'.repeat(65),
]) {
  test(`a code or a type like ${text.slice(0, 20)} is left out`, async (t) => {
    const challenges = [{ Type: text, Prompt: 'City?' }]
    const asked = { FlinksCode: text, SecurityChallenges: challenges, RequestId: person('Greatday').loginId, Links: [] }
    const env = setup(t)
    const { events, onEvent } = collector()
    const flow = env.start(LIVE(person('Greatday')), { onEvent, fetch: () => Response.json(asked, { status: 203 }) })
    await untilStep(flow, 'challenge')
    await nextTurn()
    assertNothingPersonal([flow.trace(), events], [text])
    assert.deepEqual(short(flow.trace().events.at(-1))['challenge.vendor_types'], [''])
  })
}

// Remote flows ------------------------------------------------------------------------------------

/** A flow at a stub of the edge. */
async function remoteFlow(t, options = {}) {
  const [edge, clock] = [await edgeStub(t), fastClock()]
  const flow = remote(edge.address, { clock, ...options }).start({ connection: 'chequing-hunter2' })
  t.after(() => flow.cancel())
  return { edge, flow }
}

test('a remote flow has the trace of what its page saw, without the edge’s ids', async (t) => {
  const { events, onEvent } = collector()
  const { edge, flow } = await remoteFlow(t, { onEvent, headers: { authorization: 'Bearer hunter2' } })
  await until(() => flow.id, 'the edge has named the flow')
  edge.setStep(challenge(1, 'The city of hunter2?'))
  const step = await untilStep(flow, 'challenge')
  edge.replyOnce('answer', problem(422, { code: 'INVALID_ANSWER', next: 'answer-again' }))
  await assert.rejects(step.answer({ '1.1.answer': 'hunter2' }))
  await step.answer({ '1.1.answer': 'hunter2' })
  edge.setStep(ANSWERING)
  edge.setStep(DONE)
  await flow.result()
  await nextTurn()
  const trace = flow.trace()
  assert.deepEqual([trace.version, trace.vendor, trace.omitted], [version, null, 0])
  assert.deepEqual(trace.events.filter(({ name }) => name !== 'bank_mfa.call').map(short), [
    { version, 'flow.restored': false },
    { 'step.kind': 'working', stage: 'start' },
    {
      ...{ 'step.kind': 'challenge', 'round.number': 1, 'round.refused': false },
      ...{ 'challenge.kinds': ['question'], 'challenge.vendor_types': ['QuestionAndAnswer'] },
    },
    { 'action.name': 'answer' },
    { 'action.name': 'answer', 'error.type': 'INVALID_ANSWER' },
    { 'action.name': 'answer' },
    { 'step.kind': 'working', stage: 'answer' },
    { outcome: 'done' },
  ])
  const calls = callsOf(trace).map(short)
  assert.deepEqual(
    calls.map((call) => [call['call.name'], call['http.request.method'], call['http.response.status_code']]).toSorted(),
    [
      ['answer', 'POST', 200],
      ['answer', 'POST', 422],
      ['start', 'POST', 200],
      ['state', 'GET', 200],
    ],
  )
  assertNothingPersonal([trace, events], ['hunter2', 'chequing', flow.id, edge.flow.id, 'Montreal', 'FlinksCapital'])
  assert.deepEqual(events.length, trace.events.length)
})

test('a resumed remote flow says so, and onEvent of remote must be a function', async (t) => {
  const edge = await edgeStub(t)
  const flow = remote(edge.address, { clock: fastClock() }).resume('flow-1')
  t.after(() => flow.cancel())
  assert.equal(short(flow.trace().events[0])['flow.restored'], true)
  assert.throws(() => remote(edge.address, { onEvent: 'x' }), { code: 'INVALID_INPUT', path: '/options/onEvent' })
})
