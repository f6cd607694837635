/** How a bank ends a flow, and what the page then says to do next. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { visit } from './bench.mjs'

/** Somebody for each `next`: the code it comes with, the advice that the page gives, and the HTTP status. */
const refusals = {
  code_concurrent_session: ['concurrent-session', 'retry-later', 'Come back later', 401],
  code_session_expired: ['session-expired', 'start-over', 'Start over', 401],
  code_invalid_login_401: ['credentials-refused', 'ask-credentials', 'Ask for the credentials again', 401],
  code_question_not_found: ['question-unanswered', 'reconnect', 'Reconnect with the person present', 401],
  code_new_account: ['bank-action-required', 'visit-bank', 'Send the person to the bank', 401],
  code_unauthorized: ['unauthorized', 'fix-integration', 'Mend the integration', 401],
  code_something_new: ['refused', 'give-up', 'Stop here', 418],
}

for (const [username, [code, next, advice, status]] of Object.entries(refusals)) {
  test(`${username} ends in ${code}, and the page says: ${advice}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(username)
    const { 'retry-at': retryAt, ...facts } = await visitor.ended()
    const vendorCode = username.replace(/^code_(.*?)(_\d+)?$/, '$1').toUpperCase()
    assert.deepEqual(facts, { ending: 'failed', advice, code, next, 'vendor-code': vendorCode, status: String(status) })
    assert.equal(retryAt === undefined, next !== 'retry-later')
    assert.deepEqual(await visitor.calls(), [`refused ${status}`])
  })
}

test('a wrong answer brings a fresh challenge, and the last one is refused for good', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  for (const [number, prompt] of [
    [2, 'What is the best country on earth?'],
    [3, 'What shape do people like most?'],
  ]) {
    await visitor.asked(number)
    assert.equal(await page.locator('#refused').textContent(), 'That was not right. Your bank asks again.')
    assert.deepEqual(await visitor.round.locator('legend').allTextContents(), [prompt])
    assert.equal(await page.getByLabel('Your answer').inputValue(), '')
    await visitor.answer('Nothing', number)
  }
  const { ending, code, next } = await visitor.ended()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'answer-refused', next: 'start-over' })
  assert.equal((await visitor.counts()).answers, 3)
})

test('a fresh challenge that is answered rightly leads to the end', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(await visitor.calls(), ['more 203', 'refused 401', 'ok 200'])
})

test('after an ending the same flow can be started again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('wrong_no_retry')
  await visitor.answer('Toronto')
  assert.equal((await visitor.ended()).code, 'answer-refused')
  await visitor.press('#again')
  await visitor.answer('Montreal')
  await visitor.reaches('done')
  const { liveStarts, answers } = await visitor.counts()
  assert.deepEqual({ liveStarts, answers }, { liveStarts: 2, answers: 2 })
})
