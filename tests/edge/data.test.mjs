/** Data that a page may read after its flow is done: none, unless the edge is configured with readers. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import { watch } from '../lib/call-validator.mjs'
import {
  MINUTE,
  setup,
  flinksConnection,
  mxConnection,
  edge,
  complaintsOf,
  memoryStore,
  page as pageOf,
  rightAnswers,
  sealer,
  SEAL,
  walk,
} from './setup.mjs'

const { accounts, transactions } = await import(pathToFileURL(resolve('bank-mfa/edge/data')))

const DATA = { accounts: accounts(), transactions: transactions() }
const LIVE = { mostRecentCached: false }
const flinksOf =
  (username, params = LIVE) =>
  (bank) => ({
    'ann/c_1': { ...flinksConnection(bank, username, 'authorize', params), apiKey: bank.keys.apiKey },
    'bob/c_1': flinksConnection(bank, 'text_or_call'),
  })

/** Runs a flow until it is done. */
async function done(t, connections, { right, ...more } = {}) {
  const env = setup(t, { connections, data: DATA, ...more })
  const page = env.page()
  const end = await walk(page, await page.start('c_1'), right ?? rightAnswers(env))
  assert.equal(end.step.kind, 'done')
  return { env, page, end, calls: (name) => env.wire.calls.filter(({ url }) => url.includes(name)) }
}

/** The lists of a member, as MX's pages show them. The simulator has none. */
function lists(perPage = 2) {
  const { fetch, ...watched } = watch(reply, ({ url, ...call }) => {
    const { search, origin, pathname } = new URL(url)
    const { records_per_page, page } = Object.fromEntries(new URLSearchParams(search))
    const fits = records_per_page === '1000' && Number(page) > 0
    return [...complaintsOf({ ...call, url: origin + pathname }), ...(fits ? [] : ['has no valid page'])]
  })
  const account = (at, type) => ({
    guid: `ACT-${at}`,
    ...{ member_guid: 'MBR-7', user_guid: 'USR-7', id: 'own-1', account_number: '0815', routing_number: '31176110' },
    ...{ name: `Account ${at}`, type, currency_code: 'USD', balance: 100.5 * at, available_balance: 90 },
  })
  const transaction = (at, account, type) => ({
    ...{ guid: `TRN-${at}`, account_guid: `ACT-${account}`, member_guid: 'MBR-7', user_guid: 'USR-7' },
    ...{ amount: at, type, date: `2026-01-0${at}`, description: `Payment ${at}`, currency_code: 'USD' },
  })
  const all = {
    accounts: [account(1, 'CHECKING'), account(2, 'SAVINGS'), account(3, 'LOAN')],
    transactions: [transaction(1, 1, 'DEBIT'), transaction(2, 2, 'CREDIT'), transaction(3, 1, 'CREDIT')],
  }
  async function reply(url) {
    const { pathname, searchParams } = new URL(url)
    const [name, page] = [pathname.split('/').at(-1), Number(searchParams.get('page'))]
    const items = all[name].slice((page - 1) * perPage, page * perPage)
    const pagination = { current_page: page, per_page: perPage, total_entries: 3, total_pages: Math.ceil(3 / perPage) }
    return Response.json({ [name]: items, pagination })
  }
  const isList = /\/(accounts|transactions)\?/
  return { ...watched, fetch: (inner) => (url, init) => (isList.test(url) ? fetch(url, init) : inner(url, init)) }
}
const MX_TEXT = (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') })
const CHICAGO = () => ({ '1.1.answer': 'Chicago' })

test('a page reads accounts and transactions of Flinks', async (t) => {
  const { page, end } = await done(t, flinksOf('Greatday'))
  const { data } = await page.data(end, 'accounts')
  assert.deepEqual(
    data.map(({ name, type, currency }) => [name, type, currency]),
    [
      ['Chequing Account', 'Chequing', 'CAD'],
      ['Savings Account', 'Savings', 'CAD'],
    ],
  )
  for (const account of data) {
    assert.deepEqual(Object.keys(account), ['name', 'type', 'currency', 'balance', 'available'])
    assert.equal(typeof account.balance, 'number')
  }
  const detail = await page.data(end, 'transactions')
  assert.equal(detail.data.length, 2)
  for (const { transactions, balance } of detail.data) {
    assert.equal(typeof balance, 'number')
    assert.ok(transactions.length > 20)
    for (const one of transactions) {
      assert.deepEqual(Object.keys(one), ['date', 'description', 'debit', 'credit'])
      assert.equal([one.debit, one.credit].filter((amount) => typeof amount === 'number').length, 1)
    }
  }
})

test('a page reads accounts and transactions of MX, from all pages of its lists', async (t) => {
  const mx = lists()
  const { page, end, env } = await done(t, MX_TEXT, { fetch: mx.fetch, right: CHICAGO })
  const { data } = await page.data(end, 'accounts')
  assert.deepEqual(data[0], { name: 'Account 1', type: 'CHECKING', currency: 'USD', balance: 100.5, available: 90 })
  assert.deepEqual([data.length, mx.calls.length], [3, 2])
  const detail = await page.data(end, 'transactions')
  assert.deepEqual(
    detail.data.map(({ transactions }) => transactions),
    [
      [
        { date: '2026-01-01', description: 'Payment 1', debit: 1, credit: null },
        { date: '2026-01-03', description: 'Payment 3', debit: null, credit: 3 },
      ],
      [{ date: '2026-01-02', description: 'Payment 2', debit: null, credit: 2 }],
      [],
    ],
  )
  const from = Number(new URL(mx.calls.at(-1).url).searchParams.get('from_date')) * 1000
  assert.ok(Math.abs(env.bank.clock.now() - from - 90 * 24 * 60 * MINUTE) < MINUTE)
  assert.deepEqual(mx.complaints, [], 'every call fits MX’s OpenAPI documents')
})

test('a reply with data contains no id of the vendor and no key', async (t) => {
  const flinks = await done(t, flinksOf('Greatday'))
  const mx = await done(t, MX_TEXT, { fetch: lists().fetch, right: CHICAGO })
  for (const { page, end, env } of [flinks, mx]) {
    const replies = await Promise.all(
      ['accounts', 'transactions'].map((name) => page.ask('GET', `/flows/${end.flow}/data/${name}`)),
    )
    const texts = []
    for (const reply of replies) texts.push(JSON.stringify([...reply.headers]), await reply.text())
    const text = texts.join('\n')
    const { loginId, requestId } = env.reported.ended[0].result
    const { userGuid, memberGuid } = env.bank.mx.member('text')
    const bodies = flinks.calls('GetAccounts').flatMap(({ reply }) => reply.json.Accounts)
    const ids = bodies.flatMap(({ Id, Transactions = [] }) => [Id, ...Transactions.map(({ Id }) => Id)])
    const all = [loginId, requestId, userGuid, memberGuid, ...ids, 'ACT-', 'TRN-', 'MBR-', 'USR-', '0815', '31176110']
    assert.ok(ids.length > 40)
    for (const id of all.filter(Boolean)) assert.ok(!text.includes(id), `a reply contains ${id}`)
    for (const who of ['John Doe', 'johndoe', 'H3B 5E8']) assert.ok(!text.includes(who), 'a reply contains the holder')
    assert.ok(!text.includes(env.bank.keys.apiKey) && !text.includes(env.bank.mx.key.apiKey))
  }
})

test('the option pick maps each vendor account to what the page gets', async (t) => {
  const last = ({ Id, Title }, vendor) => ({ title: Title, last: Id.slice(-4), vendor })
  const data = {
    accounts: accounts({ pick: last }),
    year: transactions({ days: 365, pick: (one) => one.Transactions.length }),
  }
  const { page, end, calls } = await done(t, flinksOf('Greatday'), { data })
  const [first] = (await page.data(end, 'accounts')).data
  const { Id } = calls('GetAccountsSummary')[0].reply.json.Accounts[0]
  assert.deepEqual(first, { title: 'Chequing Account', last: Id.slice(-4), vendor: 'flinks' })
  assert.ok((await page.data(end, 'year')).data[0] > 100)
})

test('further options go to Flinks’ data call by Flinks’ own names', async () => {
  const sent = []
  const fetch = async (_, { body }) => (sent.push(JSON.parse(body)), Response.json({ Accounts: [] }))
  const { signal } = new AbortController()
  const requestId = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'
  const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
  const source = {
    ...{ user: 'ann', connection: 'c_1', result: { requestId }, state: null },
    ...{ resolved: { vendor: 'flinks', host, apiKey: 'key' }, options: { fetch }, clock: { now: () => 0 }, signal },
  }
  const flinksOptions = { WithSomethingNew: [1] }
  assert.deepEqual(await accounts({ flinksOptions })(source), { data: [] })
  assert.deepEqual(await transactions({ flinksOptions })(source), { data: [] })
  assert.deepEqual(sent[0], { RequestId: requestId, ...flinksOptions })
  assert.deepEqual([sent[1].WithSomethingNew, sent[1].WithTransactions], [[1], true])
})

test('an option that the reader sets itself is refused, and nothing is sent', async (t) => {
  const data = { accounts: accounts({ flinksOptions: { RequestId: 'other' } }) }
  const { page, end, calls } = await done(t, flinksOf('Greatday'), { data })
  assert.equal((await page.data(end, 'accounts')).status, 500)
  assert.deepEqual(calls('GetAccountsSummary'), [])
})

test('a custom reader gets the vendor’s ids, and the page gets what it returns', async (t) => {
  const seen = []
  const own = (source, workerEnv) => (seen.push({ ...source, workerEnv }), { data: { score: 7 } })
  const { page, end, env } = await done(t, flinksOf('Greatday'), { data: { score: own } })
  assert.deepEqual((await page.data(end, 'score')).data, { score: 7 })
  const [{ user, connection, resolved, result, state }] = seen
  assert.deepEqual([user, connection, resolved.vendor, state], ['ann', 'c_1', 'flinks', null])
  assert.equal(result.loginId, env.bank.loginId('Greatday'))
})

test('without readers data is not found, and the record of an ended flow holds no vendor id', async (t) => {
  const { page, end, env } = await done(t, flinksOf('Greatday'), { data: undefined })
  for (const name of ['accounts', 'transactions', 'toString', '__proto__']) {
    const refused = await page.data(end, name)
    assert.deepEqual([refused.status, refused.code], [404, 'NOT_FOUND'])
  }
  assert.ok(!(await opened(env, end)).includes(env.bank.loginId('Greatday')))
  const later = pageOf(edge({ ...env.config, data: DATA }))
  assert.equal((await later.data(end, 'accounts')).code, 'NOT_FOUND', 'nor if readers are added later')
})

test('a data name that is not configured is not found', async (t) => {
  const { page, end } = await done(t, flinksOf('Greatday'), { data: { accounts: accounts() } })
  for (const name of ['transactions', 'toString', '__proto__', 'constructor']) {
    assert.equal((await page.data(end, name)).code, 'NOT_FOUND')
  }
  for (const path of ['data', 'data/', 'data/accounts/1', 'data/flows']) {
    const reply = await page.ask('GET', `/flows/${end.flow}/${path}`)
    assert.equal(reply.status, 404)
  }
})

test('another user, a request without a user and a page of another origin cannot read data', async (t) => {
  const { page, end, env, calls } = await done(t, flinksOf('Greatday'))
  assert.equal((await env.page('bob').data(end, 'accounts')).code, 'NOT_FOUND')
  assert.equal((await pageOf(env.handle, null).data(end, 'accounts')).code, 'UNAUTHENTICATED')
  const foreign = await page.ask('GET', `/flows/${end.flow}/data/accounts`, undefined, {
    origin: 'https://evil.example',
  })
  assert.equal(foreign.status, 403)
  assert.equal(calls('GetAccounts').length, 0)
})

test('data can be read only if the flow is done', async (t) => {
  const env = setup(t, { connections: flinksOf('Greatday'), data: DATA })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const early = await page.data(state, 'accounts')
  assert.deepEqual([early.status, early.code], [409, 'OUT_OF_TURN'])
  assert.deepEqual(await page.getState(state), state)
  await page.cancel(state)
  assert.equal((await page.data(state, 'accounts')).code, 'OUT_OF_TURN')
  assert.ok(!(await opened(env, state)).includes(env.bank.loginId('Greatday')), 'the record keeps no id')
})

test('after a first link no data is found, because nothing proves that the LoginId belongs to the user', async (t) => {
  const connections = (bank) => ({
    'ann/c_1': { ...flinksConnection(bank, 'Greatday', 'connect'), apiKey: bank.keys.apiKey },
  })
  const env = setup(t, { connections, data: DATA })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const another = { kind: 'returned', claim: { loginId: env.bank.loginId('text_or_call') } }
  const end = await page.settled(await page.message(state, another))
  assert.deepEqual([end.step.kind, end.step.result.ownership], ['done', 'unproven'])
  assert.equal((await page.data(end, 'accounts')).code, 'NOT_FOUND')
})

test('ten minutes after the end data is not found, and the ids are deleted', async (t) => {
  const { page, end, env } = await done(t, flinksOf('Greatday'))
  assert.ok((await opened(env, end)).includes(env.bank.loginId('Greatday')))
  env.bank.clock.advance(9 * MINUTE)
  assert.ok((await page.data(end, 'accounts')).data)
  env.bank.clock.advance(MINUTE)
  assert.equal((await page.data(end, 'accounts')).code, 'NOT_FOUND')
  await env.handle.sweep()
  assert.equal(await env.store.read(end.flow.split('.')[0]), null)
})

test('data of a flow is not found once the next flow on its connection has started', async (t) => {
  const { page, end } = await done(t, flinksOf('Greatday'))
  await page.start('c_1')
  assert.equal((await page.data(end, 'accounts')).code, 'NOT_FOUND')
})

test('data that is not ready is polled by the Async call, and after 25 seconds the page gets a 202 with retry-after', async (t) => {
  const { page, end, env, calls } = await done(t, flinksOf('slow_data', { mostRecentCached: true }))
  const reply = await page.ask('GET', `/flows/${end.flow}/data/accounts`)
  const pending = await reply.json()
  assert.equal(reply.status, 202)
  assert.equal(Number(reply.headers.get('retry-after')), Math.ceil((pending.until - env.bank.clock.now()) / 1000))
  assert.equal((await page.data(end, 'accounts')).data.length, 2)
  assert.equal(calls('GetAccountsSummary').length, 1 + calls('GetAccountsSummaryAsync').length)
  assert.equal(calls('GetAccountsSummaryAsync').length, 3)
  assert.deepEqual(env.bank.counts().broken, {}, 'no poll comes before the vendor’s interval')
})

test('another server resumes the polling', async (t) => {
  const { page, end, env, calls } = await done(t, flinksOf('slow_data', { mostRecentCached: true }))
  assert.ok((await page.data(end, 'accounts')).until)
  const other = pageOf(edge(env.config))
  assert.equal((await other.data(end, 'accounts')).data.length, 2)
  assert.deepEqual(env.bank.counts().broken, {})
  assert.equal(calls('GetAccountsSummary').length - calls('GetAccountsSummaryAsync').length, 1)
})

test('three pages at three servers start one data call and poll only as often as one page', async (t) => {
  const { end, env, calls } = await done(t, flinksOf('data_for_ever', { mostRecentCached: true }))
  const pages = [1, 2, 3].map(() => pageOf(edge(env.config)))
  const read = await Promise.all(pages.map((page) => page.data(end, 'accounts')))
  assert.ok(read.every(({ until }) => until > env.bank.clock.now()))
  assert.deepEqual(env.bank.counts().broken, {})
  assert.equal(calls('GetAccountsSummary').length - calls('GetAccountsSummaryAsync').length, 1)
})

test('if Flinks has no data, the page gets an empty list', async (t) => {
  const { page, end } = await done(t, flinksOf('no_transactions', { mostRecentCached: true }))
  assert.deepEqual((await page.data(end, 'transactions')).data, [])
  assert.equal((await page.data(end, 'accounts')).data.length, 2)
})

test('each flow has its own rate limit of reads', async (t) => {
  const { page, end, env, calls } = await done(t, flinksOf('Greatday'), { limits: { readsPerFlow: 2 } })
  await page.data(end, 'accounts')
  await page.data(end, 'transactions')
  const refused = await page.data(end, 'accounts')
  const facts = [refused.status, refused.code, refused.next, calls('GetAccounts').length]
  assert.deepEqual(facts, [429, 'RATE_LIMITED', 'start-over', 2])
  assert.equal(env.reported.errors.length, 0)
})

test('without limits of your own, a flow has twenty reads', async (t) => {
  const { page, end } = await done(t, flinksOf('Greatday'), { data: { score: () => ({ data: 7 }) } })
  for (let reads = 0; reads < 20; reads++) assert.deepEqual(await page.data(end, 'score'), { data: 7 })
  assert.equal((await page.data(end, 'score')).code, 'RATE_LIMITED')
})

test('an ending is delivered once, even if the page reads data at the same time', async (t) => {
  let resolveDelivery
  const delivered = []
  const env = setup(t, {
    connections: flinksOf('Greatday'),
    data: DATA,
    onFlowEnded: (event) => delivered.push(event.flow) === 1 && new Promise((resolve) => (resolveDelivery = resolve)),
  })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const answered = page.answer(state, 1, rightAnswers(env)(state.step.round))
  const end = await page.getState(state, (await page.getState(state, state.version)).version)
  assert.equal(end.step.kind, 'done')
  assert.equal((await page.data(end, 'accounts')).data.length, 2)
  resolveDelivery()
  await answered
  env.bank.clock.advance(2 * MINUTE)
  await env.handle.sweep()
  assert.equal(delivered.length, 1)
})

for (const [what, reply, status, code, next] of [
  ['a refused key', () => new Response('{}', { status: 401 }), 500, 'unauthorized', 'fix-integration'],
  ['a rate limit', () => new Response('{}', { status: 429 }), 502, 'busy', 'retry-later'],
  ['an HTML page', () => new Response('<h1>hunter2</h1>'), 502, 'unreadable-reply', 'retry-later'],
  ['another JSON object', () => Response.json({ hunter2: [] }), 502, 'unreadable-reply', 'retry-later'],
  ['a redirect', () => new Response(null, { status: 302 }), 500, 'redirected', 'fix-integration'],
  ['a network error', () => Promise.reject(new Error('hunter2')), 502, 'unreachable', 'retry-later'],
]) {
  test(`${what} at MX is refused as ${code}, and reading again succeeds`, async (t) => {
    let fault = reply
    const mx = lists()
    const fetch = (inner) => (url, init) => (fault && /\/accounts\?/.test(url) ? fault() : mx.fetch(inner)(url, init))
    const { page, end, env } = await done(t, MX_TEXT, { fetch, right: CHICAGO })
    const refused = await page.data(end, 'accounts')
    assert.deepEqual([refused.status, refused.code, refused.next], [status, code, next])
    assert.ok(!JSON.stringify(refused).includes('hunter2'))
    assert.ok(env.reported.errors.every(({ message }) => !message.includes('hunter2')))
    fault = undefined
    assert.equal((await page.data(end, 'accounts')).data.length, 3)
  })
}

test('a refused key at Flinks is passed on as unauthorized, and what a reader throws is not passed to the page', async (t) => {
  const data = {
    ...DATA,
    broken() {
      throw new Error('hunter2')
    },
  }
  const wrong = (bank) => ({ 'ann/c_1': { ...flinksOf('Greatday')(bank)['ann/c_1'], apiKey: 'wrong' } })
  const { page, end, env } = await done(t, wrong, { data })
  const refused = await page.data(end, 'accounts')
  assert.deepEqual([refused.status, refused.code, refused.next], [500, 'unauthorized', 'fix-integration'])
  const thrown = await page.data(end, 'broken')
  assert.deepEqual(
    [thrown.status, thrown.code, JSON.stringify(thrown).includes('hunter2')],
    [503, 'UNAVAILABLE', false],
  )
  assert.deepEqual(
    env.reported.errors.map(({ message }) => message),
    ['unauthorized: ' + refused.title, 'hunter2'],
  )
})

test('a malformed key is refused with its path in the connection, and so is the environment of MX', async (t) => {
  for (const [path, connections, change, more] of [
    ['/apiKey', flinksOf('Greatday'), { apiKey: 'hunter2 ' }, {}],
    ['/host/environment', MX_TEXT, { host: { environment: 'hunter2' } }, { right: CHICAGO }],
  ]) {
    const { end, env } = await done(t, connections, more)
    const { resolve } = env.config
    const mistaken = edge({ ...env.config, resolve: (...args) => ({ ...resolve(...args), ...change }) })
    const refused = await pageOf(mistaken).data(end, 'accounts')
    assert.deepEqual([refused.status, refused.code, refused.path], [500, 'INVALID_INPUT', path])
    assert.ok(!JSON.stringify(refused).includes('hunter2'))
  }
})

test('a vendor call that times out is refused, and reading again succeeds', async (t) => {
  for (const [connections, more] of [
    [flinksOf('Greatday'), {}],
    [MX_TEXT, { fetch: (inner) => abortable(lists().fetch(inner)), right: CHICAGO }],
  ]) {
    const { page, end } = await done(t, connections, more)
    const { mock } = t.mock.method(AbortSignal, 'timeout', () => AbortSignal.abort())
    const refused = await page.data(end, 'accounts')
    assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
    mock.restore()
    assert.ok((await page.data(end, 'accounts')).data.length > 0)
  }
})

test('readers that are not functions throw when the edge is made', (t) => {
  const { config } = setup(t, { store: memoryStore() })
  assert.throws(() => edge({ ...config, data: { accounts: true } }), { code: 'INVALID_INPUT', path: '/data' })
})

/** Rejects at once if the signal has aborted, like the platform's `fetch`. */
const abortable = (fetch) => async (url, init) => (init.signal?.throwIfAborted(), fetch(url, init))

/** The text of a flow's record. */
async function opened({ store }, { flow }) {
  const [id] = flow.split('.')
  return sealer(SEAL).open((await store.read(id)).sealed, id)
}
