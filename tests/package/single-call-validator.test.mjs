/** The validator of the single calls finds each planted mistake. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { calls, customerId } from './setup.mjs'
import { complaints, hasOpenapi } from '../lib/single-call-validator.mjs'

const { flinks } = calls
const guid = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'
const config = { instance: 'toolbox', customerId }
const answers = [{ question: 'City?', answer: 'hunter2' }]

/** A request with its key filled in, as it is sent. */
function call(name, params) {
  const { method, url, headers, body } = flinks.request(name, params, config)
  const filled = headers.map(({ name, value, slot }) => [name, value ?? (slot === 'FlinksBearer' ? 'Bearer 1' : '1')])
  return { method, url, headers: Object.fromEntries(filled), body, redirect: 'manual' }
}

/** Every call with all its parameters. */
const good = {
  GenerateAuthorizeToken: {},
  GetMFAQuestions: { loginId: guid },
  AnswerMFAQuestions: { loginId: guid, questions: answers },
  DeleteCard: { loginId: guid },
  SetScheduledRefresh: { loginId: guid, isActivated: false },
  GetNightlyRefreshStatus: {},
  GetAccountsSummary: { requestId: guid, withAccountIdentity: true, withBalance: false },
  GetAccountsSummaryAsync: { requestId: guid },
  GetAccountsDetail: {
    requestId: guid,
    withAccountIdentity: true,
    withKYC: true,
    withTransactions: false,
    withBalance: true,
    accountsFilter: [guid],
    daysOfTransactions: 'Days365',
    dateFrom: '2026-01-01',
    dateTo: '2026-01-31',
    refreshDelta: [{ accountId: guid, transactionId: guid }],
    withDetailsAndBankingStatements: true,
    numberOfBankingStatements: 'MostRecent',
  },
  GetAccountsDetailAsync: { requestId: guid },
  GetStatements: { requestId: guid, numberOfStatements: 'Months12', accountsFilter: [guid] },
  GetStatementsAsync: { requestId: guid },
}

for (const [name, params] of Object.entries(good)) {
  test(`${name} fits its schema, and each planted mistake does not`, () => {
    const sent = call(name, params)
    assert.deepEqual(complaints(sent), [])
    const { body, headers } = sent
    for (const changed of [
      { method: 'PUT' },
      { redirect: 'follow' },
      { url: `${sent.url}/1` },
      { url: `${sent.url}?x=1` },
      { url: sent.url.replace('fin.ag', 'fin.example') },
      { headers: { ...headers, 'flinks-auth-key': '1', 'x-api-key': '1' } },
      { headers: { ...headers, authorization: '1' } },
      { headers: {} },
      { body: body === null ? '{}' : null },
      ...(body ? inBody(JSON.parse(body)) : []),
    ]) {
      const found = complaints({ ...sent, ...changed })
      assert.notDeepEqual(found, [], JSON.stringify(changed))
      assert.ok(!found.join().includes('hunter2'), 'a complaint contains no value')
    }
  })
}

/** Each key omitted, in another casing, with another type; and an undocumented key. */
function inBody(body) {
  const plants = Object.entries(body).flatMap(([key, value]) => {
    const { [key]: _, ...rest } = body
    const other = key[0] === key[0].toLowerCase() ? key.toUpperCase() : key[0].toLowerCase() + key.slice(1)
    return [
      { ...rest, [other]: value },
      { ...body, [key]: typeof value === 'string' ? 7 : String(value) },
    ]
  })
  return [...plants, { ...body, Nonsense: 1 }, {}].map((body) => ({ body: JSON.stringify(body) }))
}

test('every option is sent under Flinks’ name for it', () => {
  assert.deepEqual(Object.keys(JSON.parse(call('GetAccountsDetail', good.GetAccountsDetail).body)), [
    'RequestId',
    'WithAccountIdentity',
    'WithKYC',
    'WithTransactions',
    'WithBalance',
    'AccountsFilter',
    'DaysOfTransactions',
    'DateFrom',
    'DateTo',
    'RefreshDelta',
    'WithDetailsAndBankingStatements',
    'NumberOfBankingStatements',
  ])
})

test('a request says whether it may be repeated, its timeout and its key', () => {
  const facts = (name) => {
    const { once, timeout, headers } = flinks.request(name, good[name], config)
    const { name: header, slot } = headers.at(-1)
    return [once, timeout, header, slot]
  }
  assert.deepEqual(facts('AnswerMFAQuestions'), [true, 30_000, 'x-api-key', 'FlinksApiKey'])
  assert.deepEqual(facts('GetMFAQuestions'), [false, 30_000, 'x-api-key', 'FlinksApiKey'])
  assert.deepEqual(facts('GetAccountsDetail'), [false, 240_000, 'x-api-key', 'FlinksApiKey'])
  assert.deepEqual(facts('GetAccountsDetailAsync'), [false, 30_000, 'x-api-key', 'FlinksApiKey'])
  assert.deepEqual(facts('GenerateAuthorizeToken'), [false, 30_000, 'flinks-auth-key', 'FlinksSecretKey'])
  assert.deepEqual(facts('GetNightlyRefreshStatus'), [false, 30_000, 'authorization', 'FlinksBearer'])
})

test(
  'Flinks’ OpenAPI document alone finds each planted mistake',
  { skip: !hasOpenapi && 'no OpenAPI document' },
  () => {
    const sent = call('AnswerMFAQuestions', good.AnswerMFAQuestions)
    for (const changed of [
      { LoginId: guid },
      { loginId: 7 },
      { Questions: [{ Question: 'City?' }] },
      { Nonsense: 1 },
    ]) {
      const found = complaints({ ...sent, body: JSON.stringify({ ...JSON.parse(sent.body), ...changed }) })
      assert.ok(
        found.some((complaint) => complaint.includes('by the OpenAPI document')),
        found.join('\n'),
      )
    }
  },
)
