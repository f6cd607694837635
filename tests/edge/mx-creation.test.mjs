/** New members of MX at the edge: a page gets no guid of a member that exists, and learns which products failed. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { setup, walk } from './setup.mjs'

const INSTITUTION = 'simulated_bank'

/** Parameters that create a member with a username of the simulated bank. */
async function creation(bank, username, more) {
  const authorization = `Basic ${btoa(Object.values(bank.mx.key).join(':'))}`
  const headers = { authorization, accept: 'application/json', 'accept-version': 'v20250224' }
  const reply = await bank.fetch(`https://int-api.mx.com/institutions/${INSTITUTION}/credentials`, { headers })
  const values = { LOGIN: username, PASSWORD: 'Everyday' }
  const credentials = (await reply.json()).credentials.map(({ guid, type }) => ({ guid, value: values[type] }))
  return { userGuid: bank.mx.member(username).userGuid, institutionCode: INSTITUTION, credentials, ...more }
}

/** An edge with one connection, which creates a member; runs the flow to its end. */
async function create(t, username, more) {
  const connection = {}
  const env = setup(t, { connections: () => ({ 'ann/c_1': connection }) })
  const { bank } = env
  const params = await creation(bank, username, more)
  Object.assign(connection, { vendor: 'mx', host: { environment: 'integration' }, ...bank.mx.key, params })
  const page = env.page()
  const end = await walk(page, await page.start('c_1'), () => assert.fail('nothing is asked'))
  assert.equal(env.reported.ended.length, 1)
  return { bank, end, ended: env.reported.ended[0] }
}

test('onFlowEnded gets the guid of the member that exists, and the page does not', async (t) => {
  const { bank, end, ended } = await create(t, 'taken')
  const { memberGuid } = bank.mx.member('taken')
  assert.deepEqual([ended.failure.code, ended.failure.memberGuid], ['member-exists', memberGuid])
  assert.deepEqual([end.step.failure.code, end.step.failure.memberGuid], ['member-exists', null])
  assert.ok(!JSON.stringify(end).includes(memberGuid))
})

test('the page learns which products failed', async (t) => {
  const dataRequest = { products: ['transactions', 'investments'] }
  const { end, ended } = await create(t, 'no_questions', { dataRequest })
  assert.deepEqual(end.step.result.failedProducts, ['investments'])
  assert.deepEqual(ended.result.failedProducts, ['investments'])
  assert.equal(end.step.result.memberGuid, undefined)
})
