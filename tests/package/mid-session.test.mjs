/** Connect in the middle of a session: its token, its accounts and its end. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { completeConnect, ending, openConnect, person, proof, setup, tokensBySession, untilStep } from './setup.mjs'

const LOGIN = { loginId: person('Greatday').loginId }
const tokenOf = async (step) => new URL(await step.pageUrl()).searchParams.get('authorizeToken')
/** A `fetch` that never sends a cached start. */
const stopAtVerification =
  ({ wire }) =>
  (url, init) =>
    init.body.includes('\"MostRecentCached\":true') ? new Promise(() => {}) : wire.fetch(url, init)
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
