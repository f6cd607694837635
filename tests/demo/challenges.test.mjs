/** Each type of challenge, answered in the form as a person would who knows the answers. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { person, visit } from './bench.mjs'

const type = (text) => (challenge) => challenge.getByLabel(/^Your (answer|code)$/).fill(text)
const tick =
  (...labels) =>
  async (challenge) => {
    for (const label of labels) await challenge.getByLabel(label, { exact: true }).check()
  }
const askMe = (question, answer) => async (challenge) => {
  await challenge.getByLabel('Your new question').selectOption(question)
  await type(answer)(challenge)
}

const question = (answer) => ['question, QuestionAndAnswer', type(answer)]
const city = question('Montreal')
const branch = ['choice, MultipleChoice', tick('Plateau')]
const accounts = ['multi-choice, MultipleChoiceMultipleAnswers', tick('Chequing', 'Savings')]
const picture = ['image-choice, ImageSelection', (challenge) => challenge.getByAltText('Image 2 of 3').click()]
const phone = ['delivery, TextOrCall', tick('(•••) •••-4821', 'Text')]
const newQuestion = (...both) => ['new-question, QuestionAndAnswer', askMe(...both)]

/** Whom the bank asks what, round by round, and how each challenge is answered. */
const paths = {
  Greatday: [[city]],
  multiple_choice: [[branch]],
  multiple_answers: [[accounts]],
  image_selection: [[picture]],
  text_or_call: [[phone], [question('123456')]],
  new_questions: [
    [
      newQuestion('What is your favourite book?', 'my answer'),
      newQuestion('Who was your childhood hero?', 'my answer'),
    ],
  ],
  one_time_verification: [[['code, OneTimeVerification', type('123456')]]],
  date_of_birth: [[['unknown, Date', type('1990-01-31')]]],
  device_push: [[['unknown, TrustedDevicePush', type('approved')]]],
  mixed_types: [[city, branch, accounts, picture]],
  equal_prompts: [[question('4'), question('7')]],
  odd_types: [
    [
      ['unknown, 7', type('seven')],
      ['unknown, null', type('word')],
    ],
  ],
}

for (const [username, rounds] of Object.entries(paths)) {
  test(`${username} (${person(username).title}): the form leads to the end`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(username)
    for (const [index, round] of rounds.entries()) {
      await visitor.asked(index + 1)
      assert.deepEqual(
        await visitor.challenges.evaluateAll((all) =>
          all.map(({ dataset }) => `${dataset.kind}, ${dataset.vendorType}`),
        ),
        round.map(([kind]) => kind),
      )
      for (const [at, [, fill]] of round.entries()) await fill(visitor.challenges.nth(at))
      await visitor.send.click()
    }

    const { ending, 'login-id': loginId } = await visitor.ended()
    assert.deepEqual([ending, loginId], ['done', person(username).loginId])
    assert.deepEqual(await visitor.calls(), [...rounds.map(() => 'more 203'), 'ok 200'])
    assert.deepEqual(answersIn(await visitor.log()), person(username).responses.map(covered))
    const { liveStarts, answers, answersJudged } = await visitor.counts()
    assert.deepEqual(
      { liveStarts, answers, answersJudged },
      { liveStarts: 1, answers: rounds.length, answersJudged: rounds.length },
    )
  })
}

/** The answers in the log: under each prompt as many covers as there were answers. */
function answersIn(log) {
  const bodies = log.filter(({ sent }) => sent.includes('SecurityResponses')).map(({ sent }) => sent)
  return bodies.map((body) => JSON.parse(body.replaceAll('••••••', '"covered"')).SecurityResponses)
}

const covered = (responses) =>
  Object.fromEntries(Object.entries(responses).map(([prompt, answers]) => [prompt, answers.map(() => 'covered')]))

test('pictures to choose from are drawn, each with a name of its own', async (t) => {
  const visitor = await visit(t)
  await visitor.start('image_selection')
  await visitor.asked()
  const pictures = await visitor.round.locator('img').evaluateAll((all) =>
    Promise.all(
      all.map(async (image) => {
        await image.decode()
        return [image.alt, image.naturalWidth > 0 && image.clientWidth > 40]
      }),
    ),
  )
  assert.deepEqual(
    pictures,
    [1, 2, 3].map((number) => [`Image ${number} of 3`, true]),
  )
})

test('a type that nobody documents is answered in the vendor’s own terms', async (t) => {
  const visitor = await visit(t)
  await visitor.start('device_push')
  await visitor.asked()
  await visitor.page.getByText('Answer in the vendor’s own terms').click()
  await visitor.page.locator('#raw').fill('{ "Approve the sign-in on your phone": ["ok"] }')
  await visitor.page.getByRole('button', { name: 'Send as written' }).click()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(answersIn(await visitor.log()), [{ 'Approve the sign-in on your phone': ['covered'] }])
})

test('what does not fit the vendor’s own terms is refused beside them, and nothing is sent', async (t) => {
  const visitor = await visit(t)
  await visitor.start('device_push')
  await visitor.asked()
  await visitor.page.getByText('Answer in the vendor’s own terms').click()
  for (const written of ['{', '{ "Approve the sign-in on your phone": "no list" }']) {
    await visitor.page.locator('#raw').fill(written)
    await visitor.page.getByRole('button', { name: 'Send as written' }).click()
    await visitor.round.locator('details .error').waitFor()
    await visitor.page.locator('#raw').fill('')
  }
  assert.deepEqual(await visitor.calls(), ['more 203'])
  assert.equal((await visitor.counts()).answers, 0)
})

test('credentials open a session as a LoginId does, and are sent once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'credentials' })
  await visitor.answer('Montreal')
  const { ending, 'login-id': loginId } = await visitor.ended()
  assert.deepEqual([ending, loginId], ['done', person('Greatday').loginId])
  const { credentials, credentialsJudged, answers } = await visitor.counts()
  assert.deepEqual({ credentials, credentialsJudged, answers }, { credentials: 1, credentialsJudged: 1, answers: 1 })
})

test('a cached session meets no bank: nothing is asked', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'cached' })
  assert.equal((await visitor.ended()).ending, 'done')
  const { cachedStarts, liveStarts, answers } = await visitor.counts()
  assert.deepEqual({ cachedStarts, liveStarts, answers }, { cachedStarts: 1, liveStarts: 0, answers: 0 })
})
