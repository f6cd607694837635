/** One authorize token a session: the start, its polls and its answers, and no other session. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, CREDENTIALS, LIVE, assertTellsNothing, bench, person, purpose, settled, walk } from './bench.mjs'

const tokens = (stage) => stage.wire.calls.map(({ headers }) => headers['flinks-auth-key'])

test('the start, its polls and all its answers bear one token', async (t) => {
  for (const who of ['many_rounds', 'slow_after_answer', 'slow_dispatched']) {
    const stage = bench(t)
    const flow = stage.start(LIVE(person(who)))
    await walk(flow, stage)
    assert.ok(stage.wire.calls.length > 2)
    assert.equal(new Set(tokens(stage)).size, 1)
    assert.deepEqual(stage.sessions, [{ flowId: flow.id, session: 1 }], 'the function is asked once')
    assert.equal(stage.bank.counts().tokensMinted, 1)
  }
})

test('a cached start that is repeated bears a new token each time', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'start', kind: 'lost-reply', times: 2 })
  const flow = stage.start(CACHED(person('Greatday')))
  assert.equal((await walk(flow, stage)).code, 'done')
  assert.equal(new Set(tokens(stage)).size, 3)
  assert.deepEqual(
    stage.sessions,
    [1, 2, 3].map((session) => ({ flowId: flow.id, session })),
  )
})

test('a confirmation is a session of its own, under a token of its own', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  assert.equal((await walk(stage.start(LIVE(person('Greatday'))), stage)).code, 'done')
  const [start, answer, confirm] = tokens(stage)
  assert.ok(start === answer && answer !== confirm)
  assert.deepEqual(stage.bank.counts().broken, {})
})

test('a look bears the token of the answer that it asks about', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = stage.start(CREDENTIALS(person('Greatday')), { authorizeAsync: true })
  assert.equal((await walk(flow, stage)).code, 'done')
  assert.equal(new Set(tokens(stage)).size, 1)
})

test('a refused token is not replaced by another one', async (t) => {
  const stage = bench(t, { tokenExpiresInSession: true })
  const flow = stage.start(LIVE(person('Greatday')))
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    stage.bank.clock.advance(7 * 60_000)
    stage.bank.fault({ on: 'answer', kind: 'status', status: 401, code: 'UNAUTHORIZED' })
    await step.answer({ [step.round.challenges[0].fields[0].name]: 'Montreal' })
  }
  assert.equal(flow.current.failure.code, 'session-expired')
  assert.deepEqual([stage.bank.counts().answers, stage.sessions.length], [1, 1])
})

test('a string is the token of one session', async (t) => {
  const stage = bench(t)
  const authorizeToken = await stage.bank.token()
  const { code } = await walk(stage.start(LIVE(person('many_rounds')), { authorizeToken }), stage)
  assert.equal(code, 'done')
  assert.deepEqual([...new Set(tokens(stage))], [authorizeToken])
})

for (const [what, params, on, code] of [
  ['cached start', CACHED, 'start', 'unreachable'],
  ['answer', LIVE, 'answer', 'outcome-unknown'],
]) {
  test(`a string serves no second session: a lost ${what} ends in ${code}`, async (t) => {
    const stage = bench(t)
    stage.bank.fault({ on, kind: 'lost-reply' })
    const flow = stage.start(params(person('Greatday')), { authorizeToken: await stage.bank.token() })
    assert.equal((await walk(flow, stage)).code, code)
    assert.deepEqual([new Set(tokens(stage)).size, stage.bank.counts().broken], [1, {}])
  })
}

test('a customer without tokens sends no header for one', async (t) => {
  for (const authorizeAsync of [false, true]) {
    const stage = bench(t, { tokensRequired: false })
    stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
    const flow = stage.start(LIVE(person('Greatday')), { authorizeToken: undefined, authorizeAsync })
    assert.equal((await walk(flow, stage)).code, 'done')
    assert.ok(stage.wire.calls.every(({ headers }) => !('flinks-auth-key' in headers)))
  }
})

const SECRET = 'hunter2'

/** Functions that fail, and those that give what is no token. */
const failing = {
  throws: () => {
    throw new Error(SECRET)
  },
  'rejects with a string': () => Promise.reject(SECRET),
  'rejects with nothing': () => Promise.reject(),
}
const misgiving = {
  'gives an empty string': () => '',
  'gives a line break': () => `${SECRET}\r\nx-api-key: 1`,
  'gives a space': async () => `Bearer ${SECRET}`,
  'gives another alphabet': async () => `${SECRET}é`,
  'gives a number': async () => 7,
  'gives nothing': () => undefined,
  'gives an object': () => ({ toString: () => SECRET }),
}

for (const [functions, expected] of [
  [failing, ['unreachable', 'retry-later']],
  [misgiving, ['secret-missing', 'fix-integration']],
]) {
  for (const [what, authorizeToken] of Object.entries(functions)) {
    test(`a token function that ${what} ends the flow in ${expected[0]}, and nothing is sent`, async (t) => {
      for (const params of [CACHED, LIVE, CREDENTIALS]) {
        const stage = bench(t)
        const { code, end } = await walk(stage.start(params(person('Greatday')), { authorizeToken }), stage)
        assert.deepEqual([code, end.error.next], expected)
        assert.deepEqual([stage.wire.calls, stage.bank.counts().requests], [[], 0])
        assertTellsNothing(end.error, SECRET)
      }
    })

    test(`a token function that ${what} in the second session leaves the first one in doubt`, async (t) => {
      const stage = bench(t)
      stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
      const second = ({ session }) => (session === 1 ? stage.bank.token() : authorizeToken())
      const { code } = await walk(stage.start(LIVE(person('Greatday')), { authorizeToken: second }), stage)
      assert.deepEqual(stage.wire.calls.map(purpose), ['live start', 'answer'])
      assert.equal(code, 'outcome-unknown')
    })
  }
}

test('a flow that is cancelled while it waits for its token sends nothing when the token comes', async (t) => {
  const stage = bench(t)
  let give
  const authorizeToken = () => new Promise((resolve) => (give = resolve))
  const flow = stage.start(LIVE(person('Greatday')), { authorizeToken })
  await settled()
  flow.cancel()
  give(await stage.bank.token())
  await settled()
  assert.equal(flow.current.failure.code, 'cancelled')
  assert.deepEqual(stage.wire.calls, [])
})

test('two flows never share a token', async (t) => {
  const stage = bench(t)
  for (const who of ['Greatday', 'greatday_nomfa']) await walk(stage.start(LIVE(person(who))), stage)
  const flowIds = stage.sessions.map(({ flowId }) => flowId)
  assert.deepEqual([new Set(flowIds).size, new Set(tokens(stage)).size], [2, 2])
})
