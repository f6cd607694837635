/** Remote flows over real sockets: streams, long polls, lost replies and errors of the edge. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { inspect, promisify } from 'node:util'
import { app, resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { untilStep } from './setup.mjs'
import {
  ANSWERING,
  DONE,
  START,
  broken,
  buffered,
  challenge,
  edgeStub,
  fastClock,
  gateway,
  html,
  lostReply,
  pending,
  problem,
  REDIRECT,
} from './edge-stub.mjs'

const { remote, FlowError, RemoteFlow } = await import(pathToFileURL(resolve('bank-mfa/remote')))
const { handleLanding } = await import(pathToFileURL(resolve('bank-mfa/connect')))

const LOGIN = '8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31'
const city = { '1.1.answer': 'Montreal' }
const isError =
  (code, more = {}) =>
  (error) => {
    assert.ok(error instanceof FlowError)
    const { [code]: _, ...expected } = { code, ...more }
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(error[name], value, name)
    return error.code === code
  }

/** A stub of the edge, a flow there, and a clock whose pauses take no time. `prepare` changes the stub first. */
async function setup(t, { options = {}, prepare = () => {} } = {}) {
  const [edge, clock] = [await edgeStub(t), fastClock()]
  prepare(edge)
  const mfa = remote(edge.address, { clock, ...options })
  const flow = mfa.start({ connection: 'chequing' })
  t.after(() => flow.cancel())
  return { edge, clock, mfa, flow }
}

/** The same without streams. */
const setupPolling = (t, more = {}) =>
  setup(t, {
    ...more,
    prepare(edge) {
      edge.replyAlways('stream', html(502))
      more.prepare?.(edge)
    },
  })

test('a start whose reply was lost is not repeated after more than five minutes, when a laptop wakes up', async (t) => {
  let [now, starts] = [0, 0]
  const clock = { now: () => now, wait: async () => void (now += 60 * 60_000) }
  const fetch = async () => {
    starts += 1
    throw new TypeError('the connection was lost')
  }
  const flow = remote('https://edge.example/mfa', { clock, fetch }).start({ connection: 'chequing' })
  const { failure } = await untilStep(flow, 'failed')
  assert.deepEqual([failure.code, failure.next, starts], ['unreachable', 'retry-later', 1])
})

// Steps -------------------------------------------------------------------------------------------

for (const [name, make, route] of [
  ['a stream', setup, 'stream'],
  ['long polls', setupPolling, 'poll'],
]) {
  test(`a flow is followed to its end with ${name}`, async (t) => {
    const { edge, flow } = await make(t)
    const steps = []
    edge.untilCall(route).then(() => edge.setStep(challenge(1)))
    for await (const step of flow) {
      steps.push(step.kind === 'working' ? `working ${step.stage}` : step.kind)
      if (step.kind === 'challenge') await step.answer(city)
      if (step.stage === 'answer') edge.setStep(DONE)
    }
    assert.deepEqual(steps.slice(-4), ['working start', 'challenge', 'working answer', 'done'])
    assert.deepEqual(await flow.result(), DONE.result)
    assert.deepEqual(
      edge.callsOf('start').map(({ body: { flow, ...body } }) => [body, /^[\da-f]{32}$/.test(flow)]),
      [[{ connection: 'chequing' }, true]],
    )
    assert.deepEqual(
      edge.callsOf('answer').map(({ body, id }) => [id, body]),
      [['flow-1', { round: 1, answers: city }]],
    )
    assert.ok(edge.callsOf(route).length > 0)
    assert.equal(edge.maxWaiting, 1, 'one request waits at a time')
    assert.ok(flow instanceof RemoteFlow)
  })
}

test('flow.id is set from the first change of the step, and resumes the flow', async (t) => {
  const { edge, mfa, flow } = await setup(t)
  assert.deepEqual([flow.id, flow.snapshot()], ['', ''])
  await new Promise((resolve) => flow.subscribe(resolve))
  assert.deepEqual([flow.id, flow.snapshot()], ['flow-1', 'flow-1'])
  edge.setStep(challenge(1))
  const again = mfa.resume(flow.snapshot())
  const step = await untilStep(again, 'challenge')
  assert.equal(step.round.challenges[0].prompt, 'What city were you born in?')
  edge.setStep(DONE)
  assert.deepEqual(await Promise.all([flow.result(), again.result()]), [DONE.result, DONE.result])
  assert.equal(edge.callsOf('start').length, 1)
})

test('a step stays the same object until it changes', async (t) => {
  const { edge, flow } = await setup(t)
  const connect = { kind: 'connect', purpose: 'mfa', until: 1, address: 'https://vendor.example/?t=1' }
  for (const [step, same, next] of [
    [challenge(1), challenge(1), challenge(2)],
    [REDIRECT, { ...REDIRECT, url: 'https://b.example/' }, { ...REDIRECT, number: 2 }],
    [connect, { ...connect, until: 2 }, { ...connect, address: 'https://vendor.example/?t=2' }],
  ]) {
    edge.setStep(step)
    const first = await untilStep(flow, step.kind)
    let changes = 0
    const stop = flow.subscribe(() => (changes += 1))
    edge.setStep(same ?? step)
    edge.setStep(next)
    await until(() => changes > 0, 'the step changes')
    stop()
    assert.equal(changes, 1)
    assert.notEqual(flow.current, first)
    if (first.signal) assert.deepEqual([first.signal.aborted, flow.current.signal.aborted], [true, false])
  }
})

test('a state with an older version is ignored', async (t) => {
  const { edge, flow } = await setupPolling(t)
  edge.setStep(challenge(1))
  edge.setStep(challenge(2))
  const step = await untilStep(flow, 'challenge')
  edge.replyOnce('poll', (_, response) => response.end(JSON.stringify({ version: 2, step: challenge(1) })))
  edge.dropConnections()
  await edge.untilCall('poll', edge.callsOf('poll').length + 2)
  assert.equal(flow.current, step)
  assert.equal(step.round.number, 2)
})

test('result() rejects with the error of the step failed', async (t) => {
  const { edge, flow } = await setup(t)
  const failure = { code: 'login-disabled', next: 'visit-bank', message: 'a sentence', vendorCode: 'DISABLED_LOGIN' }
  edge.setStep({ kind: 'failed', failure: { retryAt: null, status: 401, ...failure } })
  const step = await untilStep(flow, 'failed')
  assert.deepEqual(step.failure, { retryAt: null, status: 401, ...failure })
  await assert.rejects(flow.result(), (error) => error === step.error && isError('login-disabled')(error))
  assert.equal(step.error.flowId, 'flow-1')
})

const noSteps = [undefined, null, 'x', {}, { code: 7 }, { code: '<b>' }].map((failure) => ({ kind: 'failed', failure }))
const moreNoSteps = [
  {},
  { kind: 7 },
  { kind: 'constructor' },
  { kind: 'newer' },
  { kind: 'working' },
  { kind: 'challenge' },
  { kind: 'redirect' },
  { kind: 'connect' },
]
for (const step of [...noSteps, ...moreNoSteps]) {
  test(`a state with the step ${JSON.stringify(step)} is no reply of an edge`, async (t) => {
    const { edge, flow } = await setupPolling(t, {
      prepare: (edge) => edge.replyOnce('poll', gateway(200, { version: 7, step })),
    })
    await edge.untilCall('poll')
    edge.setStep(DONE)
    assert.deepEqual(await flow.result(), DONE.result)
  })
}

test('a flow whose edge sends only steps of a newer release fails', async (t) => {
  const newer = gateway(200, { version: 7, step: { kind: 'newer' } })
  const { flow } = await setup(t, {
    prepare: (edge) => ['stream', 'poll'].forEach((route) => edge.replyAlways(route, newer)),
  })
  assert.ok(isError('unreachable')((await untilStep(flow, 'failed')).error))
})

// Streams -----------------------------------------------------------------------------------------

/** A stream with each kind of line end, comments, ids, unknown fields and characters of several bytes. */
const oddStream = (_, response) => {
  const [one, two, three] = [challenge(1, 'Où? 🏦'), challenge(2), DONE].map((step, at) =>
    JSON.stringify({ version: at + 2, step }),
  )
  const [head, tail] = [two.slice(0, 11), two.slice(11)]
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  response.end(
    `: hello\r\n\r\nid: 2\r\ndata: ${one}\r\n\r\n:\n\nevent: step\nid:3\ndata:${head}\r\ndata:${tail}\r\n\r\n` +
      `retry: 7\r\rid: 4\rdata: ${three}\r\r: bye`,
  )
}

for (const size of [1, 2, 7, 10_000]) {
  test(`events are read from chunks of ${size} bytes`, async (t) => {
    const cut = async (...call) => {
      const { body, headers, status } = await fetch(...call)
      const chunks = new TransformStream({
        transform(chunk, controller) {
          for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size))
        },
      })
      return new Response(body.pipeThrough(chunks), { headers, status })
    }
    const { flow } = await setup(t, { options: { fetch: cut }, prepare: (edge) => edge.replyOnce('stream', oddStream) })
    const prompts = []
    flow.subscribe(() => {
      const { kind, round } = flow.current
      prompts.push(round ? `${round.number} ${round.challenges[0].prompt}` : kind)
    })
    await flow.result()
    assert.deepEqual(prompts, ['working', '1 Où? 🏦', '2 What city were you born in?', 'done'])
  })
}

test('a stream that breaks within an event is opened again, and the event is dropped', async (t) => {
  const half = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify({ version: 1, step: START })}\n\n`)
    response.write(`data: {"version":2,"step":{"kind":"done","result":{}}}\n`, () => response.destroy())
  }
  const { edge, flow, clock } = await setup(t, { prepare: (edge) => edge.replyOnce('stream', half) })
  await edge.untilCall('stream', 2)
  assert.equal(flow.current.kind, 'working')
  edge.setStep(DONE)
  assert.deepEqual(await flow.result(), DONE.result)
  assert.equal(edge.callsOf('poll').length, 0)
  assert.equal(clock.pauses.length, 1)
})

test('a stream is opened again after 40 seconds of silence', async (t) => {
  const { edge, flow, clock } = await setup(t)
  await edge.untilCall('stream')
  await until(() => [...clock.open].some(({ ms }) => ms === 40_000), 'the first event arrives')
  clock.expire(40_000)
  await edge.untilCall('stream', 2)
  edge.setStep(DONE)
  await flow.result()
  assert.equal(edge.maxWaiting, 1)
})

test('a stream that the edge closes is opened again', async (t) => {
  const { edge, flow } = await setup(t)
  await edge.untilCall('stream')
  for (const response of edge.waiting) response.end()
  await edge.untilCall('stream', 2)
  edge.setStep(DONE)
  await flow.result()
})

test('a flow that ends with an event of a stream leaves no timer, which would keep Node alive', async () => {
  const state = (step, version) => JSON.stringify({ flow: 'flow-1', version, step })
  // Without a network, a chunk still arrives after the flow has ended.
  const chunks = [`data: ${state(DONE, 2)}\n\n`, ': comment\n\n']
  const start = (controller) => chunks.forEach((chunk) => controller.enqueue(new TextEncoder().encode(chunk)))
  const headers = { 'content-type': 'text/event-stream' }
  const fetch = async (_, { method }) =>
    method === 'POST' ? new Response(state(START, 1)) : new Response(new ReadableStream({ start }), { headers })
  const timers = []
  const clock = { now: Date.now, wait: (_, signal) => new Promise(() => timers.push(signal)) }
  await remote('https://edge.example', { fetch, clock }).start({ connection: 'chequing' }).result()
  await new Promise(setImmediate)
  assert.ok(timers.length > 1)
  assert.deepEqual(
    timers.filter((signal) => !signal.aborted),
    [],
  )
})

test('if a proxy buffers a stream, all flows use long polling', async (t) => {
  const { edge, flow, clock, mfa } = await setup(t, { prepare: (edge) => edge.replyAlways('stream', buffered) })
  await edge.untilCall('stream')
  clock.expire(5_000)
  const { after } = await edge.untilCall('poll')
  assert.equal(after, 1)
  const other = mfa.resume('flow-1')
  edge.setStep(DONE)
  await Promise.all([flow.result(), other.result()])
  assert.deepEqual([edge.callsOf('stream').length, clock.pauses], [1, []])
})

for (const [name, reply] of Object.entries({
  'refused with 406': problem(406, { code: 'INVALID_INPUT', next: 'fix-integration' }),
  'refused by a proxy': html(502),
  'answered with an HTML page': html(200),
  'answered with JSON': (_, response, reply) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ version: 1, step: START }))
  },
  broken,
})) {
  test(`if streams are ${name}, the flow uses long polling`, async (t) => {
    const { edge, flow } = await setup(t, { prepare: (edge) => edge.replyAlways('stream', reply) })
    await edge.untilCall('poll')
    edge.setStep(challenge(1))
    await untilStep(flow, 'challenge')
    edge.setStep(DONE)
    await flow.result()
    assert.equal(edge.callsOf('stream').length, 1)
  })
}

// Lost requests -----------------------------------------------------------------------------------

test('the client pauses after a poll that brings no new state', async (t) => {
  const sameState = (_, response) => response.end(JSON.stringify({ version: 1, step: START }))
  const { edge, flow, clock } = await setupPolling(t, { prepare: (edge) => edge.replyOnce('poll', sameState) })
  await edge.untilCall('poll', 2)
  assert.deepEqual(clock.pauses, [1_000])
  edge.setStep(DONE)
  await flow.result()
})

test('a lost poll is retried with exponential backoff and jitter', async (t) => {
  const { edge, flow, clock } = await setupPolling(t, {
    prepare: (edge) =>
      [broken, html(503), html(200), problem(500), broken, broken, broken].map((r) => edge.replyOnce('poll', r)),
  })
  await edge.untilCall('poll', 8)
  const bounds = [1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1_000)
  assert.equal(clock.pauses.length, bounds.length)
  clock.pauses.forEach((ms, at) => assert.ok(ms >= bounds[at] / 2 && ms <= bounds[at], `${ms} at ${at}`))
  edge.setStep(DONE)
  await flow.result()
})

for (const status of [429, 503]) {
  for (const [name, value] of Object.entries({ seconds: '45', 'a date': new Date(45_000).toUTCString() })) {
    test(`Retry-After of a ${status}, as ${name}, is respected`, async (t) => {
      const { edge, flow, clock } = await setupPolling(t, {
        prepare: (edge) => edge.replyOnce('poll', problem(status, { code: 'RATE_LIMITED' }, { 'retry-after': value })),
      })
      await edge.untilCall('poll', 2)
      assert.deepEqual(clock.pauses, [45_000])
      edge.setStep(DONE)
      await flow.result()
    })
  }
}

/** Gives the process the event functions of a window, and returns the listeners. */
function fakeWindow(t, navigator) {
  const listeners = new Map()
  const globals = {
    addEventListener: (type, listener) => listeners.set(type, listener),
    removeEventListener: (type) => listeners.delete(type),
    ...(navigator && { navigator }),
  }
  for (const [name, value] of Object.entries(globals)) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name)
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true })
    t.after(() => (before ? Object.defineProperty(globalThis, name, before) : delete globalThis[name]))
  }
  return listeners
}

test('coming online ends a pause, except one that Retry-After asked for', async (t) => {
  const listeners = fakeWindow(t)
  const { edge, clock } = await setupPolling(t, { prepare: (edge) => edge.replyAlways('poll', broken) })
  clock.holds.push((ms) => ms < 1_000 || ms === 45_000)
  const paused = (isLength) => until(() => [...clock.open].some(({ ms }) => isLength(ms)), 'the flow pauses')
  await edge.untilCall('poll')
  await paused((ms) => ms < 1_000)
  edge.repair()
  edge.replyOnce('poll', html(503, { 'retry-after': '45' }))
  listeners.get('online')()
  await edge.untilCall('poll', 2)
  await paused((ms) => ms === 45_000)
  listeners.get('online')()
  // A poll sent now would arrive before this request.
  await fetch(`${edge.address}/flows/flow-1`)
  assert.ok([...clock.open].some(({ ms }) => ms === 45_000))
  assert.equal(edge.callsOf('poll').length, 2)
})

test('retries are not limited while offline', async (t) => {
  const navigator = { onLine: false }
  fakeWindow(t, navigator)
  const { edge, flow } = await setupPolling(t, { prepare: (edge) => edge.replyAlways('poll', broken) })
  await edge.untilCall('poll', 40)
  edge.repair()
  navigator.onLine = true
  edge.setStep(DONE)
  await flow.result()
})

test('Retry-After of more than a minute ends the flow with retryAt', async (t) => {
  const rateLimited = problem(429, { code: 'RATE_LIMITED', next: 'retry-later' }, { 'retry-after': '3600' })
  const { flow } = await setup(t, { prepare: (edge) => edge.replyOnce('start', rateLimited) })
  const { failure, error } = await untilStep(flow, 'failed')
  const facts = { code: 'RATE_LIMITED', next: 'retry-later', retryAt: 3_600_000, status: 429 }
  assert.deepEqual(failure, { ...facts, otherwise: null, message: 'a sentence', vendorCode: null, memberGuid: null })
  assert.ok(isError('RATE_LIMITED', facts)(error))
})

test('the Retry-After of a reply that is no state delays the next try by at most a minute', async (t) => {
  const { edge, flow, clock } = await setupPolling(t, {
    prepare: (edge) => edge.replyOnce('poll', gateway(200, {}, { 'retry-after': '31536000' })),
  })
  await edge.untilCall('poll')
  edge.setStep(DONE)
  assert.deepEqual(await flow.result(), DONE.result)
  assert.equal(Math.max(...clock.pauses), 60_000)
})

test('a flow gives up after 5 retries before the first reply, and after 20 later', async (t) => {
  for (const [route, tries] of [
    ['start', 6],
    ['poll', 21],
  ]) {
    const { edge, flow, clock } = await setupPolling(t, { prepare: (edge) => edge.replyAlways(route, broken) })
    const { failure, error } = await untilStep(flow, 'failed')
    assert.deepEqual([failure.code, failure.next, failure.retryAt], ['unreachable', 'retry-later', 30_000])
    assert.ok(isError('unreachable')(error))
    assert.deepEqual([edge.callsOf(route).length, clock.pauses.length], [tries, tries - 1])
  }
})

test('after the last retry the code says whose fault it is, and the cause is attached', async (t) => {
  const cause = new Error('hunter2')
  const fail = () => Promise.reject(cause)
  const unavailable = problem(503, { code: 'UNAVAILABLE', next: 'retry-later' })
  for (const [more, code, attached] of [
    [{ options: { headers: fail } }, 'host-error', cause],
    [{ options: { fetch: fail } }, 'unreachable', cause],
    [{ prepare: (edge) => edge.replyAlways('start', unavailable) }, 'UNAVAILABLE', undefined],
  ]) {
    const { flow } = await setup(t, more)
    const step = await untilStep(flow, 'failed')
    assert.deepEqual([step.failure.code, step.failure.retryAt], [code, 30_000])
    assert.equal(step.error.cause, attached)
    assert.ok(!JSON.stringify(step).includes('hunter2') && !step.error.message.includes('hunter2'))
  }
})

test('a start is retried after a lost reply and joins the same flow', async (t) => {
  const { edge, flow } = await setup(t, { prepare: (edge) => edge.replyOnce('start', lostReply) })
  await edge.untilCall('stream')
  edge.setStep(DONE)
  await flow.result()
  assert.equal(edge.callsOf('start').length, 2)
})

// Errors ------------------------------------------------------------------------------------------

const NOT_FOUND = { code: 'NOT_FOUND', next: 'start-over', path: '/flow', detail: 'x' }
for (const [name, reply, expected] of [
  [
    '401 with a problem document',
    problem(401, { code: 'UNAUTHENTICATED', next: 'sign-in' }),
    ['UNAUTHENTICATED', 'sign-in'],
  ],
  [
    '403 with a problem document',
    problem(403, { code: 'FORBIDDEN', next: 'fix-integration' }),
    ['FORBIDDEN', 'fix-integration'],
  ],
  ['404 with a problem document', problem(404, NOT_FOUND), ['NOT_FOUND', 'start-over']],
  ['401 with an HTML page', html(401), ['UNAUTHENTICATED', 'sign-in']],
  ['403 with an HTML page', html(403), ['FORBIDDEN', 'fix-integration']],
  ['404 with an HTML page', html(404), ['NOT_FOUND', 'start-over']],
  ['418 with an HTML page', html(418), ['request-refused', 'fix-integration']],
  [
    '500 with a configuration error',
    problem(500, { code: 'INVALID_INPUT', next: 'fix-integration' }),
    ['INVALID_INPUT', 'fix-integration'],
  ],
  [
    '403 with the code of a gateway',
    gateway(403, { code: 'AccessDenied', next: 'call-us' }),
    ['FORBIDDEN', 'fix-integration'],
  ],
  [
    '400 with a code of another shape in a problem document',
    problem(400, { code: 'bad_Request.7' }),
    ['request-refused', 'fix-integration'],
  ],
  ['a redirect', html(302, { location: '/login' }), ['redirected', 'fix-integration']],
]) {
  test(`${name} ends the flow in the page`, async (t) => {
    for (const route of ['start', 'stream', 'poll']) {
      const make = route === 'poll' ? setupPolling : setup
      const { flow, clock } = await make(t, { prepare: (edge) => edge.replyOnce(route, reply) })
      const { failure, error } = await untilStep(flow, 'failed')
      assert.deepEqual([failure.code, failure.next], expected)
      assert.equal(error.message.split(': ')[0], failure.code)
      assert.ok(!('detail' in error) && !('type' in error) && !('title' in error))
      assert.deepEqual(clock.pauses, [])
    }
  })
}

test('an invalid URL, flow id or connection is refused at once', () => {
  assert.throws(() => remote('/mfa'), isError('INVALID_INPUT', { path: '/url' }), 'relative, but not in a page')
  assert.throws(() => remote('/mfa'), { message: 'INVALID_INPUT: /url must be an absolute URL outside a page' })
  const mfa = remote('http://127.0.0.1:1/mfa')
  for (const flowId of ['', '..', 'a/b', '../x', undefined]) {
    assert.throws(() => mfa.resume(flowId), isError('INVALID_INPUT', { path: '/flowId' }))
  }
  for (const params of [undefined, {}, { connection: 7 }]) {
    assert.throws(() => mfa.start(params), isError('INVALID_INPUT', { path: '/params/connection' }))
  }
})

// Answers -----------------------------------------------------------------------------------------

/** A flow at its first challenge. */
async function setupChallenge(t, more) {
  const stage = await setup(t, more)
  await stage.edge.untilCall('stream')
  stage.edge.setStep(challenge(1))
  return { ...stage, step: await untilStep(stage.flow, 'challenge') }
}

test('a second answer returns the first promise and sends nothing', async (t) => {
  const { edge, step } = await setupChallenge(t)
  const form = new FormData()
  form.append('1.1.answer', 'Montreal')
  const first = step.answer(form)
  assert.equal(step.answer({ '1.1.answer': 'Toronto' }), first)
  assert.equal(step.answerRaw({ q: ['Toronto'] }), first)
  await first
  assert.equal(step.answer(city), first)
  assert.deepEqual(
    edge.callsOf('answer').map(({ body }) => body),
    [{ round: 1, answers: { '1.1.answer': ['Montreal'] } }],
  )
})

test('raw answers are sent unchanged', async (t) => {
  const { edge, step } = await setupChallenge(t)
  await step.answerRaw({ q: ['Montreal'] })
  assert.deepEqual(edge.callsOf('answer')[0].body, { round: 1, raw: { q: ['Montreal'] } })
})

test('invalid answers reject with their fields, and the round stays open', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  const fields = [{ name: '1.1.answer', reason: 'missing' }]
  const refused = { code: 'INVALID_ANSWER', next: 'answer-again', path: '/answers', fields }
  edge.replyOnce('answer', problem(422, refused))
  await assert.rejects(step.answer({}), isError('INVALID_ANSWER', { fields, path: '/answers', status: 422 }))
  assert.equal(flow.current, step)
  await assert.rejects(
    step.answer({ '1.1.answer': () => {} }),
    isError('INVALID_INPUT', { path: '/answers/1.1.answer' }),
  )
  await step.answer(city)
  edge.setStep(DONE)
  await flow.result()
  assert.equal(edge.callsOf('answer').length, 2)
})

test('an answer to a past round rejects with STALE_ROUND, and is not sent if the page knows', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyOnce('answer', problem(409, { code: 'STALE_ROUND', next: 'answer-again' }))
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  edge.setStep(ANSWERING)
  await untilStep(flow, 'working')
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  flow.cancel()
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  assert.equal(edge.callsOf('answer').length, 1)
})

test('the rate limit of answers rejects at once', async (t) => {
  const { edge, step } = await setupChallenge(t)
  edge.replyOnce('answer', problem(429, { code: 'RATE_LIMITED', next: 'start-over' }))
  await assert.rejects(step.answer(city), isError('RATE_LIMITED', { next: 'start-over' }))
  assert.equal(edge.callsOf('answer').length, 1)
})

test('an answer whose reply was lost is not sent again if the flow has gone on', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyOnce('answer', lostReply)
  await step.answer(city)
  assert.equal(edge.callsOf('answer').length, 1)
  edge.setStep(DONE)
  await flow.result()
})

test('after a lost reply, the state is requested before the answer is sent again', async (t) => {
  const { edge, step, flow } = await setupChallenge(t)
  edge.replyAlways('stream', () => {})
  edge.replyOnce('answer', (call, response, reply) => {
    edge.dropConnections()
    lostReply(call, response, reply)
  })
  await step.answer(city)
  assert.deepEqual(
    [edge.callsOf('getState').length, edge.callsOf('answer').length, flow.current.kind],
    [1, 1, 'working'],
  )
})

test('an answer that did not arrive is sent again', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyOnce('answer', broken)
  edge.replyOnce('answer', html(503, { 'retry-after': '2' }))
  await step.answer(city)
  const sent = edge.callsOf('answer').map(({ body }) => body)
  assert.deepEqual(sent, Array(3).fill({ round: 1, answers: city }))
  assert.equal(edge.callsOf('getState').length, 2)
  edge.setStep(DONE)
  await flow.result()
})

test('after a timeout, the state is requested and the answer is sent again', async (t) => {
  const { edge, flow, step, clock } = await setupChallenge(t)
  edge.replyOnce('answer', () => {})
  const answered = step.answer(city)
  await edge.untilCall('answer')
  clock.expire(40_000)
  await answered
  assert.deepEqual([edge.callsOf('getState').length, edge.callsOf('answer').length], [1, 2])
  flow.cancel()
})

test('answer() rejects after 20 retries, and the round stays open', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyAlways('answer', html(500))
  await assert.rejects(step.answer(city), isError('unreachable', { next: 'retry-later' }))
  assert.equal(edge.callsOf('answer').length, 21)
  edge.repair()
  await step.answer(city)
  edge.setStep(DONE)
  await flow.result()
})

test('answer() resolves if the flow ends while it is sent', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyOnce('answer', () => edge.setStep(DONE))
  await step.answer(city)
  assert.deepEqual(await flow.result(), DONE.result)
})

// The pages of the vendor and the bank ------------------------------------------------------------

const CONNECT = { kind: 'connect', purpose: 'mfa', until: 9, address: 'https://vendor.example/?t=1' }

test('a connect step returns its URL, and posts the claims of the page', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(CONNECT)
  const step = await untilStep(flow, 'connect')
  assert.deepEqual([step.purpose, step.until, await step.pageUrl()], ['mfa', 9, CONNECT.address])
  await step.returned({ loginId: LOGIN })
  await step.returned({ loginId: LOGIN, state: null, accountIds: ['a1'] })
  step.tokenRefused()
  step.sessionExpired()
  await edge.untilCall('message', 4)
  assert.deepEqual(
    edge.callsOf('message').map(({ body }) => body),
    [
      { kind: 'returned', claim: { loginId: LOGIN } },
      { kind: 'returned', claim: { loginId: LOGIN, state: null, accountIds: ['a1'] } },
      { kind: 'token-refused', address: CONNECT.address },
      { kind: 'session-expired', address: CONNECT.address },
    ],
  )
  for (const claim of [{ loginId: 'x' }, {}, null, undefined, LOGIN]) {
    assert.throws(() => step.returned(claim), isError('INVALID_INPUT', { path: '/claim/loginId' }))
  }
  for (const accountIds of [1n, () => ['a1']]) {
    const call = () => step.returned({ loginId: LOGIN, accountIds })
    assert.throws(call, isError('INVALID_INPUT', { path: '/claim/accountIds' }))
  }
  edge.setStep(DONE)
  await flow.result()
  assert.ok(step.signal.aborted)
  await step.returned({ loginId: LOGIN })
  assert.equal(edge.callsOf('message').length, 4, 'reports after the step are ignored')
})

test('a refused claim rejects its promise, which may be ignored', async (t) => {
  const rejected = t.mock.fn()
  process.on('unhandledRejection', rejected)
  t.after(() => process.off('unhandledRejection', rejected))
  const { edge, flow } = await setup(t)
  edge.setStep(CONNECT)
  const step = await untilStep(flow, 'connect')
  edge.replyAlways('message', problem(400, { code: 'INVALID_INPUT', next: 'fix-integration', path: '/claim/state' }))
  const page = { location: new URL(`https://shop.example/?loginId=${LOGIN}&state=x`), history: { replaceState() {} } }
  await assert.rejects(
    handleLanding(flow, page, 'https://shop.example/'),
    isError('INVALID_INPUT', { path: '/claim/state' }),
  )
  // To await the promise would handle its rejection. Node reports an unhandled one before the next turn.
  const ignored = step.returned({ loginId: LOGIN })
  await until(() => inspect(ignored).includes('<rejected>'), 'the edge refuses the claim')
  assert.deepEqual([rejected.mock.callCount(), flow.current], [0, step])
})

test('a refused token whose reply is lost opens one new page', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(CONNECT)
  const step = await untilStep(flow, 'connect')
  edge.replyOnce('message', (_, response) => {
    edge.setStep({ ...CONNECT, address: 'https://vendor.example/?t=2' })
    response.destroy()
  })
  step.tokenRefused()
  await until(() => flow.current !== step, 'the flow leaves the step')
  assert.equal(await flow.current.pageUrl(), 'https://vendor.example/?t=2')
  edge.setStep(DONE)
  await flow.result()
  assert.equal(edge.callsOf('message').length, 1)
})

test('pageUrl() rejects with secret-missing if the edge has no token', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep({ ...CONNECT, address: null })
  const step = await untilStep(flow, 'connect')
  await assert.rejects(step.pageUrl(), isError('secret-missing', { next: 'fix-integration' }))
})

test('a redirect step posts the landing URL', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(REDIRECT)
  const step = await untilStep(flow, 'redirect')
  assert.deepEqual([step.url, step.purpose, step.error], [REDIRECT.url, 'widget', null])
  assert.throws(() => step.returned('nowhere'), isError('INVALID_INPUT', { path: '/landing' }))
  step.returned('https://shop.example/?member_guid=MBR-1')
  const { body } = await edge.untilCall('message')
  assert.deepEqual(body, { kind: 'landed', url: 'https://shop.example/?member_guid=MBR-1' })
})

test('pageUrl() of a redirect step asks the edge each time, and the step stays', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(REDIRECT)
  const step = await untilStep(flow, 'redirect')
  const [first, second] = await Promise.all([step.pageUrl(), step.pageUrl()])
  assert.deepEqual([first, second], ['https://widget.example/1', 'https://widget.example/2'])
  assert.deepEqual([flow.current, step.url, step.signal.aborted], [step, second, false])
  const { body } = await edge.untilCall('message', 2)
  assert.deepEqual(body, { kind: 'window-opened' })
})

test('after a lost reply, pageUrl() asks again and gets another address', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(REDIRECT)
  const step = await untilStep(flow, 'redirect')
  edge.replyOnce('message', lostReply)
  edge.replyOnce('message', problem(503, { code: 'UNAVAILABLE', next: 'retry-later' }, { 'retry-after': '1' }))
  assert.equal(await step.pageUrl(), 'https://widget.example/2')
  assert.equal(edge.callsOf('message').length, 3)
})

test('pageUrl() rejects if the edge refuses the call, or the flow leaves the step', async (t) => {
  const { edge, flow } = await setup(t)
  edge.setStep(REDIRECT)
  const step = await untilStep(flow, 'redirect')
  edge.replyOnce('message', problem(429, { code: 'RATE_LIMITED', next: 'start-over' }))
  await assert.rejects(step.pageUrl(), isError('RATE_LIMITED'))
  edge.replyOnce('message', (_, response, reply) => {
    edge.setStep(challenge(1))
    reply()
  })
  await assert.rejects(step.pageUrl(), isError('OUT_OF_TURN'))
  assert.equal(step.url, REDIRECT.url, 'the step that was left keeps its address')
  await assert.rejects(step.pageUrl(), isError('OUT_OF_TURN'))
  assert.equal(edge.callsOf('message').length, 2)
})

test('a redirect step has the error of the previous window, and cancel() carries its reason', async (t) => {
  const { edge, flow } = await setup(t)
  const error = { code: 'denied', vendorReason: 'DENIED' }
  edge.setStep({ ...REDIRECT, error })
  assert.deepEqual((await untilStep(flow, 'redirect')).error, error)
  flow.cancel()
  assert.deepEqual([flow.current.failure.code, flow.current.failure.vendorCode], ['cancelled', 'DENIED'])
})

// The end -----------------------------------------------------------------------------------------

test('cancel() ends the flow at once, and posts it to the edge', async (t) => {
  const { edge, flow } = await setupChallenge(t)
  let changes = 0
  flow.subscribe(() => (changes += 1))
  const { cancel } = flow
  cancel()
  cancel()
  assert.deepEqual([changes, flow.current.failure.code, flow.current.failure.next], [1, 'cancelled', 'start-over'])
  await assert.rejects(flow.result(), isError('cancelled'))
  assert.equal((await edge.untilCall('cancel')).id, 'flow-1')
  await edge.untilIdle()
  assert.equal(edge.callsOf('cancel').length, 1)
})

test('cancel() while an answer is being sent fails with retry-later and a retryAt', async (t) => {
  const { edge, flow, clock, step } = await setupChallenge(t)
  edge.replyOnce('answer', () => {})
  step.answer(city)
  await edge.untilCall('answer')
  flow.cancel()
  const { code, next, retryAt } = flow.current.failure
  assert.deepEqual([code, next], ['cancelled', 'retry-later'])
  assert.ok(retryAt > clock.now())
})

test('cancel() after a refused answer fails with start-over', async (t) => {
  const { edge, flow, step } = await setupChallenge(t)
  edge.replyOnce('answer', problem(422, { ...NOT_FOUND, code: 'INVALID_ANSWER' }))
  await assert.rejects(step.answer({}), isError('INVALID_ANSWER'))
  flow.cancel()
  assert.equal(flow.current.failure.next, 'start-over')
})

test('a flow that is cancelled before its id is known is cancelled at the edge', async (t) => {
  const { edge, flow } = await setup(t)
  flow.cancel()
  assert.equal(flow.current.kind, 'failed')
  assert.equal((await edge.untilCall('cancel')).id, 'flow-1')
  assert.equal(edge.callsOf('stream').length, 0)
})

test('a flow that is cancelled before its id is known is cancelled at the edge after lost replies', async (t) => {
  const { edge, flow } = await setup(t, {
    prepare: (edge) => [lostReply, broken].map((reply) => edge.replyOnce('start', reply)),
  })
  flow.cancel()
  assert.equal((await edge.untilCall('cancel')).id, 'flow-1')
  assert.equal(edge.callsOf('start').length, 3)
})

test('a cancelled flow gives up after 5 retries of its start', async (t) => {
  const { edge, flow, clock } = await setup(t, { prepare: (edge) => edge.replyAlways('start', broken) })
  flow.cancel()
  await edge.untilCall('start', 6)
  await until(() => clock.open.size === 0, 'no wait is left')
  // A start sent now would arrive before this request.
  await fetch(`${edge.address}/flows/flow-1`)
  assert.equal(edge.callsOf('start').length, 6)
})

for (const [name, end] of Object.entries({
  'that is done': ({ edge }) => edge.setStep(DONE),
  'that is cancelled while the edge is down': ({ edge, flow }) => {
    edge.replyOnce('cancel', html(502))
    flow.cancel()
  },
  'that is refused': ({ edge }) => {
    edge.replyAlways('stream', problem(404, NOT_FOUND))
    edge.dropConnections()
  },
})) {
  test(`a flow ${name} leaves no timer, no listener and no connection`, async (t) => {
    const listeners = fakeWindow(t)
    const stage = await setupChallenge(t)
    assert.deepEqual([listeners.size, stage.clock.open.size, stage.edge.waiting.size], [2, 1, 1])
    end(stage)
    await stage.flow.result().catch(() => {})
    await stage.edge.untilIdle()
    await until(() => stage.clock.open.size === 0, 'no wait is left')
    assert.equal(listeners.size, 0)
  })
}

test('the process exits after its flow has ended', async (t) => {
  const edge = await edgeStub(t)
  edge.untilCall('stream').then(() => edge.setStep(DONE))
  const script = `
    import { remote } from 'bank-mfa/remote'
    const flow = remote('${edge.address}').start({ connection: 'chequing' })
    console.log((await flow.result()).institution)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: app,
  })
  assert.equal(stdout.trim(), 'FlinksCapital')
})

// The requests ------------------------------------------------------------------------------------

test('the headers function is called before each request, and only a POST has a content type', async (t) => {
  let count = 0
  const headers = async () => ({ authorization: `Bearer ${(count += 1)}` })
  const { edge, step } = await setupChallenge(t, { options: { headers } })
  await step.answer(city)
  const seen = edge.calls.map(({ route, headers }) => [route, headers.authorization, headers['content-type']])
  assert.deepEqual(seen, [
    ['start', 'Bearer 1', 'application/json'],
    ['stream', 'Bearer 2', undefined],
    ['answer', 'Bearer 3', 'application/json'],
  ])
})

// Data --------------------------------------------------------------------------------------------

test('data is requested when the flow is done, and again after Retry-After or a lost reply', async (t) => {
  const { edge, clock, flow } = await setup(t)
  edge.replyOnce('data', pending(10))
  edge.replyOnce('data', broken)
  edge.replyOnce('data', problem(502, { code: 'busy', next: 'retry-later' }))
  const data = flow.data('accounts')
  await edge.untilCall('stream')
  assert.equal(edge.callsOf('data').length, 0)
  clock.pauses.length = 0
  edge.setStep(DONE)
  assert.deepEqual(await data, ['accounts'])
  assert.deepEqual(
    edge.callsOf('data').map(({ id, name }) => [id, name]),
    Array(4).fill(['flow-1', 'accounts']),
  )
  const [first, ...others] = clock.pauses
  assert.deepEqual([first, others.length], [10_000, 2])
  assert.ok(others.every((ms) => ms >= 500))
})

test('data() rejects if the edge refuses it or the flow failed', async (t) => {
  const { edge, flow, mfa } = await setup(t)
  await edge.untilCall('stream')
  edge.setStep(DONE)
  edge.replyAlways('data', problem(404, { code: 'NOT_FOUND', next: 'start-over' }))
  await assert.rejects(flow.data('../accounts'), isError('NOT_FOUND', { next: 'start-over' }))
  assert.equal(edge.callsOf('data')[0].name, '..%2Faccounts')
  edge.repair()
  edge.replyAlways('data', problem(500, { code: 'unauthorized', next: 'fix-integration' }))
  await assert.rejects(flow.data('accounts'), isError('unauthorized'))
  const failure = { code: 'vendor-error', next: 'retry-later', message: '' }
  edge.setStep({ kind: 'failed', failure })
  await assert.rejects(mfa.resume('flow-1').data('accounts'), isError('vendor-error'))
  assert.equal(edge.callsOf('data').length, 2)
})

test('data() rejects after 20 retries', async (t) => {
  const { edge, flow } = await setup(t)
  await edge.untilCall('stream')
  edge.setStep(DONE)
  edge.replyAlways('data', html(503))
  await assert.rejects(flow.data('accounts'), isError('unreachable', { next: 'retry-later' }))
})
