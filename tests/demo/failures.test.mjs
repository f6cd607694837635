/** Flows that the bank ends, and the next action that the page shows. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

/**
 * One person for each next action: the code, the next action, the page's advice, the HTTP status, and the second next
 * action of a code with two causes.
 */
const REFUSALS = {
  code_concurrent_session: ['concurrent-session', 'retry-later', 'Try again later', 401],
  code_session_expired: ['session-expired', 'start-over', 'Start over', 401],
  code_invalid_login_401: ['credentials-refused', 'ask-credentials', 'Ask for the credentials again', 401],
  code_question_not_found: ['question-unanswered', 'reconnect', 'Reconnect with the person present', 401],
  code_new_account: ['bank-action-required', 'visit-bank', 'Send the person to the bank', 401],
  code_unauthorized: ['access-refused', 'visit-bank', 'Send the person to the bank', 401, 'fix-integration'],
  code_access_denied: ['unauthorized', 'fix-integration', 'Fix the integration', 401],
  code_something_new: ['refused', 'give-up', 'Stop here', 418],
}

for (const [username, [code, next, advice, status, otherwise]] of Object.entries(REFUSALS)) {
  test(`${username} fails with ${code}, and the page says: ${advice}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(username)
    const { 'retry-at': retryAt, ...facts } = await visitor.readOutcome()
    const vendorCode = username.replace(/^code_(.*?)(_\d+)?$/, '$1').toUpperCase()
    assert.deepEqual(facts, {
      ...{ ending: 'failed', advice, code, next, 'vendor-code': vendorCode, status: String(status) },
      ...(otherwise && { otherwise }),
    })
    assert.equal(retryAt === undefined, next !== 'retry-later')
    assert.deepEqual(await visitor.vendorCalls(), [`error ${status}`])
  })
}

test('each wrong answer leads to a new challenge, and the third wrong answer fails the flow', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  for (const [number, prompt] of [
    [2, 'What is the best country on earth?'],
    [3, 'What shape do people like most?'],
  ]) {
    await visitor.waitForRound(number)
    assert.equal(await page.locator('#refused').textContent(), 'That answer was not accepted. Please try again.')
    assert.deepEqual(await visitor.round.locator('legend').allTextContents(), [prompt])
    assert.equal(await page.getByLabel('Your answer').inputValue(), '')
    await visitor.answer('Nothing', number)
  }
  const { ending, code, next } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'answer-refused', next: 'start-over' })
  assert.equal((await visitor.vendorCounts()).answers, 3)
})

test('a right answer to the second challenge completes the flow', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203', 'error 401', 'ok 200'])
})

test('a failed flow can be started again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('wrong_no_retry')
  await visitor.answer('Toronto')
  assert.equal((await visitor.readOutcome()).code, 'answer-refused')
  await visitor.click('#again')
  await visitor.answer('Montreal')
  await visitor.waitForState('done')
  const { liveStarts, answers } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, answers }, { liveStarts: 2, answers: 2 })
})
