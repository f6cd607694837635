/** Flows at the edge, followed from elsewhere: over real sockets, through streams and long polls that break in every way. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { app, resolve, settled, until } from './bench.mjs'
import {
  ANSWERING,
  DONE,
  START,
  asks,
  broken,
  buffered,
  edgeStub,
  hasty,
  html,
  pending,
  problem,
  unheard,
} from './edge-stub.mjs'

const { remote, FlowError, RemoteFlow } = await import(pathToFileURL(resolve('bank-mfa/remote')))
const { land } = await import(pathToFileURL(resolve('bank-mfa/connect')))

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

/** An edge, a flow there, and a clock that does not keep a test waiting. */
async function bench(t, { options = {}, spoil = () => {} } = {}) {
  const [edge, clock] = [await edgeStub(t), hasty()]
  spoil(edge)
  const there = remote(edge.address, { clock, ...options })
  const flow = there.start({ connection: 'chequing' })
  t.after(() => flow.cancel())
  return { edge, clock, there, flow }
}

/** The same where nothing streams. */
const polling = (t, more = {}) =>
  bench(t, {
    ...more,
    spoil(edge) {
      edge.always('stream', html(502))
      more.spoil?.(edge)
    },
  })

// Steps -----------------------------------------------------------------------------------------

for (const [name, make, route] of [
  ['a stream', bench, 'stream'],
  ['long polls', polling, 'poll'],
]) {
  test(`a flow is followed to its end by ${name}`, async (t) => {
    const { edge, flow } = await make(t)
    const steps = []
    edge.call(route).then(() => edge.to(asks(1)))
    for await (const step of flow) {
      steps.push(step.kind === 'working' ? `working ${step.stage}` : step.kind)
      if (step.kind === 'challenge') await step.answer(city)
      if (step.stage === 'answer') edge.to(DONE)
    }
    assert.deepEqual(steps.slice(-4), ['working start', 'challenge', 'working answer', 'done'])
    assert.deepEqual(await flow.result(), DONE.result)
    assert.deepEqual(
      edge.of('start').map(({ body: { flow, ...body } }) => [body, /^[\da-f]{32}$/.test(flow)]),
      [[{ connection: 'chequing' }, true]],
    )
    assert.deepEqual(
      edge.of('answer').map(({ body, id }) => [id, body]),
      [['flow-1', { round: 1, answers: city }]],
    )
    assert.ok(edge.of(route).length > 0)
    assert.equal(edge.most, 1, 'one connection waits at a time')
    assert.ok(flow instanceof RemoteFlow)
  })
}

test('the handle is known with the first step that the edge tells, and takes the flow up', async (t) => {
  const { edge, there, flow } = await bench(t)
  assert.deepEqual([flow.id, flow.snapshot()], ['', ''])
  await new Promise((resolve) => flow.subscribe(resolve))
  assert.deepEqual([flow.id, flow.snapshot()], ['flow-1', 'flow-1'])
  edge.to(asks(1))
  const again = there.resume(flow.snapshot())
  const step = await until(again, 'challenge')
  assert.equal(step.round.challenges[0].prompt, 'What city were you born in?')
  edge.to(DONE)
  assert.deepEqual(await Promise.all([flow.result(), again.result()]), [DONE.result, DONE.result])
  assert.equal(edge.of('start').length, 1)
})

test('a step is the same object for as long as it is the same step', async (t) => {
  const { edge, flow } = await bench(t)
  const connect = { kind: 'connect', purpose: 'mfa', until: 1, address: 'https://vendor.example/?t=1' }
  for (const [step, same, next] of [
    [asks(1), asks(1), asks(2)],
    [{ kind: 'redirect', url: 'https://a.example/' }, null, { kind: 'redirect', url: 'https://b.example/' }],
    [connect, { ...connect, until: 2 }, { ...connect, address: 'https://vendor.example/?t=2' }],
  ]) {
    edge.to(step)
    const first = await until(flow, step.kind)
    let changes = 0
    const stop = flow.subscribe(() => (changes += 1))
    edge.to(same ?? step)
    edge.to(next)
    while (changes === 0) await settled()
    stop()
    assert.equal(changes, 1)
    assert.notEqual(flow.current, first)
    if (first.signal) assert.deepEqual([first.signal.aborted, flow.current.signal.aborted], [true, false])
  }
})

test('news that is older than what is known is none', async (t) => {
  const { edge, flow } = await polling(t)
  edge.to(asks(1))
  edge.to(asks(2))
  const step = await until(flow, 'challenge')
  edge.next('poll', (_, response) => response.end(JSON.stringify({ version: 2, step: asks(1) })))
  edge.drop()
  await edge.call('poll', edge.of('poll').length + 2)
  assert.equal(flow.current, step)
  assert.equal(step.round.number, 2)
})

test('a failure of the flow is a step, and what result rejects with', async (t) => {
  const { edge, flow } = await bench(t)
  const failure = { code: 'login-disabled', next: 'visit-bank', message: 'a sentence', vendorCode: 'DISABLED_LOGIN' }
  edge.to({ kind: 'failed', failure: { retryAt: null, status: 401, ...failure } })
  const step = await until(flow, 'failed')
  assert.deepEqual(step.failure, { retryAt: null, status: 401, ...failure })
  await assert.rejects(flow.result(), (error) => error === step.error && isError('login-disabled')(error))
  assert.equal(step.error.flowId, 'flow-1')
})

// Streams ---------------------------------------------------------------------------------------

/** A stream with every kind of line end, comments, ids, fields that nobody knows, and letters of several bytes. */
const odd = (_, response) => {
  const [one, two, three] = [asks(1, 'Où? 🏦'), asks(2), DONE].map((step, at) =>
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
  test(`events are read from pieces of ${size} bytes`, async (t) => {
    const cut = async (...call) => {
      const { body, headers, status } = await fetch(...call)
      const pieces = new TransformStream({
        transform(chunk, controller) {
          for (let at = 0; at < chunk.length; at += size) controller.enqueue(chunk.slice(at, at + size))
        },
      })
      return new Response(body.pipeThrough(pieces), { headers, status })
    }
    const { flow } = await bench(t, { options: { fetch: cut }, spoil: (edge) => edge.next('stream', odd) })
    const prompts = []
    flow.subscribe(() => {
      const { kind, round } = flow.current
      prompts.push(round ? `${round.number} ${round.challenges[0].prompt}` : kind)
    })
    await flow.result()
    assert.deepEqual(prompts, ['working', '1 Où? 🏦', '2 What city were you born in?', 'done'])
  })
}

test('a stream that drops in the middle of an event is opened again, and the event is not half believed', async (t) => {
  const half = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(`data: ${JSON.stringify({ version: 1, step: START })}\n\n`)
    response.write(`data: {"version":2,"step":{"kind":"done","result":{}}}\n`, () => response.destroy())
  }
  const { edge, flow, clock } = await bench(t, { spoil: (edge) => edge.next('stream', half) })
  await edge.call('stream', 2)
  assert.equal(flow.current.kind, 'working')
  edge.to(DONE)
  assert.deepEqual(await flow.result(), DONE.result)
  assert.equal(edge.of('poll').length, 0)
  assert.equal(clock.pauses.length, 1)
})

test('a stream that falls silent is opened again', async (t) => {
  const { edge, flow, clock } = await bench(t)
  await edge.call('stream')
  while (![...clock.open].some(({ ms }) => ms === 40_000)) await settled()
  clock.runOut(40_000)
  await edge.call('stream', 2)
  edge.to(DONE)
  await flow.result()
  assert.equal(edge.most, 1)
})

test('a stream that the edge closes after its time is opened again', async (t) => {
  const { edge, flow } = await bench(t)
  await edge.call('stream')
  for (const response of edge.waiting) response.end()
  await edge.call('stream', 2)
  edge.to(DONE)
  await flow.result()
})

test('where something holds streams back, long poll serves, for all flows', async (t) => {
  const { edge, flow, clock, there } = await bench(t, { spoil: (edge) => edge.always('stream', buffered) })
  await edge.call('stream')
  clock.runOut(5_000)
  const { after } = await edge.call('poll')
  assert.equal(after, 1)
  const other = there.resume('flow-1')
  edge.to(DONE)
  await Promise.all([flow.result(), other.result()])
  assert.deepEqual([edge.of('stream').length, clock.pauses], [1, []])
})

for (const [name, reply] of Object.entries({
  'refused as not acceptable': problem(406, { code: 'INVALID_INPUT', next: 'fix-integration' }),
  'refused by a proxy': html(502),
  'answered by a page': html(200),
  'answered as a look': (_, response, reply) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ version: 1, step: START }))
  },
  broken,
})) {
  test(`where streams are ${name}, long poll serves`, async (t) => {
    const { edge, flow } = await bench(t, { spoil: (edge) => edge.always('stream', reply) })
    await edge.call('poll')
    edge.to(asks(1))
    await until(flow, 'challenge')
    edge.to(DONE)
    await flow.result()
    assert.equal(edge.of('stream').length, 1)
  })
}

// Lost calls ------------------------------------------------------------------------------------

test('a poll that brings no news is followed by a pause', async (t) => {
  const nothing = (_, response) => response.end(JSON.stringify({ version: 1, step: START }))
  const { edge, flow, clock } = await polling(t, { spoil: (edge) => edge.next('poll', nothing) })
  await edge.call('poll', 2)
  assert.deepEqual(clock.pauses, [1_000])
  edge.to(DONE)
  await flow.result()
})

test('what is lost is asked again, after longer and longer pauses that differ', async (t) => {
  const { edge, flow, clock } = await polling(t, {
    spoil: (edge) =>
      [broken, html(503), html(200), problem(500), broken, broken, broken].map((r) => edge.next('poll', r)),
  })
  await edge.call('poll', 8)
  const bounds = [1, 2, 4, 8, 16, 30, 30].map((seconds) => seconds * 1_000)
  assert.equal(clock.pauses.length, bounds.length)
  clock.pauses.forEach((ms, at) => assert.ok(ms >= bounds[at] / 2 && ms <= bounds[at], `${ms} at ${at}`))
  edge.to(DONE)
  await flow.result()
})

for (const status of [429, 503]) {
  for (const [name, value] of Object.entries({ seconds: '45', 'a date': new Date(45_000).toUTCString() })) {
    test(`a ${status} that asks for a pause in ${name} gets it`, async (t) => {
      const { edge, flow, clock } = await polling(t, {
        spoil: (edge) => edge.next('poll', problem(status, { code: 'RATE_LIMITED' }, { 'retry-after': value })),
      })
      await edge.call('poll', 2)
      assert.deepEqual(clock.pauses, [45_000])
      edge.to(DONE)
      await flow.result()
    })
  }
}

/** The process plays a page: gives what wakes it. */
function windowed(t, navigator) {
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

test('who is back online asks at once, but not where the edge has asked for a pause', async (t) => {
  const listeners = windowed(t)
  const { edge, clock } = await polling(t, { spoil: (edge) => edge.always('poll', broken) })
  clock.holds.push((ms) => ms < 1_000 || ms === 45_000)
  const paused = async (ms) => {
    while (![...clock.open].some((wait) => ms(wait.ms))) await settled()
  }
  await edge.call('poll')
  await paused((ms) => ms < 1_000)
  edge.mend()
  edge.next('poll', html(503, { 'retry-after': '45' }))
  listeners.get('online')()
  await edge.call('poll', 2)
  await paused((ms) => ms === 45_000)
  listeners.get('online')()
  await settled()
  assert.ok([...clock.open].some(({ ms }) => ms === 45_000))
  assert.equal(edge.of('poll').length, 2)
})

test('being offline is no reason to give up', async (t) => {
  const navigator = { onLine: false }
  windowed(t, navigator)
  const { edge, flow } = await polling(t, { spoil: (edge) => edge.always('poll', broken) })
  await edge.call('poll', 40)
  edge.mend()
  navigator.onLine = true
  edge.to(DONE)
  await flow.result()
})

test('who is to come back later than in a minute is told when, and waits for nothing', async (t) => {
  const tooMany = problem(429, { code: 'RATE_LIMITED', next: 'retry-later' }, { 'retry-after': '3600' })
  const { flow } = await bench(t, { spoil: (edge) => edge.next('start', tooMany) })
  const { failure, error } = await until(flow, 'failed')
  const facts = { code: 'RATE_LIMITED', next: 'retry-later', retryAt: 3_600_000, status: 429 }
  assert.deepEqual(failure, { ...facts, message: 'a sentence', vendorCode: null })
  assert.ok(isError('RATE_LIMITED', facts)(error))
})

test('an edge that is never reached is given up soon, one that was heard late', async (t) => {
  for (const [route, tries] of [
    ['start', 6],
    ['poll', 21],
  ]) {
    const { edge, flow, clock } = await polling(t, { spoil: (edge) => edge.always(route, broken) })
    const { failure, error } = await until(flow, 'failed')
    assert.deepEqual([failure.code, failure.next, failure.retryAt], ['unreachable', 'retry-later', 30_000])
    assert.ok(isError('unreachable')(error))
    assert.deepEqual([edge.of(route).length, clock.pauses.length], [tries, tries - 1])
  }
})

test('a start whose reply was lost joins the flow that it started', async (t) => {
  const { edge, flow } = await bench(t, { spoil: (edge) => edge.next('start', unheard) })
  await edge.call('stream')
  edge.to(DONE)
  await flow.result()
  assert.equal(edge.of('start').length, 2)
})

// Refusals --------------------------------------------------------------------------------------

const REFUSED = { code: 'NOT_FOUND', next: 'start-over', path: '/flow', detail: 'x' }
for (const [name, reply, expected] of [
  ['401 with a problem', problem(401, { code: 'UNAUTHENTICATED', next: 'sign-in' }), ['UNAUTHENTICATED', 'sign-in']],
  [
    '403 with a problem',
    problem(403, { code: 'FORBIDDEN', next: 'fix-integration' }),
    ['FORBIDDEN', 'fix-integration'],
  ],
  ['404 with a problem', problem(404, REFUSED), ['NOT_FOUND', 'start-over']],
  ['401 with a page', html(401), ['UNAUTHENTICATED', 'sign-in']],
  ['403 with a page', html(403), ['FORBIDDEN', 'fix-integration']],
  ['404 with a page', html(404), ['NOT_FOUND', 'start-over']],
  ['418 with a page', html(418), ['request-refused', 'fix-integration']],
  [
    '500 with a mistake in the configuration',
    problem(500, { code: 'INVALID_INPUT', next: 'fix-integration' }),
    ['INVALID_INPUT', 'fix-integration'],
  ],
  ['a redirect', html(302, { location: '/login' }), ['redirected', 'fix-integration']],
]) {
  test(`${name} ends what the page follows`, async (t) => {
    for (const route of ['start', 'stream', 'poll']) {
      const make = route === 'poll' ? polling : bench
      const { flow, clock } = await make(t, { spoil: (edge) => edge.next(route, reply) })
      const { failure, error } = await until(flow, 'failed')
      assert.deepEqual([failure.code, failure.next], expected)
      assert.equal(error.message.split(': ')[0], failure.code)
      assert.ok(!('detail' in error) && !('type' in error) && !('title' in error))
      assert.deepEqual(clock.pauses, [])
    }
  })
}

test('what is no address, no handle and no connection is refused at once', () => {
  assert.throws(() => remote('/mfa'), isError('INVALID_INPUT', { path: '/url' }), 'relative, outside of a page')
  const there = remote('http://127.0.0.1:1/mfa')
  for (const handle of ['', '..', 'a/b', '../x', undefined]) {
    assert.throws(() => there.resume(handle), isError('INVALID_INPUT', { path: '/handle' }))
  }
  for (const params of [undefined, {}, { connection: 7 }]) {
    assert.throws(() => there.start(params), isError('INVALID_INPUT', { path: '/params/connection' }))
  }
})

// Answers ---------------------------------------------------------------------------------------

async function asked(t, more) {
  const stage = await bench(t, more)
  await stage.edge.call('stream')
  stage.edge.to(asks(1))
  return { ...stage, step: await until(stage.flow, 'challenge') }
}

test('answering twice gives the first promise, and sends one request', async (t) => {
  const { edge, step } = await asked(t)
  const form = new FormData()
  form.append('1.1.answer', 'Montreal')
  const first = step.answer(form)
  assert.equal(step.answer({ '1.1.answer': 'Toronto' }), first)
  assert.equal(step.answerRaw({ q: ['Toronto'] }), first)
  await first
  assert.equal(step.answer(city), first)
  assert.deepEqual(
    edge.of('answer').map(({ body }) => body),
    [{ round: 1, answers: { '1.1.answer': ['Montreal'] } }],
  )
})

test('raw answers are sent as they are', async (t) => {
  const { edge, step } = await asked(t)
  await step.answerRaw({ q: ['Montreal'] })
  assert.deepEqual(edge.of('answer')[0].body, { round: 1, raw: { q: ['Montreal'] } })
})

test('answers that do not fit leave the round open, and tell the fields', async (t) => {
  const { edge, flow, step } = await asked(t)
  const fields = [{ name: '1.1.answer', reason: 'missing' }]
  const refused = { code: 'INVALID_ANSWER', next: 'answer-again', path: '/answers', fields }
  edge.next('answer', problem(422, refused))
  await assert.rejects(step.answer({}), isError('INVALID_ANSWER', { fields, path: '/answers', status: 422 }))
  assert.equal(flow.current, step)
  await assert.rejects(
    step.answer({ '1.1.answer': () => {} }),
    isError('INVALID_INPUT', { path: '/answers/1.1.answer' }),
  )
  await step.answer(city)
  edge.to(DONE)
  await flow.result()
  assert.equal(edge.of('answer').length, 2)
})

test('an answer to a round that is over is STALE_ROUND, and is not sent where the page knows', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.next('answer', problem(409, { code: 'STALE_ROUND', next: 'answer-again' }))
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  edge.to(ANSWERING)
  await until(flow, 'working')
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  flow.cancel()
  await assert.rejects(step.answer(city), isError('STALE_ROUND'))
  assert.equal(edge.of('answer').length, 1)
})

test('a limit of answers is an answer, too', async (t) => {
  const { edge, step } = await asked(t)
  edge.next('answer', problem(429, { code: 'RATE_LIMITED', next: 'start-over' }))
  await assert.rejects(step.answer(city), isError('RATE_LIMITED', { next: 'start-over' }))
  assert.equal(edge.of('answer').length, 1)
})

test('an answer whose reply was lost is asked about, and not sent again where it was heard', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.next('answer', unheard)
  await step.answer(city)
  assert.equal(edge.of('answer').length, 1)
  edge.to(DONE)
  await flow.result()
})

test('an answer whose reply was lost is not sent again where only a look tells that it was heard', async (t) => {
  const { edge, step, flow } = await asked(t)
  edge.always('stream', () => {})
  edge.next('answer', (call, response, reply) => {
    edge.drop()
    unheard(call, response, reply)
  })
  await step.answer(city)
  assert.deepEqual([edge.of('look').length, edge.of('answer').length, flow.current.kind], [1, 1, 'working'])
})

test('an answer that did not arrive is sent again, with its round', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.next('answer', broken)
  edge.next('answer', html(503, { 'retry-after': '2' }))
  await step.answer(city)
  const sent = edge.of('answer').map(({ body }) => body)
  assert.deepEqual(sent, Array(3).fill({ round: 1, answers: city }))
  assert.equal(edge.of('look').length, 2)
  edge.to(DONE)
  await flow.result()
})

test('an answer that takes too long is asked about', async (t) => {
  const { edge, flow, step, clock } = await asked(t)
  edge.next('answer', () => {})
  const answered = step.answer(city)
  await edge.call('answer')
  clock.runOut(40_000)
  await answered
  assert.deepEqual([edge.of('look').length, edge.of('answer').length], [1, 2])
  flow.cancel()
})

test('an edge that never takes answers is given up, and the round stays open', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.always('answer', html(500))
  await assert.rejects(step.answer(city), isError('unreachable', { next: 'retry-later' }))
  assert.equal(edge.of('answer').length, 21)
  edge.mend()
  await step.answer(city)
  edge.to(DONE)
  await flow.result()
})

test('an answer under way when the flow ends has arrived', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.next('answer', () => edge.to(DONE))
  await step.answer(city)
  assert.deepEqual(await flow.result(), DONE.result)
})

// The vendor's page, and the bank's -------------------------------------------------------------

const CONNECT = { kind: 'connect', purpose: 'mfa', until: 9, address: 'https://vendor.example/?t=1' }

test('a connect step tells its address, and passes on what the page claims', async (t) => {
  const { edge, flow } = await bench(t)
  edge.to(CONNECT)
  const step = await until(flow, 'connect')
  assert.deepEqual([step.purpose, step.until, await step.address()], ['mfa', 9, CONNECT.address])
  await step.returned({ loginId: LOGIN })
  await step.returned({ loginId: LOGIN, state: null })
  step.tokenRefused()
  await edge.call('message', 3)
  assert.deepEqual(
    edge.of('message').map(({ body }) => body),
    [
      { kind: 'returned', claim: { loginId: LOGIN } },
      { kind: 'returned', claim: { loginId: LOGIN, state: null } },
      { kind: 'token-refused' },
    ],
  )
  assert.throws(() => step.returned({ loginId: 'x' }), isError('INVALID_INPUT', { path: '/claim/loginId' }))
  edge.to(DONE)
  await flow.result()
  assert.ok(step.signal.aborted)
  await step.returned({ loginId: LOGIN })
  assert.equal(edge.of('message').length, 3, 'a page that was left says nothing any more')
})

test('a claim that the edge refuses rejects where somebody listens, and nowhere else', async (t) => {
  const rejected = t.mock.fn()
  process.on('unhandledRejection', rejected)
  t.after(() => process.off('unhandledRejection', rejected))
  const { edge, flow } = await bench(t)
  edge.to(CONNECT)
  const step = await until(flow, 'connect')
  edge.always('message', problem(400, { code: 'INVALID_INPUT', next: 'fix-integration', path: '/claim/state' }))
  const page = { location: new URL(`https://shop.example/?loginId=${LOGIN}&state=x`), history: { replaceState() {} } }
  await assert.rejects(land(flow, page, 'https://shop.example/'), isError('INVALID_INPUT', { path: '/claim/state' }))
  step.returned({ loginId: LOGIN })
  await edge.call('message', 2)
  await assert.rejects(step.returned({ loginId: LOGIN }))
  await settled()
  assert.deepEqual([rejected.mock.callCount(), flow.current], [0, step])
})

test('a token that was refused twice by a lost reply opens one new page', async (t) => {
  const { edge, flow } = await bench(t)
  edge.to(CONNECT)
  const step = await until(flow, 'connect')
  edge.next('message', (_, response) => {
    edge.to({ ...CONNECT, address: 'https://vendor.example/?t=2' })
    response.destroy()
  })
  step.tokenRefused()
  while (flow.current === step) await settled()
  assert.equal(await flow.current.address(), 'https://vendor.example/?t=2')
  edge.to(DONE)
  await flow.result()
  assert.equal(edge.of('message').length, 1)
})

test('an address that the edge has no secret for is told like a local one', async (t) => {
  const { edge, flow } = await bench(t)
  edge.to({ ...CONNECT, address: null })
  const step = await until(flow, 'connect')
  await assert.rejects(step.address(), isError('secret-missing', { next: 'fix-integration' }))
})

test('a redirect step passes on where the person landed', async (t) => {
  const { edge, flow } = await bench(t)
  edge.to({ kind: 'redirect', url: 'https://bank.example/' })
  const step = await until(flow, 'redirect')
  assert.equal(step.url, 'https://bank.example/')
  assert.throws(() => step.returned('nowhere'), isError('INVALID_INPUT', { path: '/landing' }))
  step.returned('https://shop.example/?member_guid=MBR-1')
  const { body } = await edge.call('message')
  assert.deepEqual(body, { kind: 'landed', url: 'https://shop.example/?member_guid=MBR-1' })
})

// The end ---------------------------------------------------------------------------------------

test('cancelling ends the flow here at once, and tells the edge', async (t) => {
  const { edge, flow } = await asked(t)
  let changes = 0
  flow.subscribe(() => (changes += 1))
  const { cancel } = flow
  cancel()
  cancel()
  assert.deepEqual([changes, flow.current.failure.code, flow.current.failure.next], [1, 'cancelled', 'start-over'])
  await assert.rejects(flow.result(), isError('cancelled'))
  assert.equal((await edge.call('cancel')).id, 'flow-1')
  await edge.quiet()
  assert.equal(edge.of('cancel').length, 1)
})

test('who cancels while an answer is on its way is not told to start over at once', async (t) => {
  const { edge, flow, clock, step } = await asked(t)
  const heard = new Promise((hear) => edge.next('answer', hear))
  step.answer(city)
  await heard
  flow.cancel()
  const { code, next, retryAt } = flow.current.failure
  assert.deepEqual([code, next], ['cancelled', 'retry-later'])
  assert.ok(retryAt > clock.now())
})

test('who cancels after an answer was refused may start over at once', async (t) => {
  const { edge, flow, step } = await asked(t)
  edge.next('answer', problem(422, { ...REFUSED, code: 'INVALID_ANSWER' }))
  await assert.rejects(step.answer({}), isError('INVALID_ANSWER'))
  flow.cancel()
  assert.equal(flow.current.failure.next, 'start-over')
})

test('a flow that is cancelled before the edge has named it is cancelled there, too', async (t) => {
  const { edge, flow } = await bench(t)
  flow.cancel()
  assert.equal(flow.current.kind, 'failed')
  assert.equal((await edge.call('cancel')).id, 'flow-1')
  assert.equal(edge.of('stream').length, 0)
})

test('a flow that is cancelled before the edge has named it is cancelled there although replies are lost', async (t) => {
  const { edge, flow } = await bench(t, {
    spoil: (edge) => [unheard, broken].map((reply) => edge.next('start', reply)),
  })
  flow.cancel()
  assert.equal((await edge.call('cancel')).id, 'flow-1')
  assert.equal(edge.of('start').length, 3)
})

test('a flow that is cancelled and whose edge is never reached leaves nothing running', async (t) => {
  const { edge, flow, clock } = await bench(t, { spoil: (edge) => edge.always('start', broken) })
  flow.cancel()
  await edge.call('start', 6)
  while (clock.open.size > 0) await settled()
  await settled()
  assert.equal(edge.of('start').length, 6)
})

for (const [name, end] of Object.entries({
  'that is done': ({ edge }) => edge.to(DONE),
  'that is cancelled, though the edge does not hear of it': ({ edge, flow }) => {
    edge.next('cancel', html(502))
    flow.cancel()
  },
  'that is refused': ({ edge }) => {
    edge.always('stream', problem(404, REFUSED))
    edge.drop()
  },
})) {
  test(`a flow ${name} leaves no timer, no listener and no connection`, async (t) => {
    const listeners = windowed(t)
    const stage = await asked(t)
    assert.deepEqual([listeners.size, stage.clock.open.size, stage.edge.waiting.size], [2, 1, 1])
    end(stage)
    await stage.flow.result().catch(() => {})
    await stage.edge.quiet()
    while (stage.clock.open.size > 0) await settled()
    assert.equal(listeners.size, 0)
  })
}

test('a flow that has ended lets the process end', async (t) => {
  const edge = await edgeStub(t)
  edge.call('stream').then(() => edge.to(DONE))
  const script = `
    import { remote } from 'bank-mfa/remote'
    const flow = remote('${edge.address}').start({ connection: 'chequing' })
    console.log((await flow.result()).institution)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: app,
  })
  assert.equal(stdout.trim(), 'FlinksCapital')
})

// The calls -------------------------------------------------------------------------------------

test('headers go along with each call, asked for anew, and only what is posted has a type', async (t) => {
  let count = 0
  const headers = async () => ({ authorization: `Bearer ${(count += 1)}` })
  const { edge, step } = await asked(t, { options: { headers } })
  await step.answer(city)
  const seen = edge.calls.map(({ route, headers }) => [route, headers.authorization, headers['content-type']])
  assert.deepEqual(seen, [
    ['start', 'Bearer 1', 'application/json'],
    ['stream', 'Bearer 2', undefined],
    ['answer', 'Bearer 3', 'application/json'],
  ])
})

/** A flow in a ticket, whose first look is under way. */
async function ticketed(t) {
  const stage = await bench(t, { spoil: (edge) => (edge.tickets = true) })
  await stage.edge.call('poll')
  return stage
}

/** It is not known what came of what was submitted: nobody submits it again, and not at once. */
function isUnknown({ current }) {
  const { code, next, retryAt } = current.failure
  assert.deepEqual([code, next, retryAt], ['outcome-unknown', 'retry-later', 480_000])
}

for (const reply of [broken, unheard, html(502)]) {
  test(`with a ticket, an answer whose reply is lost is not sent again: ${reply.name || 'a proxy’s page'}`, async (t) => {
    const { edge, flow } = await ticketed(t)
    edge.to(asks(1))
    const step = await until(flow, 'challenge')
    edge.next('answer', reply)
    await step.answer(city)
    isUnknown(flow)
    assert.deepEqual([edge.of('answer').length, edge.of('look').length], [1, 0])
  })
}

test('with a ticket, an answer that is refused leaves the round open', async (t) => {
  const { edge, flow } = await ticketed(t)
  edge.to(asks(1))
  const step = await until(flow, 'challenge')
  edge.next('answer', problem(422, { ...REFUSED, code: 'INVALID_ANSWER' }))
  await assert.rejects(step.answer({}), isError('INVALID_ANSWER'))
  await step.answer(city)
  assert.deepEqual([flow.current.kind, edge.of('answer').length], ['working', 2])
})

test('with a ticket, the look that may begin with the bank is made once, whoever is there again', async (t) => {
  const listeners = windowed(t)
  const { edge, flow } = await ticketed(t)
  listeners.get('online')()
  await settled()
  assert.equal(flow.current.kind, 'working')
  edge.drop()
  await until(flow, 'failed')
  isUnknown(flow)
  assert.deepEqual([edge.of('poll').length, edge.of('start').length], [1, 1])
})

test('with a ticket, a look that begins nothing is repeated', async (t) => {
  const { edge, flow } = await ticketed(t)
  edge.to(ANSWERING)
  await edge.call('poll', 2)
  edge.drop()
  await edge.call('poll', 3)
  edge.to(DONE)
  await flow.result()
})

test('with a ticket, what a page claims is said once, and what only asks until it is heard', async (t) => {
  for (const [say, calls] of [
    [(step) => step.returned({ loginId: LOGIN }), 1],
    [(step) => step.tokenRefused(), 2],
  ]) {
    const { edge, flow } = await ticketed(t)
    edge.to(CONNECT)
    const step = await until(flow, 'connect')
    edge.next('message', broken)
    say(step)
    if (calls === 1) await until(flow, 'failed').then(() => isUnknown(flow))
    else await edge.call('message', calls)
    assert.equal(edge.of('message').length, calls)
  }
})

test('with a ticket, a newer one is told although the flow still works, for the page to keep', async (t) => {
  const { edge, flow } = await ticketed(t)
  const kept = []
  flow.subscribe(() => kept.push(flow.snapshot()))
  edge.to(START)
  await edge.call('poll', 2)
  assert.deepEqual(kept, ['flow-1~bm1.k-1.2'])
})

test('where flows live in tickets, the newest one goes along and is a part of the handle', async (t) => {
  const { edge, flow, there } = await ticketed(t)
  edge.to(asks(1))
  const step = await until(flow, 'challenge')
  assert.deepEqual([flow.id, flow.snapshot()], ['flow-1', 'flow-1~bm1.k-1.2'])
  await edge.call('poll', 2)
  // A ticket serves one call at a time.
  edge.next('answer', async (_, response, reply) => reply(await edge.quiet()))
  await step.answer(city)
  await edge.call('poll', 3)
  const again = there.resume(flow.snapshot())
  edge.to(DONE)
  await Promise.all([flow.result(), again.result()])
  const tickets = edge.calls.map(({ route, id, headers }) => [route, id, headers['flow-ticket']])
  assert.deepEqual(tickets.slice(0, 3), [
    ['start', undefined, undefined],
    ['poll', 'flow-1', 'bm1.k-1.1'],
    ['poll', 'flow-1', 'bm1.k-1.2'],
  ])
  assert.deepEqual(
    edge.of('answer').map(({ headers }) => headers['flow-ticket']),
    ['bm1.k-1.2'],
  )
  const answered = tickets.findIndex(([route]) => route === 'answer')
  assert.ok(tickets.slice(answered + 1).every(([, , ticket]) => ticket === 'bm1.k-1.3'))
})

// Data ------------------------------------------------------------------------------------------

test('data is asked for once the flow is done, and again when the edge says, or where a reply was lost', async (t) => {
  const { edge, clock, flow } = await bench(t)
  edge.next('data', pending(10))
  edge.next('data', broken)
  edge.next('data', problem(502, { code: 'busy', next: 'retry-later' }))
  const data = flow.data('accounts')
  await edge.call('stream')
  assert.equal(edge.of('data').length, 0)
  clock.pauses.length = 0
  edge.to(DONE)
  assert.deepEqual(await data, ['accounts'])
  assert.deepEqual(
    edge.of('data').map(({ id, what }) => [id, what]),
    Array(4).fill(['flow-1', 'accounts']),
  )
  const [asked, ...others] = clock.pauses
  assert.deepEqual([asked, others.length], [10_000, 2])
  assert.ok(others.every((ms) => ms >= 500))
})

test('data that the edge does not let be read, or of a flow that failed, is none', async (t) => {
  const { edge, flow, there } = await bench(t)
  await edge.call('stream')
  edge.to(DONE)
  edge.always('data', problem(404, { code: 'NOT_FOUND', next: 'start-over' }))
  await assert.rejects(flow.data('../accounts'), isError('NOT_FOUND', { next: 'start-over' }))
  assert.equal(edge.of('data')[0].what, '..%2Faccounts')
  edge.mend()
  edge.always('data', problem(500, { code: 'unauthorized', next: 'fix-integration' }))
  await assert.rejects(flow.data('accounts'), isError('unauthorized'))
  const failure = { code: 'vendor-error', next: 'retry-later', message: '' }
  edge.to({ kind: 'failed', failure })
  await assert.rejects(there.resume('flow-1').data('accounts'), isError('vendor-error'))
  assert.equal(edge.of('data').length, 2)
})

test('an edge that never brings data is given up', async (t) => {
  const { edge, flow } = await bench(t)
  await edge.call('stream')
  edge.to(DONE)
  edge.always('data', html(503))
  await assert.rejects(flow.data('accounts'), isError('unreachable', { next: 'retry-later' }))
})

test('where flows live in tickets, data brings and takes the newest one, too', async (t) => {
  const { edge, flow } = await ticketed(t)
  edge.to(DONE)
  edge.next('data', pending(1, { 'flow-ticket': 'bm1.k-1.newer' }))
  await flow.data('accounts')
  assert.equal(edge.of('data')[1].headers['flow-ticket'], 'bm1.k-1.newer')
  assert.deepEqual([flow.id, flow.snapshot()], ['flow-1', 'flow-1~bm1.k-1.newer'])
})
