/** Reconnect and first link: each way, its tokens, and the step `connect`. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  FlowError,
  MINUTE,
  NOON,
  assertTellsNothing,
  bench,
  ending,
  newestRequestId,
  openConnect,
  person,
  purpose,
  settled,
  until,
  walk,
} from './bench.mjs'

const DAY = 24 * 60 * MINUTE
const FRAME = 'https://toolbox-iframe.private.fin.ag'

const loginIdOf = (who) => ({ loginId: person(who).loginId })
const service = ({ url }) => url.split('/').at(-1)

/** Starts a reconnect, and gives it at its step `connect`. */
async function atConnect(stage, who, params, more) {
  const flow = stage.reconnect({ ...loginIdOf(who), ...params }, more)
  return { flow, step: await until(flow, 'connect') }
}

/** The person does in Connect what it asks; the page claims what came of it. */
async function through(stage, step, who) {
  const connect = await openConnect(stage.bank, await step.pageUrl())
  const first = connect.view.state === 'credentials' ? await connect.signIn(person(who)) : connect.view
  const done = first.state === 'asks' ? await connect.answer(person(who).responses[0]) : first
  assert.equal(done.state, 'done')
  step.returned({ loginId: done.loginId })
}

/** What a result proves. */
const proof = ({ method, health, ownership }) => [method, health, ownership]

// The ways --------------------------------------------------------------------------------------

test('cached: what is fresh enough leaves the bank alone, and proves no health', async (t) => {
  const stage = bench(t)
  const flow = stage.reconnect({ ...loginIdOf('Greatday'), maxAge: 7 * DAY })
  assert.deepEqual(proof(await flow.result()), ['cached', 'unproven', 'given'])
  assert.deepEqual(stage.wire.calls.map(purpose), ['cached start'])
})

test('live: what the bank lets pass lives on, and is saved', async (t) => {
  const stage = bench(t)
  const result = await stage.reconnect(loginIdOf('greatday_nomfa')).result()
  assert.deepEqual(proof(result), ['live', 'live', 'given'])
  assert.equal(result.loginId, person('greatday_nomfa').loginId)
  assert.deepEqual(stage.wire.calls[0].json, {
    LoginId: person('greatday_nomfa').loginId,
    MostRecentCached: false,
    Save: true,
  })
})

for (const [name, params, more, services] of [
  ['Authorize', {}, {}, ['Authorize', 'Authorize']],
  ['AuthorizeAsync', { async: true }, { authorizeAsync: true }, ['AuthorizeAsync']],
]) {
  test(`form: by ${name} the person answers in a form of the host’s`, async (t) => {
    const stage = bench(t)
    const flow = stage.reconnect({ ...loginIdOf('Greatday'), presentation: 'form', ...params }, more)
    const { rounds, end } = await walk(flow, stage)
    assert.deepEqual(proof(end.result), ['form', 'live', 'given'])
    assert.equal(rounds.length, 1)
    assert.deepEqual([...new Set(stage.wire.calls.map(service))], [...new Set(services)])
    assert.deepEqual(stage.bank.counts().broken, {})
  })

  test(`mid-session: by ${name} the person answers in the frame, and cached mode confirms it`, async (t) => {
    const stage = bench(t)
    const { flow, step } = await atConnect(stage, 'Greatday', params, more)
    assert.deepEqual([step.purpose, step.until], ['mfa', stage.bank.clock.now() + 30 * MINUTE])
    stage.bank.clock.advance(MINUTE)
    await through(stage, step, 'Greatday')
    assert.deepEqual(proof(await flow.result()), ['mid-session', 'live', 'given'])
    assert.equal(purpose(stage.wire.calls.at(-1)), 'cached start')
    assert.deepEqual([stage.sent(), stage.bank.counts().broken], [[], {}])
  })
}

test('credentials: what the bank refuses is mended by signing in anew, at the institution that is named', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'broken_login', { institutionId: 14 })
  assert.equal(step.purpose, 'credentials')
  assert.ok((await step.pageUrl()).startsWith(`${FRAME}/v2/Credential/14?`))
  stage.bank.clock.advance(MINUTE)
  await through(stage, step, 'broken_login')
  assert.deepEqual(proof(await flow.result()), ['credentials', 'live', 'given'])
})

test('a first link proves that it is the person’s only where Flinks brings the tag back', async (t) => {
  for (const [returnsTag, ownership] of [
    [true, 'tagged'],
    [false, 'unproven'],
  ]) {
    const stage = bench(t, { connect: { returnsTag } })
    const flow = stage.connect({})
    assert.equal(flow.current.kind, 'connect', 'the frame comes at once')
    stage.bank.clock.advance(MINUTE)
    await through(stage, flow.current, 'Greatday')
    const result = await flow.result()
    assert.deepEqual([proof(result), result.loginId], [['credentials', 'live', ownership], person('Greatday').loginId])
    assert.deepEqual(stage.wire.calls.map(purpose), ['cached start'])
  }
})

test('AuthorizeAsync starts, polls and answers at its own address', async (t) => {
  const stage = bench(t)
  const flow = stage.start({ ...loginIdOf('slow_after_answer'), async: true }, { authorizeAsync: true })
  assert.equal((await walk(flow, stage)).code, 'done')
  assert.deepEqual([...new Set(stage.wire.calls.map(service))], ['AuthorizeAsync'])
  assert.deepEqual([stage.sent().length, stage.bank.counts().broken], [1, {}])
})

// Tokens ----------------------------------------------------------------------------------------

test('live refresh, frame and confirmation are three sessions, and each is asked for its token once', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'broken_login')
  await step.pageUrl()
  await through(stage, step, 'broken_login')
  await flow.result()
  assert.deepEqual(
    stage.sessions,
    [1, 2, 3].map((session) => ({ flowId: flow.id, session })),
  )
  const [start, confirm] = stage.wire.calls.map(({ headers }) => headers['flinks-auth-key'])
  assert.notEqual(start, confirm)
})

test('a frame in the middle of a session needs no token of its own', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'Greatday')
  await through(stage, step, 'Greatday')
  await flow.result()
  assert.deepEqual(
    stage.sessions.map(({ session }) => session),
    [1, 2],
  )
})

test('a token that is a string serves one session, and is refused', async (t) => {
  const stage = bench(t)
  const authorizeToken = await stage.bank.token()
  for (const start of [
    () => stage.reconnect(loginIdOf('Greatday'), { authorizeToken }),
    () => stage.connect({}, { authorizeToken }),
  ]) {
    assert.throws(start, (error) => {
      assert.ok(error instanceof FlowError)
      assert.deepEqual([error.code, error.path], ['INVALID_INPUT', '/config/authorizeToken'])
      assertTellsNothing(error, authorizeToken)
      return true
    })
  }
  assert.deepEqual(stage.wire.calls, [])
})

test('a customer without tokens gets a frame without one', async (t) => {
  const stage = bench(t, { tokensRequired: false })
  const flow = stage.connect({}, { authorizeToken: undefined })
  assert.ok(!(await flow.current.pageUrl()).includes('authorizeToken'))
  await through(stage, flow.current, 'Greatday')
  assert.equal(await ending(flow), 'done')
})

test('without its token a frame has no address, and may have one later', async (t) => {
  const stage = bench(t)
  let token = ''
  const flow = stage.connect({}, { authorizeToken: async () => token })
  await assert.rejects(flow.current.pageUrl(), { name: 'FlowError', code: 'secret-missing' })
  token = await stage.bank.token()
  assert.ok((await flow.current.pageUrl()).includes(token))
})

// The step --------------------------------------------------------------------------------------

test('a step’s address is one promise, and bears the token only where the person signs in', async (t) => {
  const stage = bench(t)
  const { step } = await atConnect(stage, 'Greatday')
  assert.equal(step.pageUrl(), step.pageUrl())
  const address = new URL(await step.pageUrl())
  assert.deepEqual([address.origin, address.pathname], [FRAME, '/v2/'])
  assert.deepEqual([...address.searchParams.keys()], ['requestId', 'tag'])
  assert.equal(address.searchParams.get('requestId'), newestRequestId(stage.wire.calls))

  const link = stage.connect({})
  assert.equal(link.current.pageUrl(), link.current.pageUrl())
  const keys = [...new URL(await link.current.pageUrl()).searchParams.keys()]
  assert.deepEqual(keys.sort(), ['authorizeToken', 'tag'])
})

test('every option arrives at Connect as it was given, with a token and without', async (t) => {
  const stage = bench(t)
  const options = { language: 'fr', tag: 'a b&c=é#/~+', v2: false, parameters: { theme: 'light & x', demo: true } }
  const host = { redirectUrl: 'https://app.example/back?c=4 2'.replace(' ', '%20') }
  const { step } = await atConnect(stage, 'Greatday', options, host)
  for (const { pageUrl } of [step, stage.connect(options, host).current]) {
    const { pathname, search } = new URL(await pageUrl())
    assert.equal(pathname, '/')
    // As every reader of a query decodes it, not only those that take a plus for a space.
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

test('a step’s signal aborts when the flow leaves it, and what it says then is not heard', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'Greatday')
  assert.equal(step.signal.aborted, false)
  step.returned(loginIdOf('Greatday'))
  assert.equal(step.signal.aborted, true)
  step.returned(loginIdOf('greatday_nomfa'))
  step.tokenRefused()
  assert.equal(await ending(flow), 'done')

  const { flow: other, step: left } = await atConnect(stage, 'Greatday')
  other.cancel()
  assert.equal(left.signal.aborted, true)
})

test('a refused token makes a new step with another one, and not for ever', async (t) => {
  const stage = bench(t)
  const flow = stage.connect({})
  const seen = new Set()
  for (let tries = 0; tries < 5; tries++) {
    const step = await until(flow, 'connect')
    seen.add(step).add(new URL(await step.pageUrl()).searchParams.get('authorizeToken'))
    step.tokenRefused()
    assert.equal(step.signal.aborted, true)
  }
  assert.equal(seen.size, 10)
  assert.equal(await ending(flow), 'unauthorized')
})

test('a frame in the middle of a session whose token is refused has no other one: the session is over', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'Greatday')
  step.tokenRefused()
  assert.equal(await ending(flow), 'session-expired')
})

const OTHER = person('greatday_nomfa').loginId
for (const [name, claim, path] of [
  ['nothing', undefined, '/claim'],
  ['a text', OTHER, '/claim'],
  ['no LoginId', {}, '/claim/loginId'],
  ['no GUID', { loginId: `{${OTHER}}` }, '/claim/loginId'],
  ['a list', { loginId: [OTHER] }, '/claim/loginId'],
  ['more than is asked for', { loginId: OTHER, requestId: OTHER }, '/claim/requestId'],
  ['a state that is not the flow’s', { loginId: OTHER, state: 'hunter2' }, '/claim/state'],
  ['no state where there should be one', { loginId: OTHER, state: null }, '/claim/state'],
  ['a function', { loginId: () => OTHER }, '/claim/loginId'],
]) {
  test(`a claim of ${name} is refused at ${path}, and the flow waits on`, async (t) => {
    const stage = bench(t)
    const { flow, step } = await atConnect(stage, 'Greatday')
    const before = flow.snapshot()
    assert.throws(
      () => step.returned(claim),
      (error) => {
        assert.deepEqual([error.name, error.code, error.path], ['FlowError', 'INVALID_INPUT', path])
        assertTellsNothing(error, OTHER, 'hunter2')
        return true
      },
    )
    assert.deepEqual([flow.current, flow.snapshot(), step.signal.aborted], [step, before, false])
  })
}

test('somebody else’s LoginId ends the flow, and is looked up nowhere', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'Greatday')
  const made = stage.wire.calls.length
  step.returned({ loginId: OTHER })
  assert.equal(await ending(flow), 'login-mismatch')
  assert.equal(stage.wire.calls.length, made)
  assertTellsNothing(flow.current.error, OTHER)
})

test('nobody waits for a frame for ever', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'Greatday')
  stage.bank.clock.advance(step.until - stage.bank.clock.now())
  assert.equal(await ending(flow), 'session-expired')
})

// Put away and taken up -------------------------------------------------------------------------

/** A host whose tokens outlive the page, as a back end keeps them. */
function remembering(stage) {
  const tokens = new Map()
  return ({ session }) => tokens.get(session) ?? tokens.set(session, stage.bank.token()).get(session)
}

test('taken up at each of its stages, a reconnect ends as it would have', async (t) => {
  const stage = bench(t)
  const authorizeToken = remembering(stage)
  const host = { authorizeToken, authorizeAsync: true }
  const standing = { now: () => NOON, wait: () => new Promise(() => {}) }
  const asked = { ...loginIdOf('slow_dispatched'), async: true }

  const started = stage.reconnect(asked, { ...host, clock: standing })
  while (!started.current.until) await settled()
  const polling = stage.restore(started.snapshot(), host)
  const { purpose: before } = await until(polling, 'connect')

  const shown = stage.restore(polling.snapshot(), host)
  assert.deepEqual([shown.current.kind, shown.current.purpose], ['connect', before])
  stage.bank.clock.advance(MINUTE)
  const address = await shown.current.pageUrl()
  assert.equal(address, await polling.current.pageUrl(), 'the same frame')
  const connect = await openConnect(stage.bank, address)
  await connect.answer(person('slow_dispatched').responses[0])
  const never = () => new Promise(() => {})
  const unheard = stage.restore(shown.snapshot(), { ...host, fetch: never })
  unheard.current.returned({ loginId: person('slow_dispatched').loginId })

  const confirming = stage.restore(unheard.snapshot(), host)
  assert.deepEqual(proof(await confirming.result()), ['mid-session', 'live', 'given'])
  const again = stage.restore(confirming.snapshot(), host)
  assert.deepEqual(again.current.result, confirming.current.result)
})

test('taken up at the frame that asks for credentials, a flow asks for the same session’s token', async (t) => {
  const stage = bench(t)
  const { flow, step } = await atConnect(stage, 'broken_login')
  await step.pageUrl()
  const again = stage.restore(flow.snapshot())
  await again.current.pageUrl()
  assert.deepEqual(
    stage.sessions.map(({ session }) => session),
    [1, 2, 2],
  )
})

// Secrets ---------------------------------------------------------------------------------------

test('no token, answer or credential is in a step, a snapshot or an error', async (t) => {
  for (const who of ['Greatday', 'broken_login']) {
    const stage = bench(t)
    const tokens = []
    const authorizeToken = async () => tokens[tokens.push(await stage.bank.token()) - 1]
    const flow = stage.reconnect(loginIdOf(who), { authorizeToken })
    const shown = []
    const note = () => shown.push(flow.snapshot(), JSON.stringify(flow.current))
    flow.subscribe(note)
    await until(flow, 'connect')
    await flow.current.pageUrl()
    note()
    await through(stage, flow.current, who)
    assert.equal(await ending(flow), 'done')

    const refused = stage.reconnect(loginIdOf(who), { authorizeToken })
    const step = await until(refused, 'connect')
    await step.pageUrl()
    step.returned({ loginId: OTHER })
    await ending(refused)
    shown.push(refused.snapshot())
    const secrets = [
      ...tokens,
      stage.bank.secretKey,
      'Everyday',
      ...person(who).responses.flatMap(Object.values).flat(2),
    ]
    assertTellsNothing(refused.current.error, ...secrets)
    for (const secret of secrets) assert.ok(!shown.join('\n').includes(secret), secret)
  }
})

test('a live start whose reply is lost is not sent again, and shows no frame', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'start', kind: 'lost-reply' })
  const flow = stage.reconnect(loginIdOf('Greatday'))
  const kinds = []
  for await (const { kind } of flow) kinds.push(kind)
  assert.deepEqual([flow.current.failure.code, kinds.includes('connect')], ['outcome-unknown', false])
  assert.equal(stage.wire.calls.length, 1)
})

test('a form that is answered right after a lost reply is answered once', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = stage.reconnect({ ...loginIdOf('Greatday'), presentation: 'form' })
  assert.equal((await walk(flow, stage)).code, 'done')
  assert.equal(stage.sent().length, 1)
})
