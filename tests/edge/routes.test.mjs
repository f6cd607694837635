/** Each route, and the checks before it: origin, user, body, rate limits. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  KEYS,
  MINUTE,
  ORIGIN,
  SEAL,
  SECURITY,
  TWO_USERS,
  approve,
  atChallenge,
  customerId,
  edge,
  flinksConnection,
  memoryStore,
  mxConnection,
  openapi,
  page,
  rightAnswers,
  sealer,
  setup,
  walk,
} from './setup.mjs'

const status = async (reply) => [(await reply).status, (await (await reply).json()).code]

test('a flow goes from its start through its rounds to its end', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'many_rounds') }) })
  const page = env.page()
  const started = await page.start('c_1')
  assert.deepEqual(started.step, { kind: 'working', stage: 'start', until: null })
  const [rounds, right] = [[], rightAnswers(env)]
  const end = await walk(page, started, (round) => (rounds.push(round.number), right(round)))
  assert.equal(end.step.kind, 'done')
  assert.ok(end.version > started.version)
  const needed = env.reported.personNeeded.map(({ round }) => round)
  assert.deepEqual([rounds.length > 1, needed], [true, rounds], 'each round needs its user once')
})

test('the company gets the vendor’s ids, and the page does not', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const page = env.page()
  const { step } = await walk(page, await page.start('c_1'), rightAnswers(env))
  const [ended] = env.reported.ended
  assert.deepEqual(Object.keys(step.result), ['institution', 'institutionId', 'lastRefresh', 'scheduledRefresh'])
  assert.equal(ended.result.loginId, env.bank.loginId('Greatday'))
  assert.deepEqual([ended.user, ended.connection, ended.outcome], ['ann', 'c_1', 'done'])
})

test('no reply, header or error contains a secret or an id of the vendor', async (t) => {
  for (const [connection, name] of [
    [(bank) => flinksConnection(bank, 'Greatday'), 'Greatday'],
    [(bank) => mxConnection(bank, 'text'), undefined],
  ]) {
    const texts = []
    const env = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }) })
    const recorded = async (...given) => {
      const reply = await env.handle(...given)
      texts.push(JSON.stringify([...reply.headers]), await reply.clone().text())
      return reply
    }
    const asking = page(recorded)
    const state = await asking.settled(await asking.start('c_1'))
    await asking.answer(state, 1, { nonsense: 'x' })
    await asking.answer(state, 9, {})
    await asking.cancel(state)
    const all = texts.join('\n')
    const ids = env.wire.calls.flatMap(({ reply }) => [reply?.json?.RequestId, reply?.json?.Token]).filter(Boolean)
    const secrets = [env.bank.secretKey, env.bank.mx.key.apiKey, env.bank.mx.key.clientId, ...ids]
    const { memberGuid, userGuid } = env.bank.mx.member('text')
    for (const secret of [...secrets, memberGuid, userGuid, ...(name ? [env.bank.loginId(name)] : [])]) {
      assert.ok(!all.includes(secret), 'a reply contains it')
    }
  }
})

test('a GET with a version waits for a change, and a GET without one replies at once', async (t) => {
  const { page, state, ...env } = await atChallenge(t)
  const waiting = page.getState(state, state.version)
  assert.deepEqual(await page.getState(state), state)
  await page.answer(state, 1, rightAnswers(env)(state.step.round))
  assert.ok((await waiting).version > state.version)
})

test('a GET that waits for a change replies after 25 seconds', async (t) => {
  const { page, state, bank, nextWait } = await atChallenge(t)
  const waits = nextWait()
  const waiting = page.getState(state, state.version)
  await waits
  bank.clock.advance(25_000)
  assert.deepEqual(await waiting, state)
})

test('an event stream sends each change, and closes at the end', async (t) => {
  const { page, state, ...env } = await atChallenge(t)
  const reply = await page.ask('GET', `/flows/${state.flow}`, undefined, { accept: 'text/event-stream' })
  assert.equal(reply.headers.get('content-type'), 'text/event-stream')
  const text = reply.text()
  await page.answer(state, 1, rightAnswers(env)(state.step.round))
  const events = (await text).split('\n\n').filter((event) => event.startsWith('id'))
  const steps = events.map((event) => JSON.parse(event.match(/^data: (.*)$/m)[1]))
  assert.deepEqual(steps[0], { version: state.version, step: state.step })
  assert.equal(steps.at(-1).step.kind, 'done')
  assert.ok(events.every((event, at) => event.startsWith(`id: ${steps[at].version}\n`)))
})

test('an event stream sends the current step first, and closes when its request is aborted', async (t) => {
  const { state, handle, nextWait } = await atChallenge(t)
  const leaving = new AbortController()
  const ask = async () => {
    const headers = { authorization: 'Bearer ann', accept: 'text/event-stream' }
    const init = { headers, signal: leaving.signal }
    return (await handle(new Request(`https://edge.example/mfa/flows/${state.flow}`, init))).text()
  }
  const waits = nextWait()
  const text = ask()
  await waits
  leaving.abort()
  const event = `data: ${JSON.stringify({ version: state.version, step: state.step })}`
  for (const events of [await text, await ask()]) assert.ok(events.includes(event))
})

test('invalid answers are refused with their fields, and the round stays open', async (t) => {
  const { page, state, ...env } = await atChallenge(t)
  const refused = await page.answer(state, 1, { '1.1.answer': '' })
  assert.deepEqual([refused.status, refused.code], [422, 'INVALID_ANSWER'])
  assert.deepEqual(refused.fields, [{ name: '1.1.answer', reason: 'missing' }])
  assert.deepEqual(await page.getState(state), state)
  assert.deepEqual(env.reported.errors, [], 'it is the page’s mistake')
  assert.equal((await page.answer(state, 1, rightAnswers(env)(state.step.round))).step.kind, 'done')
})

test('raw answers are accepted', async (t) => {
  const { page, state, bank, wire } = await atChallenge(t)
  const raw = JSON.parse(bank.rightAnswers(wire.calls.at(-1).reply.json.RequestId))
  assert.equal((await page.call('POST', `/flows/${state.flow}/answer`, { round: 1, raw })).step.kind, 'done')
})

test('an answer to a round that does not exist yet is refused as OUT_OF_TURN', async (t) => {
  const { page, state } = await atChallenge(t)
  assert.deepEqual(
    [(await page.answer(state, 2, {})).code, (await page.getState(state)).version],
    ['OUT_OF_TURN', state.version],
  )
})

test('after a cancel the next start begins another flow', async (t) => {
  const { page, state, reported } = await atChallenge(t)
  const ended = await page.cancel(state)
  assert.equal(ended.step.failure.code, 'cancelled')
  assert.deepEqual(await page.cancel(state), ended)
  assert.deepEqual(
    reported.ended.map(({ failure }) => failure.code),
    ['cancelled'],
  )
  assert.notEqual((await page.start('c_1')).flow, ended.flow)
})

test('the claim of the iframe is verified with the vendor', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'reconnect') }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const { kind, purpose, address } = state.step
  assert.deepEqual([kind, purpose], ['connect', 'mfa'])
  assert.deepEqual(
    env.reported.personNeeded.map(({ step }) => step),
    ['connect'],
  )
  const { searchParams } = new URL(address)
  assert.ok(searchParams.get('requestId'))
  assert.ok(!address.includes(env.bank.loginId('Greatday')))

  const malformed = await page.message(state, { kind: 'returned', claim: { loginId: 'hunter2' } })
  assert.deepEqual([malformed.status, malformed.code, malformed.path], [400, 'INVALID_INPUT', '/claim/loginId'])
  const stranger = { kind: 'returned', claim: { loginId: env.bank.loginId('text_or_call') } }
  const end = await page.settled(await page.message(state, stranger))
  assert.equal(end.step.failure.code, 'login-mismatch')
})

test('the iframe’s URL stays the same until its token is refused, and then has a new token', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'connect') }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.deepEqual([state.step.kind, state.step.purpose], ['connect', 'credentials'])
  assert.deepEqual(await page.getState(state), state)
  const reopened = await page.message(state, { kind: 'token-refused', address: state.step.address })
  const tokens = [state, reopened].map(({ step }) => new URL(step.address).searchParams.get('authorizeToken'))
  assert.ok(tokens[0] && tokens[1] && tokens[0] !== tokens[1])
  assert.equal(env.bank.counts().tokensMinted, 2)
  const claim = { loginId: env.bank.loginId('Greatday') }
  const end = await page.settled(await page.message(reopened, { kind: 'returned', claim }))
  assert.deepEqual([end.step.kind, end.step.result.ownership], ['done', 'unproven'])
})

test('the accounts of a claim go to onFlowEnded, and not to the page', async (t) => {
  const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'reconnect') })
  const env = setup(t, { connections })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const claim = (accountIds) => ({ loginId: env.bank.loginId('Greatday'), accountIds })
  for (const [accountIds, path] of [
    ['a1', '/body/claim/accountIds'],
    [[7], '/body/claim/accountIds'],
    [['a/1'], '/claim/accountIds/0'],
  ]) {
    const refused = await page.message(state, { kind: 'returned', claim: claim(accountIds) })
    assert.deepEqual([refused.status, refused.code, refused.path], [400, 'INVALID_INPUT', path])
  }
  const end = await page.settled(await page.message(state, { kind: 'returned', claim: claim(['a1', 'a2']) }))
  assert.deepEqual([end.step.kind, 'accountIds' in end.step.result], ['done', false])
  assert.deepEqual(env.reported.ended[0].result.accountIds, ['a1', 'a2'])
})

test('a connection of the kind resume opens the iframe at once', async (t) => {
  const connections = {}
  const env = setup(t, { connections: () => connections })
  connections['ann/c_1'] = flinksConnection(env.bank, 'Greatday', 'authorize')
  const page = env.page()
  const waiting = await page.settled(await page.start('c_1'))
  assert.equal(waiting.step.kind, 'challenge')
  const requestId = env.wire.calls.at(-1).reply.json.RequestId
  connections['ann/c_2'] = flinksConnection(env.bank, 'Greatday', 'resume', { requestId })
  connections['ann/c_3'] = flinksConnection(env.bank, 'Greatday', 'resume', { requestId: 'x' })
  const state = await page.settled(await page.start('c_2'))
  assert.deepEqual([state.step.kind, state.step.purpose], ['connect', 'mfa'])
  assert.equal(new URL(state.step.address).searchParams.get('requestId'), requestId)
  const claim = { loginId: env.bank.loginId('Greatday'), accountIds: ['a1'] }
  const end = await page.settled(await page.message(state, { kind: 'returned', claim }))
  assert.deepEqual([end.step.kind, end.step.result.ownership], ['done', 'unproven'])
  assert.deepEqual(env.reported.ended.at(-1).result.accountIds, ['a1'])
  assert.equal((await page.start('c_3')).status, 500)
})

test('the iframe in mid-session gets a fresh token once, and an expired session ends the flow', async (t) => {
  const connections = (bank) => ({
    'ann/c_1': flinksConnection(bank, 'Greatday', 'reconnect'),
    'ann/c_2': { ...flinksConnection(bank, 'text_or_call', 'reconnect'), secretKey: undefined },
  })
  const env = setup(t, { connections, rules: { tokensRequired: false } })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const reopened = await page.message(state, { kind: 'token-refused' })
  const tokens = [state, reopened].map(({ step }) => new URL(step.address).searchParams.get('authorizeToken'))
  assert.deepEqual([tokens[0], typeof tokens[1]], [null, 'string'])
  const repeated = await page.message(state, { kind: 'token-refused', address: state.step.address })
  assert.deepEqual(repeated, reopened)
  const malformed = await page.message(state, { kind: 'token-refused', address: 7 })
  assert.deepEqual([malformed.code, malformed.path], ['INVALID_INPUT', '/body/address'])
  const refused = await page.message(reopened, { kind: 'token-refused' })
  const withoutKey = await page.settled(await page.start('c_2'))
  const ended = [refused, await page.message(withoutKey, { kind: 'token-refused' })]
  const expired = await page.settled(await page.start('c_1'))
  ended.push(await page.message(expired, { kind: 'session-expired' }))
  assert.deepEqual(
    ended.map(({ step }) => step.failure.code),
    ['session-expired', 'session-expired', 'session-expired'],
  )
})

test('the redirect step stays while the vendor is polled, and the landing URL leads to a poll', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'oauth') }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'redirect')
  const before = env.wire.calls.length
  for (let polls = 0; polls < 5; polls++) {
    env.bank.clock.advance(4_000)
    await env.handle.sweep()
  }
  assert.equal(env.wire.calls.length, before + 5)
  assert.deepEqual(await page.getState(state), state)
  env.bank.clock.advance(4_000)
  const url = await approve(env.bank, state.step.url)
  const end = await page.settled(await page.message(state, { kind: 'landed', url }))
  assert.equal(end.step.kind, 'done')
})

test('a landing URL with an error leads to another window with that error', async (t) => {
  const connections = (bank) => ({ 'ann/c_1': mxConnection(bank, 'oauth_revoked') })
  const env = setup(t, { connections })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.error, null)
  env.bank.clock.advance(4_000)
  const twice = 'https://app.example/?status=error&error_reason=DENIED&error_reason=CANCELLED'
  const refused = await page.message(state, { kind: 'landed', url: twice })
  assert.deepEqual([refused.status, refused.path], [400, '/landing/error_reason'])
  const url = await approve(env.bank, state.step.url, 'deny')
  const again = await page.settled(await page.message(state, { kind: 'landed', url }))
  assert.equal(again.step.kind, 'redirect')
  assert.notEqual(again.step.url, state.step.url)
  assert.deepEqual(again.step.error, { code: 'denied', vendorReason: 'DENIED' })
  env.bank.clock.advance(4_000)
  await env.handle.sweep()
  assert.deepEqual((await page.getState(again)).step, again.step, 'a poll does not change the step')
  await page.message(again, { kind: 'window-opened' })
  const needed = env.reported.personNeeded.map(({ step, present }) => [step, present])
  assert.deepEqual(needed, Array(2).fill(['redirect', true]), 'each window needs its user once')
  const landing = await approve(env.bank, again.step.url)
  const end = await page.settled(await page.message(again, { kind: 'landed', url: landing }))
  assert.equal(end.step.kind, 'done')
})

test('a malformed body or query is refused with its path', async (t) => {
  const { page, state } = await atChallenge(t)
  const path = `/flows/${state.flow}`
  for (const [verb, body, where] of [
    ['', {}, '/body/connection'],
    ['', { connection: '' }, '/body/connection'],
    ['', { connection: 'c 1' }, '/body/connection'],
    ['', { connection: '.' }, '/body/connection'],
    ['', { connection: '..' }, '/body/connection'],
    ['', [], '/body'],
    ['', 'hunter2', '/body'],
    ['/answer', { answers: {} }, '/body/round'],
    ['/answer', { round: 1 }, '/body/answers'],
    ['/answer', { round: 1, answers: {}, raw: {} }, '/body/answers'],
    ['/message', {}, '/body/kind'],
    ['/message', { kind: 'landed', url: 1 }, '/body/url'],
    ['/message', { kind: 'returned' }, '/body/claim/loginId'],
    ['/message', { kind: 'returned', claim: { loginId: 'x', state: 1 } }, '/body/claim/state'],
  ]) {
    const refused = await page.call('POST', verb === '' ? '/flows' : path + verb, body)
    assert.deepEqual([refused.status, refused.code, refused.path], [400, 'INVALID_INPUT', where])
  }
  assert.equal((await page.call('GET', `${path}?after=x`)).path, '/query/after')
})

// Checks --------------------------------------------------------------------------------------

test('every route refuses a request without a user', async (t) => {
  const { state, ...env } = await atChallenge(t)
  for (const [method, path, body] of [
    ['POST', '/flows', { connection: 'c_1' }],
    ['GET', `/flows/${state.flow}`],
    ['POST', `/flows/${state.flow}/answer`, { round: 1, answers: {} }],
  ]) {
    assert.deepEqual(await status(page(env.handle, null).ask(method, path, body)), [401, 'UNAUTHENTICATED'])
  }
})

test('unknown connections and unknown flows, flows of other users and replaced flows are not found', async (t) => {
  const { page, state, ...env } = await atChallenge(t)
  const bob = env.as('bob')
  const [id, flow] = state.flow.split('.')
  for (const [method, path, body] of [
    ['POST', '/flows', { connection: 'c_9' }],
    ...[state.flow, `${id}.${'0'.repeat(32)}`, `${'A'.repeat(43)}.${flow}`].flatMap((handle) => [
      ['GET', `/flows/${handle}`],
      ['GET', `/flows/${handle}?after=1`],
      ['POST', `/flows/${handle}/answer`, { round: 1, answers: { '1.1.answer': 'x' } }],
      ['POST', `/flows/${handle}/message`, { kind: 'token-refused' }],
      ['POST', `/flows/${handle}/cancel`, {}],
    ]),
  ]) {
    assert.deepEqual(await status(bob.ask(method, path, body)), [404, 'NOT_FOUND'])
  }
  const events = { accept: 'text/event-stream' }
  assert.deepEqual(await status(bob.ask('GET', `/flows/${state.flow}`, undefined, events)), [404, 'NOT_FOUND'])
  await page.cancel(state)
  await page.start('c_1')
  assert.equal((await page.getState(state)).code, 'NOT_FOUND')
  assert.equal(env.bank.counts().answers, 0)
})

test('two users with the same connection id have two flows', async (t) => {
  const { page, state, ...env } = await atChallenge(t)
  assert.notEqual((await env.as('bob').start('c_1')).flow, state.flow)
})

test('the record of a flow is named by its user and the key of its connection, which is its id by default', async (t) => {
  const connections = (bank) => ({
    'ann/c_1': flinksConnection(bank, 'Greatday'),
    'ann/c_2': { ...flinksConnection(bank, 'Greatday'), key: 'login' },
  })
  const page = setup(t, { connections }).page()
  for (const [connection, key] of [
    ['c_1', 'c_1'],
    ['c_2', 'login'],
  ]) {
    const { flow } = await page.start(connection)
    assert.equal(flow.split('.')[0], await sealer(SEAL).name('flow', 'ann', key))
  }
})

test('an unknown path is not found', async (t) => {
  const { page, state } = await atChallenge(t)
  for (const [method, path] of [
    ['GET', '/'],
    ['GET', `/flows/${state.flow}/nothing`],
    ['POST', '/webhooks/mx'],
  ]) {
    assert.deepEqual(await status(page.ask(method, path, method === 'GET' ? undefined : {})), [404, 'NOT_FOUND'])
  }
})

test('a known route with another method is refused, and says which one it has', async (t) => {
  const { page, state } = await atChallenge(t)
  const path = `/flows/${state.flow}`
  for (const [method, route, allow] of [
    ['GET', '/flows', 'POST'],
    ['DELETE', '/flows', 'POST'],
    ['HEAD', path, 'GET'],
    ['PUT', path, 'GET'],
    ['POST', path, 'GET'],
    ['GET', `${path}/answer`, 'POST'],
    ['PUT', `${path}/message`, 'POST'],
    ['POST', `${path}/data/accounts`, 'GET'],
  ]) {
    const reply = await page.ask(method, route, ['GET', 'HEAD'].includes(method) ? undefined : {})
    assert.deepEqual([reply.status, reply.headers.get('allow')], [405, allow], `${method} ${route}`)
    assert.equal((await reply.json()).code, 'METHOD_NOT_ALLOWED')
  }
  assert.deepEqual(await page.getState(state), state)
})

test('a webhook with another method is refused', async (t) => {
  const { handle } = setup(t, { webhooks: { findConnection: () => null } })
  for (const method of ['GET', 'HEAD', 'PUT', 'OPTIONS']) {
    const reply = await handle(new Request('https://edge.example/mfa/webhooks/mx', { method }))
    assert.deepEqual([reply.status, reply.headers.get('allow')], [405, 'POST'], method)
  }
})

for (const [what, headers, wanted] of [
  ['a page of another origin', { origin: 'https://evil.example' }, 403],
  ['a page with the origin null', { origin: 'null' }, 403],
  ['a page whose host begins with yours', { origin: 'https://app.example.evil.example' }, 403],
  ['a page of another scheme', { origin: 'http://app.example' }, 403],
  ['a cross-site request that hides its origin', { origin: undefined, 'sec-fetch-site': 'cross-site' }, 403],
  ['a same-site request that hides its origin', { origin: undefined, 'sec-fetch-site': 'same-site' }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ['a form with the content type text/plain', { 'content-type': 'text/plain' }, 400],
  ['a server without an origin', { origin: undefined }, 200],
  ['a page of the same origin', { origin: undefined, 'sec-fetch-site': 'same-origin' }, 200],
  ['your page on another site', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, 200],
]) {
  test(`a start by ${what} gets ${wanted}`, async (t) => {
    const { handle } = setup(t, { connections: TWO_USERS })
    const all = { authorization: 'Bearer ann', 'content-type': 'application/json', origin: ORIGIN, ...headers }
    const given = Object.entries(all).filter(([, value]) => value !== undefined)
    const init = { method: 'POST', headers: Object.fromEntries(given), body: '{"connection":"c_1"}' }
    const reply = await handle(new Request('https://edge.example/mfa/flows', init))
    assert.equal(reply.status, wanted)
    const own = headers.origin === undefined || headers.origin === ORIGIN
    assert.equal(
      reply.headers.get('access-control-allow-origin'),
      'origin' in headers && headers.origin !== ORIGIN ? null : ORIGIN,
    )
    assert.ok(own || reply.status === 403)
  })
}

test('a preflight request is answered for allowed origins only', async (t) => {
  const { handle } = setup(t)
  const preflight = (origin) =>
    handle(
      new Request('https://edge.example/mfa/flows', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-app',
        },
      }),
    )
  const own = await preflight(ORIGIN)
  assert.deepEqual(
    ['allow-origin', 'allow-credentials', 'allow-headers'].map((name) => own.headers.get(`access-control-${name}`)),
    [ORIGIN, 'true', 'content-type,x-app'],
  )
  const other = await preflight('https://evil.example')
  assert.deepEqual([other.status, other.headers.get('access-control-allow-origin')], [403, null])
})

test('every reply carries the security headers', async (t) => {
  const { page, state } = await atChallenge(t)
  for (const reply of [await page.ask('GET', `/flows/${state.flow}`), await page.ask('GET', '/')]) {
    for (const [name, value] of SECURITY) assert.equal(reply.headers.get(name), value)
  }
})

test('each user has a rate limit of starts per hour', async (t) => {
  const env = setup(t, { connections: TWO_USERS, limits: { startsPerHour: 2 } })
  const [ann, bob] = [env.page('ann'), env.page('bob')]
  await ann.start('c_1')
  env.bank.clock.advance(10 * MINUTE)
  await ann.start('c_1')
  const refused = await ann.start('c_1')
  assert.deepEqual([refused.status, refused.code, refused.next], [429, 'RATE_LIMITED', 'retry-later'])
  assert.ok((await bob.start('c_1')).flow)
  env.bank.clock.advance(50 * MINUTE)
  assert.ok((await ann.start('c_1')).flow)
  assert.equal((await ann.start('c_1')).status, 429, 'a start counts for an hour')
})

test('a start that is malformed, or of an unknown connection, is not counted', async (t) => {
  const env = setup(t, { connections: TWO_USERS, limits: { startsPerHour: 1 } })
  const page = env.page()
  for (let starts = 0; starts < 3; starts++) {
    assert.equal((await page.start('c 1')).status, 400)
    assert.equal((await page.start('c_9')).status, 404)
  }
  assert.ok((await page.start('c_1')).flow)
  assert.equal((await page.start('c_1')).status, 429)
})

test('the counter of starts is deleted after an hour', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const id = await sealer(SEAL).name('starts', 'ann')
  await env.page().start('c_1')
  env.bank.clock.advance(3_599_999)
  await env.handle.sweep()
  assert.ok(await env.store.read(id))
  env.bank.clock.advance(1)
  await env.handle.sweep()
  assert.equal(await env.store.read(id), null)
})

test('a start over the rate limit gets a retry-after in seconds', async (t) => {
  const env = setup(t, { connections: TWO_USERS, limits: { startsPerHour: 1 } })
  const page = env.page()
  const retryAfter = async () => (await page.ask('POST', '/flows', { connection: 'c_1' })).headers.get('retry-after')
  assert.equal(await retryAfter(), null)
  env.bank.clock.advance(10 * MINUTE + 1)
  assert.equal(await retryAfter(), '3000')
  env.bank.clock.advance(50 * MINUTE - 2)
  assert.equal(await retryAfter(), '1')
  env.bank.clock.advance(1)
  assert.equal(await retryAfter(), null)
  assert.ok('retry-after' in openapi.components.responses.Problem.headers)
})

for (const [what, accept, leave] of [
  ['long poll', 'application/json', ({ left }) => left.abort()],
  ['stream', 'text/event-stream', async ({ reply }) => (await reply).body.cancel()],
]) {
  test(`when a page aborts its ${what}, the wait at the edge ends`, async (t) => {
    const env = setup(t, { connections: TWO_USERS })
    const page = env.page()
    const { flow, version } = await page.settled(await page.start('c_1'))
    const waiting = new Promise((resolve) => {
      const { wait } = env.bank.clock
      t.mock.method(env.bank.clock, 'wait', (...args) => (resolve(args[1]), wait(...args)))
    })
    const left = new AbortController()
    const tasks = []
    const init = { headers: { authorization: 'Bearer ann', accept }, signal: left.signal }
    const request = new Request(`https://edge.example/flows/${flow}?after=${version}`, init)
    const reply = env.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
    const signal = await waiting
    assert.equal(signal.aborted, false)
    await leave({ left, reply })
    await Promise.all([reply, ...tasks])
    assert.equal(signal.aborted, true)
  })
}

test('each flow has its own rate limit of answers', async (t) => {
  const env = setup(t, {
    connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'many_rounds') }),
    limits: { answersPerFlow: 1 },
  })
  const page = env.page()
  const end = await walk(page, await page.start('c_1'), rightAnswers(env))
  assert.deepEqual([end.code, end.next], ['RATE_LIMITED', 'start-over'], 'the limit never passes')
  assert.equal(env.bank.counts().answers, 1)
})

test('a page cannot choose the address that the edge calls', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const page = env.page()
  const host = { instance: 'evil.example/', baseUrl: 'https://evil.example' }
  const state = await page.call('POST', '/flows', { connection: 'c_1', host, baseUrl: host.baseUrl, loginId: 'x' })
  await page.settled(state)
  assert.ok(env.wire.calls.every(({ url }) => url.startsWith('https://toolbox-api.private.fin.ag/')))
})

test('an error that the company’s functions throw goes to onError, and the page gets UNAVAILABLE', async (t) => {
  for (const broken of ['authenticate', 'resolve', 'store']) {
    const fail = () => {
      throw new Error('hunter2')
    }
    const env = setup(t, { connections: TWO_USERS })
    env.config[broken] = fail
    const reply = await page(edge(env.config)).ask('POST', '/flows', { connection: 'c_1' })
    const text = await reply.text()
    assert.deepEqual([reply.status, JSON.parse(text).code, text.includes('hunter2')], [503, 'UNAVAILABLE', false])
    assert.equal(env.reported.errors.at(-1).message, 'hunter2')
  }
})

/** Mistakes in what `resolve` returns, and their paths in it. */
const MISTAKEN_CONNECTIONS = [
  ['/flow/params/loginId', (bank) => flinksConnection(bank, 'Greatday', 'authorize', { loginId: 'hunter2' })],
  ['/flow/params', (bank) => ({ ...flinksConnection(bank, 'Greatday'), flow: { kind: 'authorize' } })],
  ['/flow/kind', (bank) => ({ ...flinksConnection(bank, 'Greatday'), flow: { kind: 'hunter2' } })],
  ['/host/customerId', (bank) => ({ ...flinksConnection(bank, 'Greatday'), host: { instance: 'toolbox' } })],
  ['/host/instance', (bank) => ({ ...flinksConnection(bank, 'Greatday'), host: undefined })],
  ['/host/authorizeAsync', (bank) => flinksConnection(bank, 'Greatday', 'authorize', { async: true })],
  ['/params/job', (bank) => mxConnection(bank, 'text', { job: 'hunter2 ' })],
  ['/host/environment', (bank) => ({ ...mxConnection(bank, 'text'), host: {} })],
  ['/clientId', (bank) => ({ ...mxConnection(bank, 'text'), clientId: 'hunter2:' })],
  ['/apiKey', (bank) => ({ ...mxConnection(bank, 'text'), apiKey: 'hunter2 ' })],
]

test('a token is requested at the base URL of the connection, with its key and nothing else', async (t) => {
  const calls = []
  const fetch = (fetch) => (url, init) => (calls.push({ url, ...init }), fetch(url, init))
  for (const end of ['', '/']) {
    const baseUrl = `http://127.0.0.1:8080${end}`
    const connections = (bank) => {
      const connection = flinksConnection(bank, 'Greatday')
      return { 'ann/c_1': { ...connection, host: { ...connection.host, baseUrl } } }
    }
    const env = setup(t, { connections, fetch })
    const page = env.page()
    await page.settled(await page.start('c_1'))
    const { url, method, headers, body, redirect } = calls.splice(0)[0]
    const path = `/v3/${customerId}/BankingServices/GenerateAuthorizeToken`
    assert.equal(url, `http://127.0.0.1:8080${path}`)
    assert.deepEqual(headers, { accept: 'application/json', 'flinks-auth-key': env.bank.secretKey })
    assert.deepEqual([method, body, redirect], ['POST', null, 'manual'])
  }
})

test('an invalid connection from resolve gets a 500 with the path of the mistake', async (t) => {
  const env = setup(t)
  for (const [path, connection] of MISTAKEN_CONNECTIONS) {
    env.config.resolve = () => connection(env.bank)
    const refused = await page(edge(env.config)).start('c_1')
    assert.deepEqual([refused.status, refused.code, refused.path], [500, 'INVALID_INPUT', path])
    assert.ok(!refused.title.includes('/') && !refused.title.includes('hunter2'), refused.title)
    assert.equal(env.reported.errors.at(-1).message, `INVALID_INPUT: ${path} ${refused.title}`)
  }
  for (const vendor of ['plaid', 'constructor', undefined]) {
    env.config.resolve = () => ({ vendor })
    const unknown = await page(edge(env.config)).start('c_1')
    assert.deepEqual([unknown.status, unknown.code, unknown.path], [500, 'INVALID_INPUT', '/vendor'])
  }
})

test('a connection that resolves to undefined is not found', async (t) => {
  const env = await atChallenge(t)
  const own = page(edge({ ...env.config, resolve: () => undefined }))
  assert.equal((await own.start('c_9')).status, 404)
  assert.equal((await own.cancel(env.state)).step.failure.code, 'cancelled')
})

test('a start resolves its connection once', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  let resolved = 0
  const { resolve } = env.config
  const resolveCounted = (...args) => ((resolved += 1), resolve(...args))
  const own = page(edge({ ...env.config, resolve: resolveCounted }))
  const state = await own.settled(await own.start('c_1'))
  assert.deepEqual([state.step.kind, resolved], ['challenge', 1])
})

test('edge() throws on an invalid configuration', () => {
  const right = { authenticate: () => 'ann', resolve: () => null, origins: [ORIGIN], seal: SEAL, store: memoryStore() }
  assert.equal(typeof edge(right), 'function')
  assert.equal(typeof edge({ ...right, data: { 'my-accounts_2': () => {}, ['x'.repeat(64)]: () => {} } }), 'function')
  for (const [wrong, path] of [
    [{ authenticate: undefined }, '/authenticate'],
    [{ resolve: 'x' }, '/resolve'],
    [{ origins: ['*'] }, '/origins'],
    [{ origins: ['https://app.example/'] }, '/origins'],
    [{ origins: ['null'] }, '/origins'],
    [{ origins: [] }, '/origins'],
    [{ origins: ORIGIN }, '/origins'],
    [{ origins: [ORIGIN, 'http://'] }, '/origins'],
    [{ seal: { current: 'k9', keys: KEYS } }, '/seal/current'],
    [{ seal: { current: 'k1', keys: { k1: undefined } } }, '/seal/keys/k1'],
    [{ seal: { current: 'k1', keys: { k1: 'abc' } } }, '/seal/keys'],
    [{ store: 'memory' }, '/store'],
    [{ store: {} }, '/store'],
    [{ store: null }, '/store'],
    [{ store: undefined }, '/store'],
    ...['read', 'write', 'remove'].map((name) => [{ store: { ...memoryStore(), [name]: 'x' } }, '/store']),
    [{ webhooks: {} }, '/webhooks'],
    [{ webhooks: null }, '/webhooks'],
    [{ limits: 5 }, '/limits'],
    [{ limits: null }, '/limits'],
    [{ limits: { answersPerFlow: 0 } }, '/limits/answersPerFlow'],
    [{ limits: { startsPerHour: '30' } }, '/limits/startsPerHour'],
    [{ limits: { readsPerFlow: -1 } }, '/limits/readsPerFlow'],
    [{ limits: { body: 1.5 } }, '/limits/body'],
    [{ limits: { answers: 5 } }, '/limits/answers'],
    [{ onFlowEnded: 'x' }, '/onFlowEnded'],
    [{ onPersonNeeded: {} }, '/onPersonNeeded'],
    [{ onError: null }, '/onError'],
    [{ fetch: 'x' }, '/fetch'],
    [{ timeout: 0 }, '/timeout'],
    [{ clock: {} }, '/clock'],
    [{ clock: { now: () => 0 } }, '/clock'],
    [{ clock: { wait: async () => {} } }, '/clock'],
    [{ data: 'x' }, '/data'],
    [{ data: { accounts: () => {}, other: 'x' } }, '/data'],
    ...['my.accounts', '', 'comptes/é', 'x'.repeat(65)].map((name) => [
      { data: { [name]: () => {} } },
      `/data/${name}`,
    ]),
    [{ onEnded: () => {} }, '/onEnded'],
    [{ hints: {} }, '/hints'],
    [{ objects: () => {} }, '/objects'],
  ]) {
    assert.throws(() => edge({ ...right, ...wrong }), { code: 'INVALID_INPUT', path })
  }
})

test('the result of a flow can be read for ten minutes after its end', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const page = env.page()
  const end = await walk(page, await page.start('c_1'), rightAnswers(env))
  env.bank.clock.advance(9 * 60_000)
  assert.deepEqual(await page.getState(end), end)
  env.bank.clock.advance(60_000)
  assert.equal((await page.getState(end)).code, 'NOT_FOUND')
  await env.handle.sweep()
  assert.equal(await env.store.read(end.flow.split('.')[0]), null)
})
