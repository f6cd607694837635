/** Rounds of Flinks, answered in the element. tests/element answers every simulated person. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { person, visit } from './fixtures.mjs'

const fill = (text) => (challenge) => challenge.getByLabel(/^Your (answer|one-time code)/).fill(text)
const check =
  (...labels) =>
  async (challenge) => {
    for (const label of labels) await challenge.getByLabel(label, { exact: true }).check()
  }
const question = (answer) => ['question, QuestionAndAnswer', fill(answer)]
const city = question('Montreal')
const branch = ['choice, MultipleChoice', check('Plateau')]
const accounts = ['multi-choice, MultipleChoiceMultipleAnswers', check('Chequing', 'Savings')]
const picture = ['image-choice, ImageSelection', (challenge) => challenge.getByAltText('Picture 2 of 3').click()]
const phone = ['delivery, TextOrCall', check('(•••) •••-4821', 'Text')]

/** Each person's rounds: the type of each challenge, and how to answer it. */
const ROUNDS = {
  text_or_call: [[phone], [question('123456')]],
  mixed_types: [[city, branch, accounts, picture]],
  equal_prompts: [[question('4'), question('7')]],
}

for (const [username, rounds] of Object.entries(ROUNDS)) {
  test(`${username} (${person(username).title}): the form answers every challenge`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(username)
    for (const [index, round] of rounds.entries()) {
      await visitor.waitForRound(index + 1)
      assert.deepEqual(
        await visitor.challengeTypes(),
        round.map(([type]) => type),
      )
      for (const [position, [, answer]] of round.entries()) await answer(visitor.challenges.nth(position))
      await visitor.sendButton.click()
    }

    const { ending, loginId } = await visitor.readOutcome()
    assert.deepEqual([ending, loginId], ['done', person(username).loginId])
    assert.deepEqual(await visitor.vendorCalls(), [...rounds.map(() => 'interim 203'), 'ok 200'])
    assert.deepEqual(loggedAnswers(await visitor.requestLog()), person(username).responses.map(redacted))
    const { liveStarts, answers, answersJudged } = await visitor.vendorCounts()
    assert.deepEqual(
      { liveStarts, answers, answersJudged },
      { liveStarts: 1, answers: rounds.length, answersJudged: rounds.length },
    )
  })
}

/** The answers in the request log: for each prompt one redacted value for each answer. */
function loggedAnswers(log) {
  const bodies = log.filter(({ sent }) => sent.includes('SecurityResponses')).map(({ sent }) => sent)
  return bodies.map((body) => JSON.parse(body.replaceAll('••••••', '"redacted"')).SecurityResponses)
}

const redacted = (responses) =>
  Object.fromEntries(Object.entries(responses).map(([prompt, answers]) => [prompt, answers.map(() => 'redacted')]))

test('an undocumented challenge type can be answered with raw JSON', async (t) => {
  const visitor = await visit(t)
  await visitor.start('device_push')
  await visitor.waitForRound()
  await visitor.page.getByText('Answer with JSON').click()
  await visitor.page.locator('#raw').fill('{ "Approve the sign-in on your phone": ["ok"] }')
  await visitor.page.getByRole('button', { name: 'Send this JSON' }).click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(loggedAnswers(await visitor.requestLog()), [{ 'Approve the sign-in on your phone': ['redacted'] }])
})

test('invalid raw JSON is refused in the form, and nothing is sent', async (t) => {
  const visitor = await visit(t)
  await visitor.start('device_push')
  await visitor.waitForRound()
  await visitor.page.getByText('Answer with JSON').click()
  for (const json of ['{', '{ "Approve the sign-in on your phone": "no list" }']) {
    await visitor.page.locator('#raw').fill(json)
    await visitor.page.getByRole('button', { name: 'Send this JSON' }).click()
    await visitor.page.locator('#tester-tools .error').waitFor()
    await visitor.page.locator('#raw').fill('')
  }
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203'])
  assert.equal((await visitor.vendorCounts()).answers, 0)
})

test('a flow with credentials is answered to its end, and sends them once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'credentials' })
  await visitor.answer('Montreal')
  const { ending, loginId } = await visitor.readOutcome()
  assert.deepEqual([ending, loginId], ['done', person('Greatday').loginId])
  const { credentials, credentialsJudged, answers } = await visitor.vendorCounts()
  assert.deepEqual({ credentials, credentialsJudged, answers }, { credentials: 1, credentialsJudged: 1, answers: 1 })
})

test('a cached flow ends without a challenge', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'cached' })
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { cachedStarts, liveStarts, answers } = await visitor.vendorCounts()
  assert.deepEqual({ cachedStarts, liveStarts, answers }, { cachedStarts: 1, liveStarts: 0, answers: 0 })
})

test('an institution alone leads to a sign-in form, in French', async (t) => {
  const visitor = await visit(t)
  await visitor.start('greatday_nomfa', { mode: 'ask', language: 'fr' })
  await visitor.waitForRound(1)
  await visitor.round.getByLabel('Votre nom d’utilisateur').fill('greatday_nomfa')
  await visitor.round.getByLabel('Votre mot de passe').fill('Everyday')
  await visitor.sendButton.click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
})
