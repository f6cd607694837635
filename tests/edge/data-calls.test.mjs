/** What the readers of accounts send to the vendors, and what they make of a reply. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { resolve } from '../lib/package.mjs'
import { NOON, customerId } from './setup.mjs'

const { accounts, transactions } = await import(pathToFileURL(resolve('bank-mfa/edge/data')))

const REQUEST_ID = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'
const FLINKS = { vendor: 'flinks', host: { instance: 'toolbox', customerId }, apiKey: 'hunter2' }
const MX = {
  ...{ vendor: 'mx', host: { environment: 'integration' }, clientId: 'client', apiKey: 'hunter2' },
  params: { userGuid: 'USR-1', memberGuid: 'MBR-1' },
}
const RESULTS = { flinks: { requestId: REQUEST_ID }, mx: { memberGuid: 'MBR-2' } }

/** Reads data once. Returns what the reader gives, and its calls. */
async function read(reader, resolved, reply, more = {}) {
  const calls = []
  const fetch = async (url, init) => (calls.push({ url: new URL(url), ...init }), reply(new URL(url)))
  const source = {
    ...{ user: 'ann', connection: 'c_1', resolved, result: RESULTS[resolved.vendor], state: null },
    ...{ options: { fetch }, clock: { now: () => NOON }, signal: new AbortController().signal, ...more },
  }
  return { step: await reader(source), calls }
}

const emptyLists = ({ pathname }) => Response.json({ [pathname.split('/').at(-1)]: [] })

test('the lists of MX are read with the key of the connection, and a redirect is not followed', async () => {
  const { step, calls } = await read(accounts(), MX, emptyLists)
  assert.deepEqual([step, calls.length], [{ data: [] }, 1])
  const [{ url, method, headers, body, redirect, signal }] = calls
  assert.deepEqual([method, body, redirect, signal.aborted], ['GET', null, 'manual', false])
  assert.equal(url.href, 'https://int-api.mx.com/users/USR-1/members/MBR-2/accounts?page=1&records_per_page=1000')
  const basic = `Basic ${btoa('client:hunter2')}`
  assert.deepEqual(headers, { accept: 'application/json', 'accept-version': 'v20250224', authorization: basic })
})

test('without a guid in the result, the member of the connection is read', async () => {
  const { calls } = await read(accounts(), MX, emptyLists, { result: {} })
  assert.equal(calls[0].url.pathname, '/users/USR-1/members/MBR-1/accounts')
})

test('the address of a list keeps a guid that contains the word status', async () => {
  const resolved = { ...MX, params: { userGuid: 'USR-status', memberGuid: 'MBR-1' } }
  const { calls } = await read(accounts(), resolved, emptyLists)
  assert.equal(calls[0].url.pathname, '/users/USR-status/members/MBR-2/accounts')
})

test('transactions are read from a date, as the version of MX’s API wants it', async () => {
  for (const [version, days, from] of [
    ['v20250224', 90, `${(NOON - 90 * 86_400_000) / 1000}`],
    ['v20250224', 365, `${(NOON - 365 * 86_400_000) / 1000}`],
    ['v20111101', 90, new Date(NOON - 90 * 86_400_000).toISOString().slice(0, 10)],
  ]) {
    const resolved = { ...MX, host: { ...MX.host, version } }
    const { calls } = await read(transactions({ days }), resolved, emptyLists)
    const { pathname, searchParams } = calls[1].url
    assert.deepEqual([pathname.split('/').at(-1), searchParams.get('from_date')], ['transactions', from])
    assert.equal(searchParams.get('page'), '1')
  }
})

test('a status of MX other than 2xx is a failure with a next action', async () => {
  for (const [status, code, next] of [
    [302, 'redirected', 'fix-integration'],
    [400, 'request-refused', 'fix-integration'],
    [401, 'unauthorized', 'fix-integration'],
    [403, 'unauthorized', 'fix-integration'],
    [404, 'request-refused', 'fix-integration'],
    [429, 'busy', 'retry-later'],
    [500, 'vendor-error', 'retry-later'],
  ]) {
    const reply = () => new Response(null, { status })
    await assert.rejects(read(accounts(), MX, reply), { name: 'FlowError', code, next, status })
  }
})

test('the pages of a list of MX are counted by its pagination, and another body is unreadable', async () => {
  const paged = await read(accounts(), MX, () =>
    Response.json({ accounts: [7, null], pagination: { total_pages: '2' } }),
  )
  assert.equal(paged.calls.length, 2)
  const nothing = { name: null, type: null, currency: null, balance: null, available: null }
  assert.deepEqual(paged.step, { data: [nothing, nothing, nothing, nothing] })
  for (const body of ['[]', 'null', '{"accounts":{}}', 'hunter2']) {
    const unreadable = { code: 'unreadable-reply', next: 'retry-later', status: 200 }
    await assert.rejects(
      read(accounts(), MX, () => new Response(body)),
      unreadable,
    )
  }
  const noContent = { code: 'unreadable-reply', next: 'retry-later', status: 204 }
  await assert.rejects(
    read(accounts(), MX, () => new Response(null, { status: 204 })),
    noContent,
  )
})

test('a fetch of the company that throws at once is a call without a reply, with the error as its cause', async () => {
  const cause = new Error('hunter2')
  const options = {
    fetch() {
      throw cause
    },
  }
  const lost = { code: 'unreachable', next: 'retry-later', message: /^unreachable: reading the data failed$/, cause }
  await assert.rejects(read(accounts(), MX, emptyLists, { options }), lost)
})

test('without a fetch of the company, the global one is used', async (t) => {
  const urls = []
  t.mock.method(globalThis, 'fetch', async (url) => {
    urls.push(new URL(url).host)
    return Response.json({ accounts: [], Accounts: [] })
  })
  for (const resolved of [MX, FLINKS]) {
    assert.deepEqual((await read(accounts(), resolved, emptyLists, { options: {} })).step, { data: [] })
  }
  assert.deepEqual(urls, ['int-api.mx.com', 'toolbox-api.private.fin.ag'])
})

test('the account of a vendor is shown by names that are the same for all, and with texts and numbers only', async () => {
  const Account = {
    ...{ Title: { en: 'Chequing' }, Type: 'Operation', Currency: 'CAD', Balance: { Current: '1.50', Available: 0 } },
    Transactions: [
      { Date: '2026-01-02', Description: 'Coffee', Debit: 7.5, Credit: null, Balance: 3, Id: 'hunter2' },
      { Date: '2026-01-03', Description: 'Salary', Debit: null, Credit: '900.00' },
    ],
  }
  const { step } = await read(transactions(), FLINKS, () => Response.json({ Accounts: [Account] }))
  const shown = [
    { date: '2026-01-02', description: 'Coffee', debit: 7.5, credit: null },
    { date: '2026-01-03', description: 'Salary', debit: null, credit: '900.00' },
  ]
  const amounts = { balance: '1.50', available: 0 }
  assert.deepEqual(step.data, [{ name: null, type: 'Operation', currency: 'CAD', ...amounts, transactions: shown }])
})

test('the transactions of a Flinks account are read for 90 or 365 days', async () => {
  const reply = () => Response.json({ accounts: [{ title: 'in another casing' }] })
  for (const [days, name] of [
    [undefined, 'Days90'],
    [365, 'Days365'],
  ]) {
    const { step, calls } = await read(transactions({ days }), FLINKS, reply)
    assert.equal(step.data[0].name, 'in another casing')
    const sent = { RequestId: REQUEST_ID, WithTransactions: true, WithBalance: true, DaysOfTransactions: name }
    assert.deepEqual(JSON.parse(calls[0].body), sent)
    assert.ok(calls[0].url.pathname.endsWith('/GetAccountsDetail'))
  }
})

test('data of Flinks that is not ready is a step that continues after the poll interval', async () => {
  const pending = () => Response.json({ FlinksCode: 'OPERATION_PENDING', RequestId: REQUEST_ID }, { status: 202 })
  const { step, calls } = await read(accounts(), FLINKS, pending)
  assert.deepEqual([typeof step.state, calls.length], ['string', 1])
  assert.ok(step.until >= NOON + 10_000, 'Flinks asks for ten seconds between two polls')
})

test('a fetch of the company may return only the parts of a reply that are used', async () => {
  const body = new TextEncoder().encode('{"Accounts":[{"Title":"Chequing"}]}')
  const part = (status) => ({ status, headers: new Headers(), arrayBuffer: async () => body.slice().buffer })
  const { step } = await read(accounts(), FLINKS, () => part(200))
  assert.equal(step.data[0].name, 'Chequing')
  await assert.rejects(
    read(accounts(), FLINKS, () => part(401)),
    { code: 'unauthorized', next: 'fix-integration' },
  )
})

test('a reply of Flinks that has no accounts, or that does not end, is unreadable', async () => {
  const unreadable = { code: 'unreadable-reply', next: 'retry-later', status: 200 }
  for (const body of ['{"Accounts":{}}', '{}']) {
    await assert.rejects(
      read(accounts(), FLINKS, () => new Response(body)),
      unreadable,
    )
  }
  const leaving = new AbortController()
  const hangs = () => {
    setImmediate(() => leaving.abort())
    return new Response(new ReadableStream({ start: (stream) => stream.enqueue(new TextEncoder().encode('{')) }))
  }
  await assert.rejects(read(accounts(), FLINKS, hangs, { signal: leaving.signal }), unreadable)
})
