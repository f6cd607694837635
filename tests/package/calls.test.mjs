/** Flinks' single calls: sent by the package, or by the host with `flinks.request` and `flinks.response`. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { FlowError, MINUTE, assertNoSecrets, calls, ending, setup, untilStep } from './calls-setup.mjs'

const { flinks } = calls
const PET = 'What is the name of your first pet?'
const SECRET = 'hunter2'
const requestId = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'
const HTML = { 'content-type': 'text/html' }
const service = ({ url, method }) => `${method} ${url.split('/BankingServices/')[1].split('/')[0]}`

// Data

test('data that is ready is returned as the unread Response of the host’s fetch', async (t) => {
  const { host, wire, session } = setup(t)
  const flow = flinks.accountsDetail(
    { requestId: await session('Greatday'), withTransactions: true, daysOfTransactions: 'Days365' },
    host(),
  )
  const response = await flow.result()
  assert.ok(response instanceof Response)
  assert.equal(response.bodyUsed, false)
  assert.equal((await response.json()).Accounts[0].Transactions.length, 121)
  assert.deepEqual(wire.calls.slice(1).map(service), ['POST GetAccountsDetail'])
})

test('data that is not ready is polled for with the Async call', async (t) => {
  const { bank, host, wire, session } = setup(t)
  const requestId = await session('slow_data')
  for (const call of ['accountsSummary', 'accountsDetail', 'statements']) {
    const steps = []
    for await (const step of flinks[call]({ requestId }, host())) steps.push(step.kind)
    assert.deepEqual([steps.at(-1), new Set(steps.slice(0, -1))], ['done', new Set(['working'])])
  }
  assert.equal(bank.counts().dataCalls, 3)
  assert.deepEqual(
    [...new Set(wire.calls.slice(1, 5).map(service))],
    ['POST GetAccountsSummary', 'GET GetAccountsSummaryAsync'],
  )
})

test('the number of statements is as requested', async (t) => {
  const { host, session } = setup(t)
  const params = { requestId: await session('Greatday'), numberOfStatements: 'Months3' }
  const { StatementsByAccount } = await (await flinks.statements(params, host()).result()).json()
  assert.equal(StatementsByAccount[0].Statements.length, 3)
})

test('a large data body is not read by the package, and can be read after the call', async (t) => {
  const { host } = setup(t)
  let pulled = 0
  let sent
  const fetch = (url, { signal }) => {
    sent = signal
    const chunk = new Uint8Array(1024 * 1024).fill(32)
    const body = new ReadableStream({
      pull: (controller) => (pulled++ < 20 ? controller.enqueue(chunk) : controller.close()),
    })
    return new Response(body, { headers: { 'content-type': 'application/json' } })
  }
  const response = await flinks.accountsDetail({ requestId }, host({ fetch })).result()
  assert.ok(pulled <= 1, 'the body was not read')
  assert.equal(sent.aborted, false)
  assert.equal((await response.arrayBuffer()).byteLength, 20 * 1024 * 1024)
})

test('JSON is data whatever its content type, and its body stays unread', async (t) => {
  const { bank, host, session } = setup(t)
  bank.fault({ on: 'data', kind: 'html-type' })
  const params = { requestId: await session('Greatday'), withTransactions: true }
  const response = await flinks.accountsDetail(params, host()).result()
  assert.equal(response.headers.get('content-type'), 'text/html')
  assert.equal(response.bodyUsed, false)
  assert.ok((await response.json()).Accounts[0].Transactions.length > 0)

  const parts = ['\ufeff', ' \r\n\t', '{"Accounts":', '[]}'].map((text) => new TextEncoder().encode(text))
  const fetch = () => new Response(ReadableStream.from(parts), { status: 201, headers: HTML })
  const inParts = await flinks.accountsSummary({ requestId }, host({ fetch })).result()
  assert.deepEqual(await inParts.json(), { Accounts: [] })
})

test('the body of an error reply is read up to a limit', async (t) => {
  const { host } = setup(t)
  let cancelled = false
  const fetch = () => {
    const chunk = new Uint8Array(40 * 1024).fill(32)
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(chunk),
      cancel: () => void (cancelled = true),
    })
    return new Response(body, { status: 400 })
  }
  await assert.rejects(flinks.accountsDetail({ requestId }, host({ fetch })).result(), { code: 'request-refused' })
  assert.equal(cancelled, true)
})

test('an account without transactions gives null', async (t) => {
  const { host, session } = setup(t)
  const params = { requestId: await session('no_transactions'), withTransactions: true }
  assert.equal(await flinks.accountsDetail(params, host()).result(), null)
})

for (const [what, response] of [
  ['an HTML page', () => new Response('<html>', { headers: HTML })],
  ['an HTML page behind blank lines', () => new Response('\ufeff\n\n<html>{}</html>', { headers: HTML })],
  ['blank lines of the type text/html', () => new Response(' \n', { headers: HTML })],
  ['no body', () => new Response(null)],
  ['an empty body', () => new Response('', { headers: { 'content-length': '0' } })],
]) {
  test(`${what} with status 200 ends in unreadable-reply`, async (t) => {
    const { host, bank } = setup(t)
    const flow = flinks.statements({ requestId }, host({ fetch: response, clock: bank.clock }))
    await assert.rejects(flow.result(), { code: 'unreadable-reply', next: 'retry-later' })
  })
}

test('data of an expired session ends in session-expired', async (t) => {
  const { host } = setup(t, { mayBreak: ['session-unknown'] })
  const error = await flinks
    .accountsSummary({ requestId }, host())
    .result()
    .catch((error) => error)
  assert.deepEqual([error.code, error.next], ['session-expired', 'start-over'])
  assert.match(error.vendorCode, /^SESSION_/)
})

test('a data call without its key ends in unauthorized with fix-integration', async (t) => {
  const { host, session } = setup(t, { mayBreak: ['data-key'] })
  const flow = flinks.accountsSummary({ requestId: await session('Greatday') }, host({ apiKey: undefined }))
  await assert.rejects(flow.result(), { code: 'unauthorized', next: 'fix-integration' })
})

test('data that is never ready ends in timed-out after 30 minutes', async (t) => {
  const { bank, host, session } = setup(t)
  const flow = flinks.accountsSummary({ requestId: await session('data_for_ever') }, host())
  const start = bank.clock.now()
  assert.equal(await ending(flow), 'timed-out')
  assert.ok(bank.clock.now() - start <= 30 * MINUTE)
})

test('a data call is retried after a lost reply', async (t) => {
  const { bank, host, session } = setup(t)
  const requestId = await session('slow_data')
  for (const on of ['data', 'poll']) bank.fault({ on, kind: 'lost-reply' })
  assert.equal(await ending(flinks.accountsSummary({ requestId }, host())), 'done')
})

test('a data call is restored from a snapshot between two polls', async (t) => {
  const { bank, host, session } = setup(t)
  const clock = { ...bank.clock, wait: () => new Promise(() => {}) }
  const requestId = await session('slow_data')
  const flow = flinks.accountsDetail({ requestId }, host({ clock }))
  for await (const step of flow) if (step.kind === 'working' && step.until !== null) break
  const response = await calls.restore(flow.snapshot(), host()).result()
  assert.ok((await response.json()).Accounts.length > 0)
  assert.equal(bank.counts().dataCalls, 1)
  flow.cancel()
})

test('a data call can be cancelled', async (t) => {
  const { host, session } = setup(t)
  const flow = flinks.accountsDetail({ requestId: await session('slow_data') }, host())
  await untilStep(flow, 'working')
  flow.cancel()
  await assert.rejects(flow.result(), { code: 'cancelled' })
})

// Single calls

test('each call of token gives a new token, and no error shows it', async (t) => {
  const { host } = setup(t)
  const [one, other] = [await flinks.token(host()), await flinks.token(host())]
  assert.match(one, /^[0-9a-f-]{36}$/)
  assert.notEqual(one, other)
  const fetch = () => new Response(JSON.stringify({ Token: SECRET }))
  const error = await flinks.token(host({ fetch })).catch((error) => error)
  assert.ok(error instanceof FlowError)
  assert.equal(error.code, 'unreadable-reply')
  assertNoSecrets(error, SECRET, host().secretKey)
})

test('a wrong secret key ends in unauthorized', async (t) => {
  const { host } = setup(t, { mayBreak: ['secret-key'] })
  const error = await flinks.token(host({ secretKey: SECRET })).catch((error) => error)
  assert.deepEqual([error.code, error.vendorCode, error.status], ['unauthorized', 'UNAUTHORIZED', 401])
  assertNoSecrets(error, SECRET)
})

test('answering the open question of a stuck card takes it off the list of stuck cards', async (t) => {
  const { host, loginId } = setup(t)
  const id = loginId('stored_missing')
  const stuck = async () => (await flinks.stuckCards(host())).some((card) => card.loginId === id)
  assert.equal(await stuck(), true)
  assert.deepEqual(await flinks.questions(id, host()), [PET])
  assert.equal(await flinks.answerQuestions(id, [{ question: PET, answer: 'Rex' }], host()), undefined)
  assert.deepEqual(await flinks.questions(id, host()), [])
  assert.equal(await stuck(), false)
})

test('a card without an open question is listed as ineligible, and not as stuck', async (t) => {
  const { host, loginId } = setup(t)
  const id = loginId('broken_login')
  const own = (cards) => cards.filter((card) => card.loginId === id)
  const [card] = own(await flinks.ineligibleCards(host()))
  assert.deepEqual([card.state, card.errorCode], ['Failed', 'INVALID_LOGIN'])
  assert.match(card.lastRefresh, /Z$/)
  assert.deepEqual(own(await flinks.stuckCards(host())), [])
})

for (const kind of ['lost-reply', 'html', 'empty']) {
  test(`an answer is sent once if its reply is ${kind}`, async (t) => {
    const { bank, host, loginId, wire } = setup(t)
    bank.fault({ on: 'questions', kind })
    const answers = [{ question: PET, answer: SECRET }]
    const error = await flinks.answerQuestions(loginId('stored_missing'), answers, host()).catch((error) => error)
    assert.deepEqual([error.code, error.next], ['outcome-unknown', 'retry-later'])
    assert.ok(error.retryAt > bank.clock.now())
    assertNoSecrets(error, SECRET, loginId('stored_missing'))
    assert.equal(wire.calls.length, 1)
  })
}

test('the scheduled refresh of a card is switched off, and the card is deleted', async (t) => {
  const { host, loginId, wire } = setup(t, { mayBreak: ['login-unknown'] })
  const id = loginId('greatday_nomfa')
  assert.equal(await flinks.setScheduledRefresh(id, false, host()), undefined)
  assert.equal(await flinks.deleteCard(id, host()), undefined)
  await assert.rejects(flinks.deleteCard(id, host()), { code: 'request-refused', vendorCode: 'INVALID_REQUEST' })
  assert.deepEqual(wire.calls.map(service), ['PATCH SetScheduledRefresh', 'DELETE DeleteCard', 'DELETE DeleteCard'])
})

test('a key may be a function, also for a retry', async (t) => {
  const { bank, host, loginId } = setup(t)
  bank.fault({ on: 'questions', kind: 'lost-reply' })
  const apiKey = () => bank.keys.apiKey
  assert.deepEqual(await flinks.questions(loginId('stored_missing'), host({ apiKey })), [PET])
  bank.fault({ on: 'questions', kind: 'lost-reply' })
  assert.deepEqual(await flinks.questions(loginId('stored_missing'), host()), [PET], 'a string also serves a retry')
})

test('a redirect is not followed', async (t) => {
  const { bank, host, loginId } = setup(t)
  bank.fault({ on: 'cards', kind: 'redirect' })
  await assert.rejects(flinks.deleteCard(loginId('Greatday'), host()), { code: 'redirected' })
})

test('a single call does not call the store', async (t) => {
  const { host } = setup(t)
  await flinks.token(host({ store: () => assert.fail('a token in a store') }))
})

/** Name, call, path of the error. */
for (const [name, call, path] of [
  ['an invalid RequestId', (host) => flinks.accountsSummary({ requestId: SECRET }, host), '/params/requestId'],
  ['no parameters', (host) => flinks.accountsDetail(undefined, host), '/params/requestId'],
  ['an invalid LoginId', (host) => flinks.questions(SECRET, host), '/params/loginId'],
  ['no answers', (host) => flinks.answerQuestions(requestId, [], host), '/params/questions'],
  [
    'an empty answer',
    (host) => flinks.answerQuestions(requestId, [{ question: SECRET, answer: '' }], host),
    '/params/questions/0/answer',
  ],
  ['a boolean as text', (host) => flinks.setScheduledRefresh(requestId, 'true', host), '/params/isActivated'],
  [
    'an option of Flinks that is a parameter',
    (host) => flinks.accountsSummary({ requestId, options: { WithBalance: true } }, host),
    '/params/options/WithBalance',
  ],
  ['options that are a list', (host) => flinks.accountsDetail({ requestId, options: [] }, host), '/params/options'],
  [
    'an option that is a function',
    (host) => flinks.accountsDetail({ requestId, options: { WithX: () => SECRET } }, host),
    '/params/options',
  ],
  ['an unknown option', (host) => flinks.statements({ requestId, months: 3 }, host), '/params/months'],
  ['a key that is a number', (host) => flinks.token({ ...host, secretKey: 7 }), '/host/secretKey'],
  ['a token instead of a key', (host) => flinks.token({ ...host, authorizeToken: SECRET }), '/host/authorizeToken'],
  ['no host', () => flinks.token(), '/host/instance'],
]) {
  test(`${name} is rejected at ${path}, and nothing is sent`, async (t) => {
    const { host, wire } = setup(t)
    const error = await (async () => call(host()))().catch((error) => error)
    assert.ok(error instanceof FlowError, String(error))
    assert.deepEqual([error.code, error.path], ['INVALID_INPUT', path])
    assertNoSecrets(error, SECRET)
    assert.deepEqual(wire.calls, [])
  })
}

// Pairs

test('a host polls for data with flinks.request and flinks.response, which do not read the body', async (t) => {
  const { bank, config, wire, session } = setup(t)
  const requestId = await session('slow_data')
  const send = async ({ method, url, headers, body }) => {
    const filled = headers.map(({ name, value, slot }) => [name, slot ? bank.keys.apiKey : value])
    return wire.fetch(url, { method, headers: Object.fromEntries(filled), body, redirect: 'manual' })
  }
  let response = await send(flinks.request('GetAccountsDetail', { requestId }, config))
  let reply
  const replyTo = ({ status }) => flinks.response('GetAccountsDetail', { status })
  while ((reply = replyTo(response)).kind === 'pending') {
    bank.clock.advance(10_000)
    response = await send(flinks.request('GetAccountsDetailAsync', { requestId }, config))
  }
  assert.deepEqual(reply, { kind: 'done', result: null })
  assert.ok((await response.json()).Accounts.length > 0)
})

test('an option that the package does not know is sent by Flinks’ own name', () => {
  const config = { instance: 'toolbox', customerId: requestId }
  const options = { WithSomethingNew: true, __proto__: null, 'a b': [{ C: null }] }
  for (const name of ['GetAccountsSummary', 'GetAccountsDetail', 'GetStatements']) {
    const { body } = flinks.request(name, { requestId, options }, config)
    assert.deepEqual(JSON.parse(body), { RequestId: requestId, WithSomethingNew: true, 'a b': [{ C: null }] })
  }
})

const pair = (name, status, body) => flinks.response(name, { status, body: body && JSON.stringify(body) })

test('flinks.response reads property names in any casing', () => {
  assert.deepEqual(pair('GetMFAQuestions', 200, { questions: [{ question: 'City?' }] }).result, ['City?'])
  assert.equal(pair('GenerateAuthorizeToken', 200, { token: requestId }).result, requestId)
  const cards = [{ loginId: requestId, lastRefreshState: 'AnsweringSecurityChallenge' }]
  assert.deepEqual(pair('GetNightlyRefreshStatus', 200, { ineligibleCards: cards }).result, [
    { loginId: requestId, lastRefresh: null, state: 'AnsweringSecurityChallenge', errorCode: null },
  ])
})

test('a text reply is read with and without quotes, and may be an error', () => {
  const kindOf = (name, body, status = 200) => flinks.response(name, { status, body }).kind
  for (const name of ['SetScheduledRefresh', 'DeleteCard']) {
    assert.equal(kindOf(name, 'LoginId x has now been activated for automatic refresh'), 'done')
    assert.equal(kindOf(name, '"LoginId x has now been activated for automatic refresh"'), 'done')
    assert.equal(kindOf(name, '', 204), 'done')
    assert.equal(kindOf(name, 'Invalid LoginId'), 'failed')
    assert.equal(kindOf(name, '"Invalid LoginId"'), 'failed')
    for (const body of ['', ' ', '<html>', '{"Message":']) assert.equal(kindOf(name, body), 'unclear', body)
  }
})

for (const name of ['GenerateAuthorizeToken', 'GetMFAQuestions', 'AnswerMFAQuestions', 'GetNightlyRefreshStatus']) {
  test(`HTML, an empty body or an incomplete body is an unclear reply to ${name}`, () => {
    for (const body of ['', '<html>', '{}', '[]', 'null', '{"Token":"x","Questions":[{}],"IneligibleCards":[{}]}'])
      assert.equal(flinks.response(name, { status: 200, body }).kind, 'unclear', body)
  })
}

test('a failure has a code, a next action and the FlinksCode, and not Flinks’ message', () => {
  const reply = pair('AnswerMFAQuestions', 400, { Message: SECRET, FlinksCode: 'INVALID_REQUEST' })
  assert.deepEqual(
    [reply.kind, reply.failure.code, reply.failure.vendorCode],
    ['failed', 'request-refused', 'INVALID_REQUEST'],
  )
  assertNoSecrets(reply.failure, SECRET)
})

for (const wrong of [undefined, null, 7.5, true, {}, Symbol('s'), 10n, () => 'x']) {
  test(`a call named ${String(wrong)} and a RequestId of that type are rejected with their path`, () => {
    const host = { instance: 'toolbox', customerId: requestId }
    const invalid = (path) => ({ name: 'FlowError', code: 'INVALID_INPUT', path })
    assert.throws(() => flinks.request(wrong, {}, host), invalid('/call'))
    assert.throws(() => flinks.response(wrong, { status: 200, body: '{}' }), invalid('/call'))
    assert.throws(() => flinks.response('GetStatements', { status: wrong }), invalid('/response/status'))
    assert.throws(() => flinks.authorizeResponse(wrong), invalid('/response/status'))
    const response = { status: 200, body: '{}', requestId: wrong }
    if (wrong === undefined || wrong === null) assert.equal(flinks.authorizeResponse(response).kind, 'unclear')
    else assert.throws(() => flinks.authorizeResponse(response), invalid('/response/requestId'))
    assert.equal(flinks.authorizeResponse({ status: 200, body: '{}' }).kind, 'unclear', 'the wasm still works')
  })
}

test('flinks.request rejects an unknown call, and flinks.response a missing body', () => {
  for (const name of ['GetEverything', 'DeleteCardAsync', 'Authorize', ''])
    assert.throws(() => flinks.request(name, {}, { instance: 'toolbox', customerId: requestId }), { path: '/call' })
  assert.throws(() => flinks.response('GetMFAQuestions', { status: 200 }), { path: '/response/body' })
  assert.throws(() => flinks.response('GetStatements', { status: 400 }), { path: '/response/body' })
  assert.throws(() => flinks.response('GetStatements', undefined), { code: 'INVALID_INPUT' })
})
