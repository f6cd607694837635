/** A misbehaving Connect: the messages that the page accepts and refuses, and the ending of the flow. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { person, visit } from './fixtures.mjs'

const MESSAGES = ['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'REDIRECT']

/** The refused messages of each misbehaviour, by reason: before the person's answer, and after it. */
const REFUSED = {
  'wrong-origin': [{ origin: 1 }, {}],
  'other-window': [{ source: 1 }, {}],
  malformed: [{ shape: 7, contradiction: 1 }, {}],
  early: [{ phase: 1 }, {}],
  contradiction: [{}, { contradiction: 1 }],
  // After the first REDIRECT the flow has left the iframe, so the page no longer listens.
  duplicate: [{}, {}],
  'json-string': [{}, {}],
}

for (const [misbehave, [before, after]] of Object.entries(REFUSED)) {
  test(`if Connect misbehaves (${misbehave}), the page refuses those messages and the flow succeeds`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode: 'reconnect', misbehave })
    await visitor.connect.getByLabel('Your answer').waitFor()
    // A forged message can arrive later than the question.
    for (const [reason, count] of Object.entries(before)) {
      await visitor.page.locator(`#message-log [data-reason="${reason}"][data-count="${count}"]`).waitFor()
    }
    assert.deepEqual(await visitor.frameMessages(), { accepted: MESSAGES.slice(0, 3), refused: before })
    await visitor.waitForState('connecting')
    await visitor.answerConnect('Montreal')

    const { ending, method, health, 'login-id': loginId } = await visitor.readOutcome()
    assert.deepEqual([ending, loginId], ['done', person('Greatday').loginId])
    assert.match(`${method}, ${health}`, /^Mid-session: .*, Live: /)
    assert.deepEqual(await visitor.frameMessages(), { accepted: MESSAGES, refused: { ...before, ...after } })
    assert.equal((await visitor.vendorCounts()).cachedStarts, 1, 'one LoginId was verified')
  })
}

test('if Connect returns somebody else’s LoginId, the flow fails without using it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'another-login' })
  await visitor.answerConnect('Montreal')
  const { ending, code, advice } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, advice }, { ending: 'failed', code: 'login-mismatch', advice: 'Stop here' })
  assert.deepEqual(await visitor.frameMessages(), { accepted: MESSAGES, refused: {} })
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
  assert.match(method, /^Credentials: /)
  assert.deepEqual(await visitor.frameMessages(), {
    accepted: [
      ...['APP_MOUNTED', 'APP_ONLINE', 'TOKEN_INVALID'],
      ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_CREDENTIAL', 'SUBMIT_CREDENTIAL'],
      ...['COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'REDIRECT'],
    ],
    refused: {},
  })
  const { connects, tokensMinted } = await visitor.vendorCounts()
  // Tokens for the live refresh, two iframes, and the verification.
  assert.deepEqual({ connects, tokensMinted }, { connects: 2, tokensMinted: 4 })
})

test('the message log shows no content of a refused message', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'malformed' })
  await visitor.connect.locator('body').evaluate(() => {
    for (const step of ['<b>markup</b>', 'A secret text']) parent.postMessage({ step }, '*')
    parent.postMessage({ step: 'SOMETHING_NEW', loginId: 'A secret text' }, '*')
  })
  await visitor.page.locator('[data-message="SOMETHING_NEW"]').waitFor()
  const log = await visitor.page.locator('#message-log').innerHTML()
  for (const content of ['markup', 'secret', 'thank-you', 'no-guid']) assert.ok(!log.includes(content), content)
})
