/** A misbehaving Connect: the ending of the flow. tests/package/connect.test.mjs shows which messages are refused. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { person, visit } from './fixtures.mjs'

const MISBEHAVIOURS = [
  'wrong-origin',
  'other-window',
  'malformed',
  'early',
  'contradiction',
  'duplicate',
  'json-string',
]

for (const misbehave of MISBEHAVIOURS) {
  test(`if Connect misbehaves (${misbehave}), the flow waits for the right message and succeeds`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode: 'reconnect', misbehave })
    await visitor.connect.getByLabel('Your answer').waitFor()
    await visitor.waitForState('connect')
    await visitor.answerConnect('Montreal')
    const { ending, method, health, loginId } = await visitor.readOutcome()
    assert.deepEqual([ending, method, health], ['done', 'mid-session', 'live'])
    assert.equal(loginId, person('Greatday').loginId)
    assert.equal((await visitor.vendorCounts()).cachedStarts, 1, 'one LoginId was verified')
  })
}

test('if Connect returns somebody else’s LoginId, the flow fails without using it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'another-login' })
  await visitor.answerConnect('Montreal')
  const { ending, code, next } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'login-mismatch', next: 'give-up' })
  assert.equal((await visitor.vendorCounts()).cachedStarts, 0)
  assert.ok(!(await visitor.page.content()).includes(person('greatday_nomfa').loginId))
})

test('if Connect refuses a token, the page opens the iframe again with a new one', async (t) => {
  const visitor = await visit(t)
  await visitor.start('broken_login', { mode: 'reconnect', misbehave: 'token-invalid' })
  await visitor.signIn('broken_login')
  await visitor.answerConnect('Montreal')
  const { ending, method } = await visitor.readOutcome()
  assert.equal(ending, 'done')
  assert.equal(method, 'credentials')
  const { connects, tokensMinted } = await visitor.vendorCounts()
  // Tokens for the live refresh, two iframes, and the verification.
  assert.deepEqual({ connects, tokensMinted }, { connects: 2, tokensMinted: 4 })
})
