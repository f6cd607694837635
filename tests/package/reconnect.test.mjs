/** Reconnect and first link: each method, its tokens, and the step `connect`. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  FlowError,
  MINUTE,
  NOON,
  assertNoSecrets,
  completeConnect,
  ending,
  newestRequestId,
  openConnect,
  person,
  proof,
  purpose,
  runToEnd,
  setup,
  tokensBySession,
  untilPollWait,
  untilStep,
} from './setup.mjs'

const DAY = 24 * 60 * MINUTE
const FRAME = 'https://toolbox-iframe.private.fin.ag'

const loginIdOf = (username) => ({ loginId: person(username).loginId })
const service = ({ url }) => url.split('/').at(-1)

/** Starts a reconnect and waits for its step `connect`. */
async function atConnect(env, username, params, more) {
  const flow = env.reconnect({ ...loginIdOf(username), ...params }, more)
  return { flow, step: await untilStep(flow, 'connect') }
}

// Methods ---------------------------------------------------------------------------------------

test('cached: data within maxAge makes no live call and leaves health unproven', async (t) => {
  const env = setup(t)
  const flow = env.reconnect({ ...loginIdOf('Greatday'), maxAge: 7 * DAY })
  assert.deepEqual(proof(await flow.result()), ['cached', 'unproven', 'given'])
  assert.deepEqual(env.wire.calls.map(purpose), ['cached start'])
})

test('live: a start without a challenge is live and saved', async (t) => {
  const env = setup(t)
  const result = await env.reconnect(loginIdOf('greatday_nomfa')).result()
  assert.deepEqual(proof(result), ['live', 'live', 'given'])
  assert.equal(result.loginId, person('greatday_nomfa').loginId)
  assert.deepEqual(env.wire.calls[0].json, {
    LoginId: person('greatday_nomfa').loginId,
    MostRecentCached: false,
    Save: true,
  })
})

for (const [name, params, more, services] of [
  ['Authorize', {}, {}, ['Authorize', 'Authorize']],
  ['AuthorizeAsync', { async: true }, { authorizeAsync: true }, ['AuthorizeAsync']],
]) {
  test(`form: by ${name} the person answers in the host’s form`, async (t) => {
    const env = setup(t)
    const flow = env.reconnect({ ...loginIdOf('Greatday'), presentation: 'form', ...params }, more)
    const { rounds, end } = await runToEnd(flow, env)
    assert.deepEqual(proof(end.result), ['form', 'live', 'given'])
    assert.equal(rounds.length, 1)
    assert.deepEqual([...new Set(env.wire.calls.map(service))], [...new Set(services)])
    assert.deepEqual(env.bank.counts().broken, {})
  })

  test(`mid-session: by ${name} the person answers in Connect, and a cached start verifies it`, async (t) => {
    const env = setup(t)
    const { flow, step } = await atConnect(env, 'Greatday', params, more)
    assert.deepEqual([step.purpose, step.until], ['mfa', env.bank.clock.now() + 30 * MINUTE])
    env.bank.clock.advance(MINUTE)
    await completeConnect(env, step, 'Greatday')
    assert.deepEqual(proof(await flow.result()), ['mid-session', 'live', 'given'])
    assert.equal(purpose(env.wire.calls.at(-1)), 'cached start')
    assert.deepEqual([env.sent(), env.bank.counts().broken], [[], {}])
  })
}

test('credentials: after refused credentials the person signs in at the given institution', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'broken_login', { institutionId: 14 })
  assert.equal(step.purpose, 'credentials')
  assert.ok((await step.pageUrl()).startsWith(`${FRAME}/v2/Credential/14?`))
  env.bank.clock.advance(MINUTE)
  await completeConnect(env, step, 'broken_login')
  assert.deepEqual(proof(await flow.result()), ['credentials', 'live', 'given'])
})

test('the ownership of a first link is proven only if Flinks returns the tag', async (t) => {
  for (const [returnsTag, ownership] of [
    [true, 'tagged'],
    [false, 'unproven'],
  ]) {
    const env = setup(t, { connect: { returnsTag } })
    const flow = env.connect({})
    assert.equal(flow.current.kind, 'connect', 'the first step is connect')
    env.bank.clock.advance(MINUTE)
    await completeConnect(env, flow.current, 'Greatday')
    const result = await flow.result()
    assert.deepEqual([proof(result), result.loginId], [['credentials', 'live', ownership], person('Greatday').loginId])
    assert.deepEqual(env.wire.calls.map(purpose), ['cached start'])
  }
})

test('AuthorizeAsync starts, polls and answers at its own path', async (t) => {
  const env = setup(t)
  const flow = env.start({ ...loginIdOf('slow_after_answer'), async: true }, { authorizeAsync: true })
  assert.equal((await runToEnd(flow, env)).code, 'done')
  assert.deepEqual([...new Set(env.wire.calls.map(service))], ['AuthorizeAsync'])
  assert.deepEqual([env.sent().length, env.bank.counts().broken], [1, {}])
})

// Tokens ----------------------------------------------------------------------------------------

test('live start, Connect and verification are three sessions, each with one token', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'broken_login')
  await step.pageUrl()
  await completeConnect(env, step, 'broken_login')
  await flow.result()
  assert.deepEqual(
    env.sessions,
    [1, 2, 3].map((session) => ({ flowId: flow.id, session })),
  )
  const [start, verify] = env.wire.calls.map(({ headers }) => headers['flinks-auth-key'])
  assert.notEqual(start, verify)
})

test('an authorizeToken that is a string is rejected, because it serves only one session', async (t) => {
  const env = setup(t)
  const authorizeToken = await env.bank.token()
  for (const start of [
    () => env.reconnect(loginIdOf('Greatday'), { authorizeToken }),
    () => env.connect({}, { authorizeToken }),
  ]) {
    assert.throws(start, (error) => {
      assert.ok(error instanceof FlowError)
      assert.deepEqual([error.code, error.path], ['INVALID_INPUT', '/host/authorizeToken'])
      assertNoSecrets(error, authorizeToken)
      return true
    })
  }
  assert.deepEqual(env.wire.calls, [])
})

test('pageUrl() has no token for a customer without tokens', async (t) => {
  const env = setup(t, { tokensRequired: false })
  const flow = env.connect({}, { authorizeToken: undefined })
  assert.ok(!(await flow.current.pageUrl()).includes('authorizeToken'))
  await completeConnect(env, flow.current, 'Greatday')
  assert.equal(await ending(flow), 'done')
})

test('pageUrl() rejects while there is no token, and works once there is one', async (t) => {
  const env = setup(t)
  let token = ''
  const flow = env.connect({}, { authorizeToken: async () => token })
  await assert.rejects(flow.current.pageUrl(), { name: 'FlowError', code: 'secret-missing' })
  token = await env.bank.token()
  assert.ok((await flow.current.pageUrl()).includes(token))
})

// The step --------------------------------------------------------------------------------------

test('pageUrl() returns the same promise each time, and its URL has a token only if a sign-in is needed', async (t) => {
  const env = setup(t)
  const { step } = await atConnect(env, 'Greatday')
  assert.equal(step.pageUrl(), step.pageUrl())
  const address = new URL(await step.pageUrl())
  assert.deepEqual([address.origin, address.pathname], [FRAME, '/v2/'])
  assert.deepEqual([...address.searchParams.keys()], ['requestId', 'tag'])
  assert.equal(address.searchParams.get('requestId'), newestRequestId(env.wire.calls))

  const link = env.connect({})
  assert.equal(link.current.pageUrl(), link.current.pageUrl())
  const keys = [...new URL(await link.current.pageUrl()).searchParams.keys()]
  assert.deepEqual(keys.sort(), ['authorizeToken', 'tag'])
})

test('pageUrl() has every option unchanged, with and without a token', async (t) => {
  const env = setup(t)
  const options = { language: 'fr', tag: 'a b&c=é#/~+', v2: false, parameters: { theme: 'light & x', demo: true } }
  const host = { redirectUrl: 'https://app.example/back?c=4 2'.replace(' ', '%20') }
  const { step } = await atConnect(env, 'Greatday', options, host)
  for (const { pageUrl } of [step, env.connect(options, host).current]) {
    const { pathname, search } = new URL(await pageUrl())
    assert.equal(pathname, '/')
    // Without `URLSearchParams`, which reads a plus as a space.
    const { requestId, authorizeToken, redirectUrl, ...read } = Object.fromEntries(
      search
        .slice(1)
        .split('&')
        .map((entry) => entry.split('=').map(decodeURIComponent)),
    )
    assert.deepEqual(read, { language: 'fr', tag: options.tag, theme: 'light & x', demo: 'true' })
    assert.match(redirectUrl, /^https:\/\/app\.example\/back\?c=4%202&state=[0-9a-f]{32}$/)
  }
})

test('the signal of a step aborts when the flow continues, and later calls on that step do nothing', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'Greatday')
  assert.equal(step.signal.aborted, false)
  step.returned(loginIdOf('Greatday'))
  assert.equal(step.signal.aborted, true)
  step.returned(loginIdOf('greatday_nomfa'))
  step.tokenRefused()
  assert.equal(await ending(flow), 'done')

  const { flow: other, step: cancelled } = await atConnect(env, 'Greatday')
  other.cancel()
  assert.equal(cancelled.signal.aborted, true)
})

test('a refused token gives a step with a new token, a few times', async (t) => {
  const env = setup(t)
  const flow = env.connect({})
  const seen = new Set()
  for (let tries = 0; tries < 5; tries++) {
    const step = await untilStep(flow, 'connect')
    seen.add(step).add(new URL(await step.pageUrl()).searchParams.get('authorizeToken'))
    step.tokenRefused()
    assert.equal(step.signal.aborted, true)
  }
  assert.equal(seen.size, 10)
  assert.equal(await ending(flow), 'unauthorized')
})

const OTHER = person('greatday_nomfa').loginId
for (const [name, claim, path] of [
  ['undefined', undefined, '/claim'],
  ['a text', OTHER, '/claim'],
  ['no LoginId', {}, '/claim/loginId'],
  ['a LoginId that is not a GUID', { loginId: `{${OTHER}}` }, '/claim/loginId'],
  ['a list', { loginId: [OTHER] }, '/claim/loginId'],
  ['an unknown property', { loginId: OTHER, requestId: OTHER }, '/claim/requestId'],
  ['the state of another flow', { loginId: OTHER, state: 'hunter2' }, '/claim/state'],
  ['a state of null', { loginId: OTHER, state: null }, '/claim/state'],
  ['a function', { loginId: () => OTHER }, '/claim/loginId'],
]) {
  test(`a claim with ${name} is rejected at ${path}, and the flow stays at its step`, async (t) => {
    const env = setup(t)
    const { flow, step } = await atConnect(env, 'Greatday')
    const before = flow.snapshot()
    assert.throws(
      () => step.returned(claim),
      (error) => {
        assert.deepEqual([error.name, error.code, error.path], ['FlowError', 'INVALID_INPUT', path])
        assertNoSecrets(error, OTHER, 'hunter2')
        return true
      },
    )
    assert.deepEqual([flow.current, flow.snapshot(), step.signal.aborted], [step, before, false])
  })
}

test('a claim with another LoginId ends in login-mismatch without a call', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'Greatday')
  const made = env.wire.calls.length
  step.returned({ loginId: OTHER })
  assert.equal(await ending(flow), 'login-mismatch')
  assert.equal(env.wire.calls.length, made)
  assertNoSecrets(flow.current.error, OTHER)
})

test('an unused connect step expires', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'Greatday')
  env.bank.clock.advance(step.until - env.bank.clock.now())
  assert.equal(await ending(flow), 'session-expired')
})

// Restored --------------------------------------------------------------------------------------

test('a reconnect restored at each stage ends as one that was never restored', async (t) => {
  const env = setup(t)
  const authorizeToken = tokensBySession(env)
  const host = { authorizeToken, authorizeAsync: true }
  const stopped = { now: () => NOON, wait: () => new Promise(() => {}) }
  const params = { ...loginIdOf('slow_dispatched'), async: true }

  const started = env.reconnect(params, { ...host, clock: stopped })
  await untilPollWait(started)
  const polling = env.restore(started.snapshot(), host)
  const { purpose: before } = await untilStep(polling, 'connect')

  const shown = env.restore(polling.snapshot(), host)
  assert.deepEqual([shown.current.kind, shown.current.purpose], ['connect', before])
  env.bank.clock.advance(MINUTE)
  const address = await shown.current.pageUrl()
  assert.equal(address, await polling.current.pageUrl(), 'the same address')
  const connect = await openConnect(env.bank, address)
  await connect.answer(person('slow_dispatched').responses[0])
  const never = () => new Promise(() => {})
  const returned = env.restore(shown.snapshot(), { ...host, fetch: never })
  returned.current.returned({ loginId: person('slow_dispatched').loginId })

  const verifying = env.restore(returned.snapshot(), host)
  assert.deepEqual(proof(await verifying.result()), ['mid-session', 'live', 'given'])
  const again = env.restore(verifying.snapshot(), host)
  assert.deepEqual(again.current.result, verifying.current.result)
})

test('a flow restored while Connect shows its sign-in requests the token of the same session', async (t) => {
  const env = setup(t)
  const { flow, step } = await atConnect(env, 'broken_login')
  await step.pageUrl()
  const again = env.restore(flow.snapshot())
  await again.current.pageUrl()
  assert.deepEqual(
    env.sessions.map(({ session }) => session),
    [1, 2, 2],
  )
})

// Secrets ---------------------------------------------------------------------------------------

test('no step, snapshot or error holds a token, an answer or a credential', async (t) => {
  for (const username of ['Greatday', 'broken_login']) {
    const env = setup(t)
    const tokens = []
    const authorizeToken = async () => tokens[tokens.push(await env.bank.token()) - 1]
    const flow = env.reconnect(loginIdOf(username), { authorizeToken })
    const shown = []
    const note = () => shown.push(flow.snapshot(), JSON.stringify(flow.current))
    flow.subscribe(note)
    await untilStep(flow, 'connect')
    await flow.current.pageUrl()
    note()
    await completeConnect(env, flow.current, username)
    assert.equal(await ending(flow), 'done')

    const refused = env.reconnect(loginIdOf(username), { authorizeToken })
    const step = await untilStep(refused, 'connect')
    await step.pageUrl()
    step.returned({ loginId: OTHER })
    await ending(refused)
    shown.push(refused.snapshot())
    const secrets = [
      ...tokens,
      env.bank.secretKey,
      'Everyday',
      ...person(username).responses.flatMap(Object.values).flat(2),
    ]
    assertNoSecrets(refused.current.error, ...secrets)
    for (const secret of secrets) assert.ok(!shown.join('\n').includes(secret), secret)
  }
})

test('a live start whose reply is lost is not repeated and shows no Connect', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'start', kind: 'lost-reply' })
  const flow = env.reconnect(loginIdOf('Greatday'))
  const kinds = []
  for await (const { kind } of flow) kinds.push(kind)
  assert.deepEqual([flow.current.failure.code, kinds.includes('connect')], ['outcome-unknown', false])
  assert.equal(env.wire.calls.length, 1)
})

test('an answer in a form whose reply is lost is sent once', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = env.reconnect({ ...loginIdOf('Greatday'), presentation: 'form' })
  assert.equal((await runToEnd(flow, env)).code, 'done')
  assert.equal(env.sent().length, 1)
})
