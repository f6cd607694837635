/** Flows that the bank ends, and the next action that the page shows. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

/**
 * One person each with a time to retry, with two causes and with an unknown code: the code, the next action, the title that the person reads, the HTTP status, and the
 * second next action of a code with two causes.
 */
const REFUSALS = {
  code_concurrent_session: ['concurrent-session', 'retry-later', 'Already in progress', 401],
  code_unauthorized: ['access-refused', 'visit-bank', 'Access not allowed', 401, 'fix-integration'],
  code_something_new: ['refused', 'give-up', 'Connection refused', 418],
}

for (const [username, [code, next, title, status, otherwise = null]] of Object.entries(REFUSALS)) {
  test(`${username} fails with ${code}, and the person reads: ${title}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(username)
    const { ending, advice, retryMinutes, ...failure } = await visitor.readOutcome()
    const vendorCode = username.replace(/^code_(.*?)(_\d+)?$/, '$1').toUpperCase()
    assert.deepEqual([ending, advice], ['failed', `${code} → ${next}`])
    const { code: failedWith, next: action, vendorCode: vendorsCode, status: httpStatus } = failure
    assert.deepEqual([failedWith, action, vendorsCode, httpStatus], [code, next, vendorCode, status])
    assert.equal(failure.otherwise, otherwise)
    assert.equal(retryMinutes === null, next !== 'retry-later')
    assert.equal(await visitor.title.textContent(), title)
    assert.deepEqual(await visitor.vendorCalls(), [`error ${status}`])
  })
}

test('each wrong answer leads to a new challenge, and the third wrong answer fails the flow', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  for (const [number, prompt] of [
    [2, 'What is the best country on earth?'],
    [3, 'What shape do people like most?'],
  ]) {
    await visitor.waitForRound(number)
    await visitor.round.getByText('Your bank did not accept this answer. Please try again.').waitFor()
    assert.deepEqual(await visitor.round.locator('legend').allTextContents(), [prompt])
    assert.equal(await visitor.field.inputValue(), '')
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
