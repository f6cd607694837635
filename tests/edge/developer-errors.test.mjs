/** What a developer learns of a mistake: in `onError`, in the console without one, and in the title of a refusal. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import {
  FlowError,
  ORIGIN,
  TWO_USERS,
  atChallenge,
  edge,
  flinksConnection,
  page as pageOf,
  rightAnswers,
  setup,
} from './setup.mjs'

const fail = (error) => () => {
  throw error
}

/** Collects what is written to the console during a test. */
function collectConsole(t) {
  const lines = []
  for (const name of ['log', 'info', 'warn', 'error', 'debug']) {
    t.mock.method(console, name, (...texts) => void lines.push([name, ...texts]))
  }
  return lines
}

/** An edge without `onError`. */
function silent(t, more) {
  const { onError: _, ...config } = setup(t, { connections: TWO_USERS }).config
  return edge({ ...config, ...more })
}

/** Sends a request for which an edge calls this function of the company. */
function askWith(config, name, call) {
  const isWebhook = name === 'findConnection'
  const page = pageOf(edge({ ...config, ...(isWebhook ? { webhooks: { [name]: call } } : { [name]: call }) }))
  return isWebhook ? page.ask('POST', '/webhooks/mx', {}) : page.ask('POST', '/flows', { connection: 'c_1' })
}

const startFrom = (handle, origin, more) =>
  handle(
    new Request('https://edge.example/mfa/flows', {
      method: 'POST',
      headers: { authorization: 'Bearer ann', 'content-type': 'application/json', origin, ...more },
      body: '{"connection":"c_1"}',
    }),
  )

test('without onError, errors are written to the console: their name, code and message', async (t) => {
  const lines = collectConsole(t)
  const coded = Object.assign(new RangeError('connection refused'), { code: 'ECONNREFUSED', password: 'hunter2' })
  for (const [thrown, wanted] of [
    [new Error('no table'), 'bank-mfa/edge: Error: no table'],
    [coded, 'bank-mfa/edge: RangeError: ECONNREFUSED: connection refused'],
    [new Error('no user', { cause: coded }), 'Error: no user, because of RangeError: ECONNREFUSED: connection refused'],
    ['hunter2', 'bank-mfa/edge: a thrown value that is no Error (string)'],
    [null, 'bank-mfa/edge: a thrown value that is no Error (object)'],
  ]) {
    for (const name of ['authenticate', 'resolve', 'store']) {
      lines.length = 0
      const reply = await pageOf(silent(t, { [name]: fail(thrown) })).ask('POST', '/flows', { connection: 'c_1' })
      assert.equal(reply.status, 503)
      assert.equal(lines.length, 1, JSON.stringify(lines))
      const [[level, text, ...rest]] = lines
      assert.deepEqual([level, text.endsWith(wanted), rest], ['error', true, []], text)
      assert.ok(!text.includes('hunter2'))
    }
  }
})

test('a FlowError that a function of the company throws is its cause for onError, and no mistake of the page', async (t) => {
  const { config, reported } = setup(t)
  const thrown = new FlowError({
    code: 'INVALID_INPUT',
    next: 'fix-integration',
    message: 'is wrong',
    path: '/hunter2',
  })
  for (const [name, status] of [
    ['authenticate', 503],
    ['resolve', 503],
    ['findConnection', 204],
  ]) {
    const reply = await askWith(config, name, fail(thrown))
    assert.equal(reply.status, status)
    if (status === 503) {
      const { code, path, title } = await reply.json()
      assert.deepEqual([code, path, title], ['UNAVAILABLE', undefined, 'service unavailable'])
    }
    await until(() => reported.errors.length > 0, 'the error is reported')
    const [{ cause, ...error }, ...others] = reported.errors.splice(0)
    assert.deepEqual([error.body.code, cause === thrown, others], ['UNAVAILABLE', true, []])
  }
})

test('a call of authenticate, resolve or findConnection may take 30 seconds, and is then reported by its name', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { config, reported } = setup(t)
  for (const [name, status] of [
    ['authenticate', 503],
    ['resolve', 503],
    ['findConnection', 204],
  ]) {
    let isCalled = false
    const reply = askWith(config, name, () => ((isCalled = true), new Promise(() => {})))
    await until(() => isCalled, 'the function is called')
    t.mock.timers.tick(29_999)
    for (let turns = 0; turns < 10; turns++) await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(reported.errors, [])
    t.mock.timers.tick(1)
    await until(() => reported.errors.length > 0, 'the error is reported')
    assert.equal((await reply).status, status)
    const messages = reported.errors.splice(0).map(({ message }) => message)
    assert.deepEqual(messages, [`${name} has not settled within 30 seconds`])
  }
})

test('a flow goes on after a call of resolve that never settles', async (t) => {
  const { env, state } = await atChallenge(t)
  const { resolve } = env.config
  let calls = 0
  const hangsOnce = (...args) => (++calls === 1 ? new Promise(() => {}) : resolve(...args))
  const page = pageOf(edge({ ...env.config, resolve: hangsOnce }))
  const answers = rightAnswers(env)(state.step.round)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const refused = page.answer(state, 1, answers)
  await until(() => calls === 1, 'resolve is called')
  t.mock.timers.tick(30_000)
  const isRefused = async () => (await Promise.race([refused, undefined]))?.code === 'UNAVAILABLE'
  await until(isRefused, 'the answer is refused')
  assert.equal((await page.answer(state, 1, answers)).step.kind, 'done')
})

test('an onError of your own replaces the console', async (t) => {
  const lines = collectConsole(t)
  const handle = silent(t, { onError: () => {}, resolve: fail(new Error('no table')) })
  assert.equal((await pageOf(handle).ask('POST', '/flows', { connection: 'c_1' })).status, 503)
  assert.deepEqual(lines, [])
})

test('a flow without mistakes writes nothing to the console', async (t) => {
  const lines = collectConsole(t)
  const { page, state } = await atChallenge(t, {
    onError: undefined,
    onPersonNeeded: undefined,
    onFlowEnded: undefined,
  })
  await page.cancel(state)
  assert.deepEqual(lines, [])
})

test('a refused origin is reported once, by its name and the option', async (t) => {
  const { handle, reported } = setup(t, { connections: TWO_USERS })
  for (let count = 0; count < 3; count++) {
    const refused = await startFrom(handle, 'http://localhost:5173')
    assert.deepEqual([refused.status, (await refused.json()).title], [403, 'origin not in `origins`'])
  }
  await startFrom(handle, 'null')
  const fromDoctor = await startFrom(handle, 'https://bank-mfa-doctor.invalid')
  assert.equal(fromDoctor.status, 403, 'it is refused like others, and is no news')
  assert.equal((await startFrom(handle, ORIGIN)).status, 200)
  assert.deepEqual(
    reported.errors.map(({ code, path, message }) => [code, path, message.split(',')[0]]),
    [
      ['INVALID_INPUT', '/origins', 'INVALID_INPUT: /origins does not contain "http://localhost:5173"'],
      ['INVALID_INPUT', '/origins', 'INVALID_INPUT: /origins does not contain "null"'],
    ],
  )
})

test('at most 20 refused origins are reported', async (t) => {
  const { handle, reported } = setup(t)
  for (let port = 1; port <= 30; port++) await startFrom(handle, `http://localhost:${port}`)
  assert.equal(reported.errors.length, 20)
})

test('a resolve that returns undefined is reported, and one that returns null is not', async (t) => {
  const { config, reported } = setup(t)
  for (const [found, wanted] of [
    [null, []],
    [undefined, ['resolve returned undefined; return null if there is no such connection']],
  ]) {
    const refused = await pageOf(edge({ ...config, resolve: () => found })).start('c_1')
    assert.deepEqual([refused.status, refused.title], [404, 'connection not found'])
    const messages = reported.errors.map(({ message }) => message)
    assert.deepEqual(messages, wanted)
  }
})

test('a key that is no text is refused as a mistake of resolve, and joins no connections', async (t) => {
  const { config, reported, bank } = setup(t)
  for (const key of [null, '', 7, ['a'], {}]) {
    const page = pageOf(edge({ ...config, resolve: () => ({ ...flinksConnection(bank, 'Greatday'), key }) }))
    const { status, code, path } = await page.start('c_1')
    assert.deepEqual([status, code, path], [500, 'INVALID_INPUT', '/key'], JSON.stringify(key))
    const errors = reported.errors.splice(0)
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['INVALID_INPUT: /key must be a non-empty string'],
    )
  }
  const unset = edge({ ...config, resolve: () => ({ ...flinksConnection(bank, 'Greatday'), key: undefined }) })
  const states = [await pageOf(unset).start('c_1'), await pageOf(unset).start('c_2')]
  assert.equal(new Set(states.map(({ flow }) => flow.split('.')[0])).size, 2)
})

test('a clock that returns no time for a moment is reported, and its flows stay as they are', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const { clock, store } = env.config
  const { now } = clock
  const before = await store.read(state.flow.split('.')[0])
  clock.now = () => NaN
  for (const call of [() => page.getState(state), () => page.cancel(state), () => page.start('c_1')]) {
    assert.equal((await call()).status, 503)
    const [{ message }] = env.reported.errors.splice(0)
    assert.equal(message, 'clock.now() must return a finite number')
  }
  await env.handle.sweep()
  assert.equal(env.reported.errors.splice(0).length, 1)
  clock.now = now
  assert.deepEqual([await page.getState(state), await store.read(state.flow.split('.')[0])], [state, before])
})

test('onError gets the cause of a connection that no flow can begin with, if there is one', async (t) => {
  const lost = new Error('no such field')
  const broken = (bank) => Object.defineProperty(flinksConnection(bank, 'Greatday'), 'flow', { get: fail(lost) })
  const unknown = () => ({ vendor: 'plaid' })
  for (const [connection, cause] of [
    [broken, { cause: lost }],
    [unknown, {}],
  ]) {
    const { page, reported } = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }) })
    await page().start('c_1')
    assert.equal(reported.errors.length, 1)
    const [error] = reported.errors
    assert.equal(error.name, 'Problem')
    assert.deepEqual(Object.hasOwn(error, 'cause') ? { cause: error.cause } : {}, cause)
  }
})

test('a secretKey that no header can carry is refused before a call', async (t) => {
  const { config, reported, bank, wire } = setup(t)
  for (const secretKey of [null, '', 7, Promise.resolve('hunter2'), 'hunter2\n', 'hunter 2', 'clé']) {
    const page = pageOf(edge({ ...config, resolve: () => ({ ...flinksConnection(bank, 'Greatday'), secretKey }) }))
    const { status, code, path } = await page.start('c_1')
    assert.deepEqual([status, code, path], [500, 'INVALID_INPUT', '/secretKey'])
    const [{ message }] = reported.errors.splice(0)
    assert.equal(message, 'INVALID_INPUT: /secretKey must be ASCII text without spaces')
  }
  assert.deepEqual(wire.calls, [])
})

test('the title of a 404 says what was not found', async (t) => {
  const { page, state } = await atChallenge(t)
  const other = `${state.flow.slice(0, -32)}${'0'.repeat(32)}`
  const title = async (method, path, body) => (await page.call(method, path, body)).title
  assert.equal(await title('POST', '/flow', { connection: 'c_1' }), 'no such route')
  assert.equal(await title('POST', '/flows', { connection: 'c_9' }), 'connection not found')
  assert.equal(await title('GET', `/flows/${other}`), 'flow not found')
})

test('each refusal of the edge has a type, a code and a next action', async (t) => {
  const { handle, page, state } = await atChallenge(t, { limits: { startsPerHour: 1 } })
  const ask = (method, path, body) => page.call(method, path, body)
  const broken = pageOf(silent(t, { onError: () => {}, resolve: fail(new Error('no table')) }))
  for (const [status, type, code, next, refused] of [
    [401, 'unauthenticated', 'UNAUTHENTICATED', 'sign-in', pageOf(handle, null).start('c_1')],
    [403, 'forbidden', 'FORBIDDEN', 'fix-integration', startFrom(handle, 'null').then((reply) => reply.json())],
    [404, 'not-found', 'NOT_FOUND', 'start-over', ask('GET', `/flows/${state.flow}/data/accounts`)],
    [405, 'method-not-allowed', 'METHOD_NOT_ALLOWED', 'fix-integration', ask('GET', '/flows')],
    [413, 'body-too-large', 'BODY_TOO_LARGE', 'fix-integration', ask('POST', '/flows', 'x'.repeat(65_537))],
    [429, 'rate-limited', 'RATE_LIMITED', 'retry-later', page.start('c_1')],
    [503, 'unavailable', 'UNAVAILABLE', 'retry-later', broken.start('c_1')],
    [409, 'out-of-turn', 'OUT_OF_TURN', 'answer-again', page.answer(state, 7, {})],
  ]) {
    const { title, ...problem } = await refused
    assert.deepEqual(problem, { type: `urn:bank-mfa:${type}`, status, code, next })
    assert.ok(title.length > 0)
  }
})
