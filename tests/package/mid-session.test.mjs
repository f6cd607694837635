/** Connect in the middle of a session: its token, a session that the host holds, its accounts and its end. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  MINUTE,
  completeConnect,
  ending,
  newestRequestId,
  openConnect,
  person,
  proof,
  purpose,
  setup,
  tokensBySession,
  untilStep,
} from './setup.mjs'

const LOGIN = { loginId: person('Greatday').loginId }
const tokenOf = async (step) => new URL(await step.pageUrl()).searchParams.get('authorizeToken')
/** A `fetch` that never sends a cached start. */
const stopAtVerification =
  ({ wire }) =>
  (url, init) =>
    init.body.includes('"MostRecentCached":true') ? new Promise(() => {}) : wire.fetch(url, init)
const sessionsOf = ({ sessions }) => sessions.map(({ session }) => session)

// Tokens ----------------------------------------------------------------------------------------

for (const [name, midSessionToken, sessions] of [
  ['no token of its own by default', undefined, [1, 2]],
  ['a token of its own with midSessionToken', true, [1, 2, 3]],
]) {
  test(`Connect in mid-session has ${name}`, async (t) => {
    const env = setup(t, { connect: { midSessionToken: midSessionToken === true } })
    const flow = env.reconnect({ ...LOGIN, midSessionToken })
    const step = await untilStep(flow, 'connect')
    assert.equal((await tokenOf(step)) !== null, midSessionToken === true)
    await completeConnect(env, step, 'Greatday')
    assert.deepEqual(proof(await flow.result()), ['mid-session', 'live', 'given'])
    assert.deepEqual([sessionsOf(env), env.bank.counts().broken], [sessions, {}])
  })
}

test('Connect that asks for a token in mid-session is opened once with a fresh one', async (t) => {
  const env = setup(t, { connect: { midSessionToken: true } })
  const flow = env.reconnect(LOGIN)
  const step = await untilStep(flow, 'connect')
  assert.equal((await openConnect(env.bank, await step.pageUrl())).view.code, 'TOKEN_INVALID')
  step.tokenRefused()
  const again = flow.current
  assert.deepEqual([again.kind, again.purpose, step.signal.aborted], ['connect', 'mfa', true])
  await completeConnect(env, again, 'Greatday')
  assert.deepEqual(proof(await flow.result()), ['mid-session', 'live', 'given'])
  assert.deepEqual([sessionsOf(env), env.bank.counts().broken], [[1, 2, 3], { 'token-missing': 1 }])
})

for (const midSessionToken of [false, true]) {
  test(`a second refused token in mid-session ends the flow, with midSessionToken: ${midSessionToken}`, async (t) => {
    const env = setup(t, { connect: { misbehave: 'token-invalid-mid-session' } })
    const flow = env.reconnect({ ...LOGIN, midSessionToken })
    const tokens = new Set()
    for (let tries = 0; tries < 2; tries++) {
      const step = await untilStep(flow, 'connect')
      tokens.add(await tokenOf(step))
      assert.equal((await openConnect(env.bank, await step.pageUrl())).view.code, 'TOKEN_INVALID')
      step.tokenRefused()
    }
    assert.equal(tokens.size, 2)
    assert.equal(await ending(flow), 'session-expired')
  })
}

test('a refused token in mid-session ends the flow of a host without tokens', async (t) => {
  const env = setup(t, { tokensRequired: false })
  const flow = env.reconnect({ ...LOGIN, midSessionToken: true }, { authorizeToken: undefined })
  const step = await untilStep(flow, 'connect')
  assert.equal(await tokenOf(step), null)
  step.tokenRefused()
  assert.equal(await ending(flow), 'session-expired')
})

test('a refused token at the sign-in of a host without tokens opens the page again', async (t) => {
  const flow = setup(t, { tokensRequired: false }).connect({}, { authorizeToken: undefined })
  const step = await untilStep(flow, 'connect')
  step.tokenRefused()
  assert.deepEqual([flow.current.kind, flow.current.purpose, step.signal.aborted], ['connect', 'credentials', true])
})

test('a session that Connect calls expired ends the flow', async (t) => {
  const env = setup(t)
  const flow = env.reconnect(LOGIN)
  const step = await untilStep(flow, 'connect')
  step.sessionExpired()
  assert.equal(await ending(flow), 'session-expired')
  assert.equal(flow.current.failure.next, 'start-over')
  step.sessionExpired()
  assert.equal(await ending(flow), 'session-expired')
})

// Resume ----------------------------------------------------------------------------------------

/** A live session of a person that waits for MFA, and its RequestId, which the host holds. */
async function waitingSession(env, username = 'Greatday') {
  const flow = env.start({ loginId: person(username).loginId, mostRecentCached: false })
  await untilStep(flow, 'challenge')
  return { requestId: newestRequestId(env.wire.calls) }
}

for (const [name, more, rules, ownership] of [
  ['with the LoginId', LOGIN, {}, 'given'],
  ['without the LoginId', {}, {}, 'tagged'],
  ['without the LoginId and the tag', {}, { connect: { returnsTag: false } }, 'unproven'],
]) {
  test(`a session that waits for MFA is resumed ${name}`, async (t) => {
    const env = setup(t, rules)
    const params = await waitingSession(env)
    const made = env.wire.calls.length
    const flow = env.resume({ ...params, ...more })
    assert.deepEqual([flow.current.kind, flow.current.purpose], ['connect', 'mfa'])
    assert.equal(new URL(await flow.current.pageUrl()).searchParams.get('requestId'), params.requestId)
    env.bank.clock.advance(MINUTE)
    const restored = env.restore(flow.snapshot())
    await completeConnect(env, restored.current, 'Greatday')
    assert.deepEqual(proof(await restored.result()), ['mid-session', 'live', ownership])
    assert.deepEqual(env.wire.calls.slice(made).map(purpose), ['cached start'])
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

test('a resumed session of another LoginId ends in login-mismatch', async (t) => {
  const env = setup(t)
  const flow = env.resume({ ...(await waitingSession(env)), ...LOGIN })
  flow.current.returned({ loginId: person('greatday_nomfa').loginId })
  assert.equal(await ending(flow), 'login-mismatch')
})

test('a resumed session whose RequestId has expired ends in session-expired', async (t) => {
  const env = setup(t)
  const params = await waitingSession(env)
  env.bank.clock.advance(8 * MINUTE)
  const flow = env.resume(params)
  const { view } = await openConnect(env.bank, await flow.current.pageUrl())
  assert.equal(view.code, 'SESSION_EXPIRED')
  flow.current.sessionExpired()
  assert.equal(await ending(flow), 'session-expired')
})

test('the parameters of a frame have Flinks’ names in the address', async (t) => {
  const env = setup(t)
  const frame = { resumeSelectedAccounts: ['a1', 'a2'], webview: true, oauthWindowRedirect: true }
  const link = 'myapp://connected'
  const flow = env.resume({ ...(await waitingSession(env)), ...frame }, { redirectUrl: link, deepLinks: [link] })
  const { searchParams } = new URL(await flow.current.pageUrl())
  const { requestId: _, tag, redirectUrl, ...read } = Object.fromEntries(searchParams)
  assert.deepEqual(read, { resumeSelectedAccounts: 'a1,a2', webview: 'true', oauthWindowRedirect: 'true' })
  assert.equal(redirectUrl, `${link}?state=${tag}`)
})

// Accounts --------------------------------------------------------------------------------------

test('the accounts that Connect claims are in the snapshot until the end, and in the result', async (t) => {
  const env = setup(t)
  const authorizeToken = tokensBySession(env)
  const flow = env.reconnect(LOGIN, { authorizeToken, fetch: stopAtVerification(env) })
  const step = await untilStep(flow, 'connect')
  await completeConnect(env, step, 'Greatday', { accountIds: ['a1', 'a_2'] })
  const restored = env.restore(flow.snapshot(), { authorizeToken })
  assert.deepEqual((await restored.result()).accountIds, ['a1', 'a_2'])

  const unnamed = env.reconnect(LOGIN)
  await completeConnect(env, await untilStep(unnamed, 'connect'), 'Greatday', { accountIds: [] })
  assert.equal((await unnamed.result()).accountIds, null)
})

for (const [name, accountIds, path] of [
  ['a text', 'a1', '/claim/accountIds'],
  ['an id that is a path', ['a1', '../a2'], '/claim/accountIds/1'],
  ['an id that is a number', [1], '/claim/accountIds/0'],
  ['257 ids', Array(257).fill('a'), '/claim/accountIds'],
]) {
  test(`accounts that are ${name} are refused at ${path}, and Connect stays open`, async (t) => {
    const env = setup(t)
    const flow = env.reconnect(LOGIN)
    const step = await untilStep(flow, 'connect')
    assert.throws(() => step.returned({ ...LOGIN, accountIds }), { code: 'INVALID_INPUT', path })
    assert.equal(flow.current, step)
  })
}

// Bad input -------------------------------------------------------------------------------------

for (const [name, params, path] of [
  ['midSessionToken is a text', { ...LOGIN, midSessionToken: 'true' }, '/params/midSessionToken'],
  [
    'a token is given as a parameter',
    { ...LOGIN, parameters: { authorizeToken: 't' } },
    '/params/parameters/authorizeToken',
  ],
]) {
  test(`a reconnect is refused if ${name}, and nothing is sent`, (t) => {
    const env = setup(t)
    assert.throws(() => env.reconnect(params), { code: 'INVALID_INPUT', path })
    assert.deepEqual(env.wire.calls, [])
  })
}

const REQUEST = { requestId: '9022abc2-8a2e-4b06-a06e-c3e5449c4d10' }
for (const [name, params, host, path] of [
  ['there is no requestId', {}, {}, '/params/requestId'],
  ['requestId is not a GUID', { requestId: '../x' }, {}, '/params/requestId'],
  ['loginId is not a GUID', { ...REQUEST, loginId: '1' }, {}, '/params/loginId'],
  ['presentation is given', { ...REQUEST, presentation: 'form' }, {}, '/params/presentation'],
  ['authorizeToken is a text', REQUEST, { authorizeToken: 't' }, '/host/authorizeToken'],
  ['accounts are a boolean', { ...REQUEST, resumeSelectedAccounts: true }, {}, '/params/resumeSelectedAccounts'],
  ['an account is a path', { ...REQUEST, resumeSelectedAccounts: ['a/b'] }, {}, '/params/resumeSelectedAccounts/0'],
  ['webview is a text', { ...REQUEST, webview: 'true' }, {}, '/params/webview'],
  ['oauthWindowRedirect is a number', { ...REQUEST, oauthWindowRedirect: 1 }, {}, '/params/oauthWindowRedirect'],
  ['redirectUrl is not listed', REQUEST, { redirectUrl: 'myapp://connected' }, '/host/redirectUrl'],
  ['redirectUrl is a script', REQUEST, { redirectUrl: 'javascript:alert(1)' }, '/host/redirectUrl'],
  ['a script is listed', REQUEST, { deepLinks: ['javascript://%0aalert(1)'] }, '/host/deepLinks/0'],
  ['a file is listed', REQUEST, { deepLinks: ['myapp://a', 'file:///a'] }, '/host/deepLinks/1'],
  ['deepLinks is a text', REQUEST, { deepLinks: 'myapp://a' }, '/host/deepLinks'],
]) {
  test(`resume is refused if ${name}, and nothing is sent`, (t) => {
    const env = setup(t)
    assert.throws(() => env.resume(params, host), { code: 'INVALID_INPUT', path })
    assert.deepEqual(env.wire.calls, [])
  })
}
