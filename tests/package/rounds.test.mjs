/** Rounds: what the person sees, what a wrong answer leads to, and what is sent. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CREDENTIALS, LIVE, fill, person, runToEnd, setup, untilStep } from './setup.mjs'

/** Answers each round with the next SecurityResponses; returns the rounds and the end. */
async function answerInTurn(env, username, answers, params = LIVE) {
  const flow = env.start(params(person(username)))
  const rounds = []
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    rounds.push(step.round)
    await step.answer(fill(step.round, answers[rounds.length - 1]))
  }
  const code = flow.current.kind === 'done' ? 'done' : flow.current.failure.code
  return { rounds, code, failure: flow.current.failure }
}

const CITY = 'What city were you born in?'
const COUNTRY = 'What is the best country on earth?'
const SHAPE = 'What shape do people like most?'
const wrong = (prompt) => ({ [prompt]: ['wrong'] })

test('a wrong answer leads to a new round with another challenge', async (t) => {
  const env = setup(t)
  const { rounds, code } = await answerInTurn(env, 'Greatday', [wrong(CITY), { [COUNTRY]: ['Canada'] }])
  assert.equal(code, 'done')
  assert.deepEqual(
    rounds.map(({ number, refused, challenges }) => [number, refused, challenges[0].prompt]),
    [
      [1, false, CITY],
      [2, true, COUNTRY],
    ],
  )
})

test('field names differ between rounds', async (t) => {
  const { rounds } = await answerInTurn(setup(t), 'Greatday', [wrong(CITY), wrong(COUNTRY), { [SHAPE]: ['Triangle'] }])
  const names = rounds.flatMap(({ challenges }) => challenges.flatMap(({ fields }) => fields.map(({ name }) => name)))
  assert.equal(new Set(names).size, 3)
})

test('the third wrong answer ends in answer-refused', async (t) => {
  const env = setup(t)
  const { code, failure } = await answerInTurn(env, 'Greatday', [CITY, COUNTRY, SHAPE].map(wrong))
  assert.equal(code, 'answer-refused')
  assert.deepEqual([failure.next, failure.vendorCode], ['start-over', 'INVALID_SECURITY_RESPONSE_NO_RETRY'])
  assert.equal(env.bank.counts().answers, 3)
})

for (const [username, vendorCode] of [
  ['wrong_ends', 'INVALID_SECURITY_RESPONSE'],
  ['wrong_no_retry', 'INVALID_SECURITY_RESPONSE_NO_RETRY'],
]) {
  test(`a wrong answer of ${username} ends in answer-refused and is sent once`, async (t) => {
    const env = setup(t)
    const { code, failure } = await answerInTurn(env, username, [wrong(CITY)])
    assert.deepEqual([code, failure.vendorCode, env.bank.counts().answers], ['answer-refused', vendorCode, 1])
  })
}

test('a round after a wrong answer may have more challenges', async (t) => {
  const env = setup(t)
  const right = person('three_questions').responses[0]
  const { rounds, code } = await answerInTurn(env, 'three_after_wrong', [wrong(CITY), right])
  assert.deepEqual([code, rounds[1].challenges.length, rounds[1].refused], ['done', 3, true])
})

test('an answer is sent with the newest RequestId', async (t) => {
  const env = setup(t)
  await runToEnd(env.start(LIVE(person('changing_ids'))), env)
  const ids = env.wire.calls.map(({ json, reply }) => [json.RequestId, reply.json.RequestId])
  assert.equal(new Set(ids.map(([, given]) => given)).size, 3)
  assert.deepEqual([ids[1][0], ids[2][0]], [ids[0][1], ids[1][1]])
})

test('each credential and each answer is in exactly one call', async (t) => {
  const env = setup(t)
  await runToEnd(env.start(CREDENTIALS(person('many_rounds'))), env)
  const bodies = env.wire.calls.map(({ body }) => body)
  assert.equal(bodies.filter((body) => body.includes('Everyday')).length, 1)
  for (const answer of ['Montreal', 'Plateau', '123456']) {
    assert.equal(bodies.filter((body) => body.includes(answer)).length, 1)
  }
})

test('the bank asks in the requested language', async (t) => {
  const env = setup(t)
  const flow = env.start({ ...LIVE(person('three_questions')), language: 'fr' })
  const { round } = await untilStep(flow, 'challenge')
  assert.deepEqual(
    round.challenges.map(({ prompt }) => prompt),
    [
      'Dans quelle ville êtes-vous né?',
      'Quel est le nom de votre premier animal?',
      'Quelle école avez-vous fréquentée?',
    ],
  )
})

const first = async (t, username) => (await untilStep(setup(t).start(LIVE(person(username))), 'challenge')).round

/** The challenges of each person: kind, vendor type, and part and type of each field. */
const forms = {
  Greatday: [['question', 'QuestionAndAnswer', 'answer text']],
  multiple_choice: [['choice', 'MultipleChoice', 'answer select']],
  multiple_answers: [['multi-choice', 'MultipleChoiceMultipleAnswers', 'answer multi-select']],
  image_selection: [['image-choice', 'ImageSelection', 'answer image-select']],
  text_or_call: [['delivery', 'TextOrCall', 'phone select', 'channel select']],
  new_questions: Array(2).fill(['new-question', 'QuestionAndAnswer', 'question select', 'answer text']),
  one_time_verification: [['code', 'OneTimeVerification', 'answer text']],
  device_push: [['unknown', 'TrustedDevicePush', 'answer text']],
  date_of_birth: [['unknown', 'Date', 'answer text']],
  odd_types: [
    ['unknown', 7, 'answer text'],
    ['unknown', null, 'answer text'],
  ],
  mixed_types: [
    ['question', 'QuestionAndAnswer', 'answer text'],
    ['choice', 'MultipleChoice', 'answer select'],
    ['multi-choice', 'MultipleChoiceMultipleAnswers', 'answer multi-select'],
    ['image-choice', 'ImageSelection', 'answer image-select'],
  ],
}

for (const [username, expected] of Object.entries(forms)) {
  test(`the challenges of ${username} are of kind ${expected.map(([kind]) => kind).join(', ')}`, async (t) => {
    const { challenges } = await first(t, username)
    const actual = challenges.map(({ kind, vendorType, fields }) => [
      kind,
      vendorType,
      ...fields.map(({ part, type }) => `${part} ${type}`),
    ])
    assert.deepEqual(actual, expected)
  })
}

test('a one-time code has autocomplete, and other answers are secret', async (t) => {
  const env = setup(t)
  const { rounds } = await runToEnd(env.start(LIVE(person('many_rounds'))), env)
  const [question, , , code] = rounds.map(({ challenges }) => challenges[0].fields[0])
  assert.deepEqual([question.autocomplete, question.secret], [null, true])
  assert.deepEqual([code.autocomplete, code.secret], ['one-time-code', false])
})

test('images are data: URLs with labels', async (t) => {
  const { options } = (await first(t, 'image_selection')).challenges[0].fields[0]
  assert.deepEqual(
    options.map(({ label, image }) => [label, image.src.split(',')[0]]),
    [
      ['#1', 'data:image/png;base64'],
      ['#2', 'data:image/png;base64'],
      ['#3', 'data:image/gif;base64'],
    ],
  )
})

test('masked phone numbers keep their bullets', async (t) => {
  const { options } = (await first(t, 'text_or_call')).challenges[0].fields[0]
  assert.equal(options[0].label, '(\u2022\u2022\u2022) \u2022\u2022\u2022-4821')
})

test('a round has its expiry', async (t) => {
  const env = setup(t)
  const { round } = await untilStep(env.start(LIVE(person('Greatday'))), 'challenge')
  assert.deepEqual(round.expires, { at: env.bank.clock.now() + 8 * 60_000, documented: true })
})

test('a round survives a structured clone and JSON', async (t) => {
  const round = await first(t, 'mixed_types')
  assert.deepEqual(structuredClone(round), round)
  assert.deepEqual(JSON.parse(JSON.stringify(round)), round)
})
