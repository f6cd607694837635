/** Authorize tokens: one serves the start, the polls and the answers of one session, and no other session. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, CREDENTIALS, LIVE, assertNoSecrets, person, purpose, runToEnd, setup, until } from './setup.mjs'

const tokens = (env) => env.wire.calls.map(({ headers }) => headers['flinks-auth-key'])

test('the start, the polls and the answers have the same token', async (t) => {
  for (const username of ['many_rounds', 'slow_after_answer', 'slow_dispatched']) {
    const env = setup(t)
    const flow = env.start(LIVE(person(username)))
    await runToEnd(flow, env)
    assert.ok(env.wire.calls.length > 2)
    assert.equal(new Set(tokens(env)).size, 1)
    assert.deepEqual(env.sessions, [{ flowId: flow.id, session: 1 }], 'the function is called once')
    assert.equal(env.bank.counts().tokensMinted, 1)
  }
})

test('a repeated cached start has a new token each time', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'start', kind: 'lost-reply', times: 2 })
  const flow = env.start(CACHED(person('Greatday')))
  assert.equal((await runToEnd(flow, env)).code, 'done')
  assert.equal(new Set(tokens(env)).size, 3)
  assert.deepEqual(
    env.sessions,
    [1, 2, 3].map((session) => ({ flowId: flow.id, session })),
  )
})

test('a verification is a separate session with a new token', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  assert.equal((await runToEnd(env.start(LIVE(person('Greatday'))), env)).code, 'done')
  const [start, answer, verify] = tokens(env)
  assert.ok(start === answer && answer !== verify)
  assert.deepEqual(env.bank.counts().broken, {})
})

test('a poll after a lost answer has the token of that answer', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = env.start(CREDENTIALS(person('Greatday')), { authorizeAsync: true })
  assert.equal((await runToEnd(flow, env)).code, 'done')
  assert.equal(new Set(tokens(env)).size, 1)
})

test('a refused token is not replaced', async (t) => {
  const env = setup(t, { tokenExpiresInSession: true })
  const flow = env.start(LIVE(person('Greatday')))
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    env.bank.clock.advance(7 * 60_000)
    env.bank.fault({ on: 'answer', kind: 'status', status: 401, code: 'UNAUTHORIZED' })
    await step.answer({ [step.round.challenges[0].fields[0].name]: 'Montreal' })
  }
  assert.equal(flow.current.failure.code, 'session-refused')
  assert.deepEqual([env.bank.counts().answers, env.sessions.length], [1, 1])
})

test('an authorizeToken that is a string serves one session', async (t) => {
  const env = setup(t)
  const authorizeToken = await env.bank.token()
  const { code } = await runToEnd(env.start(LIVE(person('many_rounds')), { authorizeToken }), env)
  assert.equal(code, 'done')
  assert.deepEqual([...new Set(tokens(env))], [authorizeToken])
})

for (const [what, params, on, code] of [
  ['cached start', CACHED, 'start', 'unreachable'],
  ['answer', LIVE, 'answer', 'outcome-unknown'],
]) {
  test(`an authorizeToken that is a string serves no second session: a lost ${what} ends in ${code}`, async (t) => {
    const env = setup(t)
    env.bank.fault({ on, kind: 'lost-reply' })
    const flow = env.start(params(person('Greatday')), { authorizeToken: await env.bank.token() })
    assert.equal((await runToEnd(flow, env)).code, code)
    assert.deepEqual([new Set(tokens(env)).size, env.bank.counts().broken], [1, {}])
  })
}

test('a customer without tokens sends no token header', async (t) => {
  for (const authorizeAsync of [false, true]) {
    const env = setup(t, { tokensRequired: false })
    env.bank.fault({ on: 'answer', kind: 'lost-reply' })
    const flow = env.start(LIVE(person('Greatday')), { authorizeToken: undefined, authorizeAsync })
    assert.equal((await runToEnd(flow, env)).code, 'done')
    assert.ok(env.wire.calls.every(({ headers }) => !('flinks-auth-key' in headers)))
  }
})

const SECRET = 'hunter2'

/** Token functions that fail, and those that give an invalid token. */
const failing = {
  throws: () => {
    throw new Error(SECRET)
  },
  'rejects with a string': () => Promise.reject(SECRET),
  'rejects with undefined': () => Promise.reject(),
}
const givingInvalid = {
  'gives an empty string': () => '',
  'gives a line break': () => `${SECRET}\r\nx-api-key: 1`,
  'gives a space': async () => `Bearer ${SECRET}`,
  'gives a letter outside ASCII': async () => `${SECRET}é`,
  'gives a number': async () => 7,
  'gives undefined': () => undefined,
  'gives an object': () => ({ toString: () => SECRET }),
}

for (const [functions, expected] of [
  [failing, ['host-error', 'retry-later']],
  [givingInvalid, ['secret-missing', 'fix-integration']],
]) {
  for (const [what, authorizeToken] of Object.entries(functions)) {
    test(`a token function that ${what} ends the flow in ${expected[0]}, and nothing is sent`, async (t) => {
      for (const params of [CACHED, LIVE, CREDENTIALS]) {
        const env = setup(t)
        const { code, end } = await runToEnd(env.start(params(person('Greatday')), { authorizeToken }), env)
        assert.deepEqual([code, end.error.next], expected)
        assert.deepEqual([env.wire.calls, env.bank.counts().requests], [[], 0])
        assertNoSecrets(end.error, SECRET)
      }
    })

    test(`a token function that ${what} in the second session ends the flow in outcome-unknown`, async (t) => {
      const env = setup(t)
      env.bank.fault({ on: 'answer', kind: 'lost-reply' })
      const second = ({ session }) => (session === 1 ? env.bank.token() : authorizeToken())
      const { code } = await runToEnd(env.start(LIVE(person('Greatday')), { authorizeToken: second }), env)
      assert.deepEqual(env.wire.calls.map(purpose), ['live start', 'answer'])
      assert.equal(code, 'outcome-unknown')
    })
  }
}

test('a flow that is cancelled while it waits for its token sends nothing', async (t) => {
  const env = setup(t)
  let give
  const authorizeToken = () => new Promise((resolve) => (give = resolve))
  const flow = env.start(LIVE(person('Greatday')), { authorizeToken })
  await until(() => give, 'the token is requested')
  flow.cancel()
  give(await env.bank.token())
  assert.deepEqual(await env.callsMeanwhile(), [])
  assert.equal(flow.current.failure.code, 'cancelled')
})

test('the address of a step that the flow left is refused, and not as an error of the host', async (t) => {
  const env = setup(t)
  const flow = env.connect({}, { authorizeToken: () => new Promise(() => {}) })
  const { pageUrl } = flow.current
  const pending = pageUrl()
  flow.cancel()
  await assert.rejects(pending, { code: 'OUT_OF_TURN', next: 'answer-again', message: /left this step/ })
  await assert.rejects(pageUrl(), { code: 'OUT_OF_TURN' })
})

test('two flows never share a token', async (t) => {
  const env = setup(t)
  for (const username of ['Greatday', 'greatday_nomfa']) await runToEnd(env.start(LIVE(person(username))), env)
  const flowIds = env.sessions.map(({ flowId }) => flowId)
  assert.deepEqual([new Set(flowIds).size, new Set(tokens(env)).size], [2, 2])
})
