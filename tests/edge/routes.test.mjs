/** Each route, and each defence before it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  KEYS,
  MINUTE,
  ORIGIN,
  SEAL,
  SECURITY,
  approve,
  bench,
  byFlinks,
  byMx,
  edge,
  memoryStore,
  openapi,
  page,
  rightBy,
  sealer,
  walk,
} from './bench.mjs'

const GREATDAY = (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday'), 'bob/c_1': byFlinks(bank, 'text_or_call') })
const asked = async (t, more) => {
  const stage = bench(t, { connections: GREATDAY, ...more })
  const page = stage.page()
  return { ...stage, as: stage.page, page, state: await page.settled(await page.start('c_1')) }
}
const status = async (reply) => [(await reply).status, (await (await reply).json()).code]

test('a flow goes from its start over its rounds to its end', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'many_rounds') }) })
  const page = stage.page()
  const begun = await page.start('c_1')
  assert.deepEqual(begun.step, { kind: 'working', stage: 'start', until: null })
  const end = await walk(page, begun, rightBy(stage))
  assert.equal(end.step.kind, 'done')
  assert.ok(end.version > begun.version)
})

test('the page gets no id of the vendor, and the company gets them', async (t) => {
  const stage = bench(t, { connections: GREATDAY })
  const page = stage.page()
  const { step } = await walk(page, await page.start('c_1'), rightBy(stage))
  const [ended] = stage.told.ended
  assert.deepEqual(Object.keys(step.result), ['institution', 'institutionId', 'lastRefresh', 'scheduledRefresh'])
  assert.equal(ended.result.loginId, stage.bank.loginId('Greatday'))
  assert.deepEqual([ended.user, ended.connection, ended.outcome], ['ann', 'c_1', 'done'])
})

test('no reply, header or error tells a secret or an id of the vendor', async (t) => {
  for (const [connection, name] of [
    [(bank) => byFlinks(bank, 'Greatday'), 'Greatday'],
    [(bank) => byMx(bank, 'text'), undefined],
  ]) {
    const told = []
    const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }) })
    const heard = async (...given) => {
      const reply = await stage.handle(...given)
      told.push(JSON.stringify([...reply.headers]), await reply.clone().text())
      return reply
    }
    const asking = page(heard)
    const state = await asking.settled(await asking.start('c_1'))
    await asking.answer(state, 1, { nonsense: 'x' })
    await asking.answer(state, 9, {})
    await asking.cancel(state)
    const all = told.join('\n')
    const ids = stage.wire.calls.flatMap(({ reply }) => [reply?.json?.RequestId, reply?.json?.Token]).filter(Boolean)
    const secrets = [stage.bank.secretKey, stage.bank.mx.key.apiKey, stage.bank.mx.key.clientId, ...ids]
    const { memberGuid, userGuid } = stage.bank.mx.member('text')
    for (const secret of [...secrets, memberGuid, userGuid, ...(name ? [stage.bank.loginId(name)] : [])]) {
      assert.ok(!all.includes(secret), 'a reply tells it')
    }
  }
})

test('a look waits for a change, and tells the state as it is without', async (t) => {
  const { page, state, ...stage } = await asked(t)
  const waiting = page.look(state, state.version)
  assert.deepEqual(await page.look(state), state)
  await page.answer(state, 1, rightBy(stage)(state.step.round))
  assert.ok((await waiting).version > state.version)
})

test('a look that nothing happens to ends after 25 seconds', async (t) => {
  const { page, state, bank, waits } = await asked(t)
  const held = waits()
  const waiting = page.look(state, state.version)
  await held
  bank.clock.advance(25_000)
  assert.deepEqual(await waiting, state)
})

test('events tell each change until the end, and then close', async (t) => {
  const { page, state, ...stage } = await asked(t)
  const reply = await page.ask('GET', `/flows/${state.flow}`, undefined, { accept: 'text/event-stream' })
  assert.equal(reply.headers.get('content-type'), 'text/event-stream')
  const text = reply.text()
  await page.answer(state, 1, rightBy(stage)(state.step.round))
  const events = (await text).split('\n\n').filter((event) => event.startsWith('id'))
  const steps = events.map((event) => JSON.parse(event.match(/^data: (.*)$/m)[1]))
  assert.deepEqual(steps[0], { version: state.version, step: state.step })
  assert.equal(steps.at(-1).step.kind, 'done')
  assert.ok(events.every((event, at) => event.startsWith(`id: ${steps[at].version}\n`)))
})

test('events end with their request, with the present step before', async (t) => {
  const { state, handle } = await asked(t)
  const leaving = new AbortController()
  const ask = async () => {
    const headers = { authorization: 'Bearer ann', accept: 'text/event-stream' }
    const init = { headers, signal: leaving.signal }
    return (await handle(new Request(`https://edge.example/mfa/flows/${state.flow}`, init))).text()
  }
  const text = ask()
  await new Promise(setImmediate)
  leaving.abort()
  const event = `data: ${JSON.stringify({ version: state.version, step: state.step })}`
  for (const heard of [await text, await ask()]) assert.ok(heard.includes(event))
})

test('answers that do not fit are told by their fields, and the round stays open', async (t) => {
  const { page, state, ...stage } = await asked(t)
  const refused = await page.answer(state, 1, { '1.1.answer': '' })
  assert.deepEqual([refused.status, refused.code], [422, 'INVALID_ANSWER'])
  assert.deepEqual(refused.fields, [{ name: '1.1.answer', reason: 'missing' }])
  assert.deepEqual(await page.look(state), state)
  assert.equal((await page.answer(state, 1, rightBy(stage)(state.step.round))).step.kind, 'done')
})

test('answers go in the vendor’s own form, too', async (t) => {
  const { page, state, bank, wire } = await asked(t)
  const raw = JSON.parse(bank.rightAnswers(wire.calls.at(-1).reply.json.RequestId))
  assert.equal((await page.call('POST', `/flows/${state.flow}/answer`, { round: 1, raw })).step.kind, 'done')
})

test('a round that was never asked is out of turn', async (t) => {
  const { page, state } = await asked(t)
  assert.deepEqual(
    [(await page.answer(state, 2, {})).code, (await page.look(state)).version],
    ['OUT_OF_TURN', state.version],
  )
})

test('a flow is cancelled, and the next start begins another one', async (t) => {
  const { page, state, told } = await asked(t)
  const ended = await page.cancel(state)
  assert.equal(ended.step.failure.code, 'cancelled')
  assert.deepEqual(await page.cancel(state), ended)
  assert.deepEqual(
    told.ended.map(({ failure }) => failure.code),
    ['cancelled'],
  )
  assert.notEqual((await page.start('c_1')).flow, ended.flow)
})

test('the frame’s claim is confirmed with the vendor', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday', 'reconnect') }) })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  const { kind, purpose, address } = state.step
  assert.deepEqual([kind, purpose], ['connect', 'mfa'])
  const { searchParams } = new URL(address)
  assert.ok(searchParams.get('requestId'))
  assert.ok(!address.includes(stage.bank.loginId('Greatday')))

  const malformed = await page.message(state, { kind: 'returned', claim: { loginId: 'hunter2' } })
  assert.deepEqual([malformed.status, malformed.code, malformed.path], [400, 'INVALID_INPUT', '/claim/loginId'])
  const stranger = { kind: 'returned', claim: { loginId: stage.bank.loginId('text_or_call') } }
  const end = await page.settled(await page.message(state, stranger))
  assert.equal(end.step.failure.code, 'login-mismatch')
})

test('the frame’s address stays the same until it is refused, under a token of its own each time', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday', 'connect') }) })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  assert.deepEqual([state.step.kind, state.step.purpose], ['connect', 'credentials'])
  assert.deepEqual(await page.look(state), state)
  const anew = await page.message(state, { kind: 'token-refused' })
  const tokens = [state, anew].map(({ step }) => new URL(step.address).searchParams.get('authorizeToken'))
  assert.ok(tokens[0] && tokens[1] && tokens[0] !== tokens[1])
  assert.equal(stage.bank.counts().tokensMinted, 2)
  const claim = { loginId: stage.bank.loginId('Greatday') }
  const end = await page.settled(await page.message(anew, { kind: 'returned', claim }))
  assert.deepEqual([end.step.kind, end.step.result.ownership], ['done', 'unproven'])
})

test('a window stays the same while the vendor is polled, and the person’s return is looked into', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'oauth') }) })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'redirect')
  const before = stage.wire.calls.length
  for (let polls = 0; polls < 5; polls++) {
    stage.bank.clock.advance(4_000)
    await stage.handle.sweep()
  }
  assert.equal(stage.wire.calls.length, before + 5)
  assert.deepEqual(await page.look(state), state)
  stage.bank.clock.advance(4_000)
  const url = await approve(stage.bank, state.step.url)
  const end = await page.settled(await page.message(state, { kind: 'landed', url }))
  assert.equal(end.step.kind, 'done')
})

test('every body that a page sends fits the document, and what does not fit is refused', async (t) => {
  const { page, state } = await asked(t)
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
    ['/message', { kind: 'landed' }, '/body/url'],
    ['/message', { kind: 'returned' }, '/body/claim/loginId'],
    ['/message', { kind: 'returned', claim: { loginId: 'x', state: 1 } }, '/body/claim/state'],
  ]) {
    const refused = await page.call('POST', verb === '' ? '/flows' : path + verb, body)
    assert.deepEqual([refused.status, refused.code, refused.path], [400, 'INVALID_INPUT', where])
  }
  assert.equal((await page.call('GET', `${path}?after=x`)).path, '/query/after')
})

// Defences --------------------------------------------------------------------------------------

test('who is not signed in gets nothing', async (t) => {
  const { state, ...stage } = await asked(t)
  for (const [method, path, body] of [
    ['POST', '/flows', { connection: 'c_1' }],
    ['GET', `/flows/${state.flow}`],
    ['POST', `/flows/${state.flow}/answer`, { round: 1, answers: {} }],
  ]) {
    assert.deepEqual(await status(page(stage.handle, null).ask(method, path, body)), [401, 'UNAUTHENTICATED'])
  }
})

test('a stranger’s connection, another user’s flow, an old flow and a made-up one are not found', async (t) => {
  const { page, state, ...stage } = await asked(t)
  const bob = stage.as('bob')
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
  assert.equal((await page.look(state)).code, 'NOT_FOUND')
  assert.equal(stage.bank.counts().answers, 0)
})

test('the same connection id of two users is two connections', async (t) => {
  const { page, state, ...stage } = await asked(t)
  assert.notEqual((await stage.as('bob').start('c_1')).flow, state.flow)
})

test('what no route is for is not found', async (t) => {
  const { page, state } = await asked(t)
  for (const [method, path] of [
    ['GET', '/flows'],
    ['GET', '/'],
    ['GET', `/flows/${state.flow}/answer`],
    ['PUT', `/flows/${state.flow}`],
    ['POST', '/webhooks/mx'],
  ]) {
    assert.deepEqual(await status(page.ask(method, path, method === 'GET' ? undefined : {})), [404, 'NOT_FOUND'])
  }
})

for (const [what, headers, wanted] of [
  ['a page of another origin', { origin: 'https://evil.example' }, 403],
  ['a page without an origin', { origin: 'null' }, 403],
  ['a page of a neighbour', { origin: 'https://app.example.evil.example' }, 403],
  ['a page of another scheme', { origin: 'http://app.example' }, 403],
  ['a cross-site request that hides its origin', { origin: undefined, 'sec-fetch-site': 'cross-site' }, 403],
  ['a same-site request that hides its origin', { origin: undefined, 'sec-fetch-site': 'same-site' }, 403],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 400],
  ['a form that calls itself text', { 'content-type': 'text/plain' }, 400],
  ['a server of the company’s', { origin: undefined }, 200],
  ['a page of the same origin', { origin: undefined, 'sec-fetch-site': 'same-origin' }, 200],
  ['a page of the company’s', { origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, 200],
]) {
  test(`a start by ${what} gets ${wanted}`, async (t) => {
    const { handle } = bench(t, { connections: GREATDAY })
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

test('a browser is told which headers a page of the company’s may send, and no other page is', async (t) => {
  const { handle } = bench(t)
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
  const { page, state } = await asked(t)
  for (const reply of [
    await page.ask('GET', `/flows/${state.flow}`),
    await page.ask('GET', '/'),
  ]) {
    for (const [name, value] of SECURITY) assert.equal(reply.headers.get(name), value)
  }
})

test('a body that is too long is refused, whether it says so or not', async (t) => {
  const { handle } = bench(t, { limits: { body: 100 } })
  const headers = { 'content-type': 'application/json' }
  const long = `{"connection":"${'x'.repeat(100)}"}`
  const streamed = new ReadableStream({ start: (to) => (to.enqueue(new TextEncoder().encode(long)), to.close()) })
  for (const body of [long, streamed]) {
    const init = { method: 'POST', headers, body, duplex: 'half' }
    assert.deepEqual(await status(handle(new Request('https://edge.example/flows', init))), [413, 'BODY_TOO_LARGE'])
  }
})

test('a user starts so often in an hour, and another user as often', async (t) => {
  const stage = bench(t, { connections: GREATDAY, limits: { startsPerHour: 2 } })
  const [ann, bob] = [stage.page('ann'), stage.page('bob')]
  await ann.start('c_1')
  stage.bank.clock.advance(10 * MINUTE)
  await ann.start('c_1')
  const refused = await ann.start('c_1')
  assert.deepEqual([refused.status, refused.code, refused.next], [429, 'RATE_LIMITED', 'retry-later'])
  assert.ok((await bob.start('c_1')).flow)
  stage.bank.clock.advance(50 * MINUTE)
  assert.ok((await ann.start('c_1')).flow)
})

test('the count of a user’s starts is deleted after its hour', async (t) => {
  const stage = bench(t, { connections: GREATDAY })
  const id = await sealer(SEAL).name('starts', 'ann')
  await stage.page().start('c_1')
  stage.bank.clock.advance(3_599_999)
  await stage.handle.sweep()
  assert.ok(await stage.store.read(id))
  stage.bank.clock.advance(1)
  await stage.handle.sweep()
  assert.equal(await stage.store.read(id), null)
})

test('who starts too often is told in how many seconds the next start is taken', async (t) => {
  const stage = bench(t, { connections: GREATDAY, limits: { startsPerHour: 1 } })
  const page = stage.page()
  const retryAfter = async () => (await page.ask('POST', '/flows', { connection: 'c_1' })).headers.get('retry-after')
  assert.equal(await retryAfter(), null)
  stage.bank.clock.advance(10 * MINUTE + 1)
  assert.equal(await retryAfter(), '3000')
  stage.bank.clock.advance(50 * MINUTE - 2)
  assert.equal(await retryAfter(), '1')
  stage.bank.clock.advance(1)
  assert.equal(await retryAfter(), null)
  assert.ok('retry-after' in openapi.components.responses.Problem.headers)
})

for (const [what, accept, leave] of [
  ['long poll', 'application/json', ({ left }) => left.abort()],
  ['stream', 'text/event-stream', async ({ reply }) => (await reply).body.cancel()],
]) {
  test(`a page that leaves its ${what} frees what waits for it`, async (t) => {
    const stage = bench(t, { connections: GREATDAY })
    const page = stage.page()
    const { flow, version } = await page.settled(await page.start('c_1'))
    const waits = new Promise((resolve) => {
      const { wait } = stage.bank.clock
      t.mock.method(stage.bank.clock, 'wait', (...args) => (resolve(args[1]), wait(...args)))
    })
    const left = new AbortController()
    const tasks = []
    const init = { headers: { authorization: 'Bearer ann', accept }, signal: left.signal }
    const request = new Request(`https://edge.example/flows/${flow}?after=${version}`, init)
    const reply = stage.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
    const wait = await waits
    assert.equal(wait.aborted, false)
    await leave({ left, reply })
    await Promise.all([reply, ...tasks])
    assert.equal(wait.aborted, true)
  })
}

test('a flow takes so many answers', async (t) => {
  const stage = bench(t, {
    connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'many_rounds') }),
    limits: { answersPerFlow: 1 },
  })
  const page = stage.page()
  const end = await walk(page, await page.start('c_1'), rightBy(stage))
  assert.equal(end.code, 'RATE_LIMITED')
  assert.equal(stage.bank.counts().answers, 1)
})

test('a page gives no address to call and none to go to', async (t) => {
  const stage = bench(t, { connections: GREATDAY })
  const page = stage.page()
  const host = { instance: 'evil.example/', baseUrl: 'https://evil.example' }
  const state = await page.call('POST', '/flows', { connection: 'c_1', host, baseUrl: host.baseUrl, loginId: 'x' })
  await page.settled(state)
  assert.ok(stage.wire.calls.every(({ url }) => url.startsWith('https://toolbox-api.private.fin.ag/')))
})

test('what the company’s functions throw is told to the company and to no page', async (t) => {
  for (const broken of ['authenticate', 'resolve', 'store']) {
    const fail = () => {
      throw new Error('hunter2')
    }
    const stage = bench(t, { connections: GREATDAY })
    stage.config[broken] = fail
    const reply = await page(edge(stage.config)).ask('POST', '/flows', { connection: 'c_1' })
    const text = await reply.text()
    assert.deepEqual([reply.status, JSON.parse(text).code, text.includes('hunter2')], [503, 'UNAVAILABLE', false])
    assert.equal(stage.told.errors.at(-1).message, 'hunter2')
  }
})

test('a connection that cannot be right is the company’s mistake', async (t) => {
  const stage = bench(t, {
    connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday', 'authorize', { loginId: 'hunter2' }) }),
  })
  const refused = await stage.page().start('c_1')
  assert.deepEqual([refused.status, refused.code, refused.path], [500, 'INVALID_INPUT', '/params/loginId'])
})

test('a configuration that cannot be right is refused when the edge is made', () => {
  const right = { authenticate: () => 'ann', resolve: () => null, origins: [ORIGIN], seal: SEAL, store: memoryStore() }
  assert.equal(typeof edge(right), 'function')
  for (const [wrong, path] of [
    [{ authenticate: undefined }, '/authenticate'],
    [{ resolve: 'x' }, '/resolve'],
    [{ origins: ['*'] }, '/origins'],
    [{ origins: ['https://app.example/'] }, '/origins'],
    [{ origins: ['null'] }, '/origins'],
    [{ seal: { current: 'k9', keys: KEYS } }, '/seal/current'],
    [{ store: 'memory' }, '/store'],
  ]) {
    assert.throws(() => edge({ ...right, ...wrong }), { code: 'INVALID_INPUT', path })
  }
})

test('an ending stays to be read for ten minutes, without the flow', async (t) => {
  const stage = bench(t, { connections: GREATDAY })
  const page = stage.page()
  const end = await walk(page, await page.start('c_1'), rightBy(stage))
  stage.bank.clock.advance(9 * 60_000)
  assert.deepEqual(await page.look(end), end)
  stage.bank.clock.advance(60_000)
  assert.equal((await page.look(end)).code, 'NOT_FOUND')
  await stage.handle.sweep()
  assert.equal(await stage.store.read(end.flow.split('.')[0]), null)
})
