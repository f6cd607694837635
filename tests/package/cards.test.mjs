/** The simulator's data calls and card calls, called by a back end through the simulator's `fetch` with its keys. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { NOON, customerId, simulator } from './setup.mjs'

const PET = 'What is the name of your first pet?'

function backEnd() {
  const bank = simulator({ seed: 1, now: NOON })
  const call = async (method, operation, headers, body) => {
    const response = await bank.fetch(
      `https://toolbox-api.private.fin.ag/v3/${customerId}/BankingServices/${operation}`,
      { method, headers: { 'content-type': 'application/json', ...headers }, body: body && JSON.stringify(body) },
    )
    return { status: response.status, json: await response.json() }
  }
  const withKey = (method, operation, body) => call(method, operation, { 'x-api-key': bank.keys.apiKey }, body)
  return { bank, call, withKey }
}

async function cached({ bank, call }, username) {
  const start = { LoginId: bank.loginId(username), MostRecentCached: true }
  const { json } = await call('POST', 'Authorize', { 'flinks-auth-key': await bank.token() }, start)
  return json.RequestId
}

test('the simulated keys are derived from the seed and differ from each other', () => {
  const all = [1, 2].flatMap((seed) => {
    const { secretKey, keys } = simulator({ seed })
    return [secretKey, keys.apiKey, keys.bearer]
  })
  assert.equal(new Set(all).size, 6)
  assert.deepEqual(simulator({ seed: 2 }).keys.apiKey, all[4])
})

test('slow data is ready after some polls', async () => {
  const env = backEnd()
  const RequestId = await cached(env, 'slow_data')
  const options = { RequestId, WithTransactions: true, DaysOfTransactions: 'Days365' }
  let reply = await env.withKey('POST', 'GetAccountsDetail', options)
  assert.deepEqual([reply.status, reply.json.FlinksCode], [202, 'OPERATION_PENDING'])
  while (reply.status === 202) {
    env.bank.clock.advance(10_000)
    reply = await env.withKey('GET', `GetAccountsDetailAsync/${RequestId}`)
  }
  assert.deepEqual([reply.status, reply.json.Accounts[0].Transactions.length], [200, 121])
  const { dataCalls, dataPolls, broken } = env.bank.counts()
  assert.deepEqual([dataCalls, dataPolls, broken], [1, 3, {}])
})

test('a card with an unanswered question is stuck until the answer is stored', async () => {
  const { bank, call, withKey } = backEnd()
  const loginId = bank.loginId('stored_missing')
  const stuck = async () => {
    const { json } = await call('GET', 'GetNightlyRefreshStatus', { authorization: `Bearer ${bank.keys.bearer}` })
    return json.IneligibleCards.filter((card) => card.LoginId === loginId).map((card) => card.LastRefreshState)
  }
  assert.deepEqual(await stuck(), ['AnsweringSecurityChallenge'])
  const { json } = await withKey('GET', `GetMFAQuestions/${loginId}`)
  assert.deepEqual(json, { Message: 'SUCCESS', Questions: [{ Question: PET }] })
  const answers = { loginId, Questions: [{ Question: PET, Answer: 'Rex' }] }
  assert.equal((await withKey('PATCH', 'AnswerMFAQuestions', answers)).json.Message, 'Answers updated')
  assert.deepEqual(await stuck(), [])
})

test('a card’s refresh is scheduled, and the card is deleted', async () => {
  const { bank, withKey } = backEnd()
  const LoginId = bank.loginId('Greatday')
  const scheduled = await withKey('PATCH', 'SetScheduledRefresh', { LoginId, IsActivated: true })
  assert.equal(scheduled.json, `LoginId ${LoginId} has now been activated for automatic refresh`)
  assert.equal((await withKey('DELETE', `DeleteCard/${LoginId}`)).status, 200)
  assert.equal((await withKey('DELETE', `DeleteCard/${LoginId}`)).json.FlinksCode, 'INVALID_REQUEST')
})
