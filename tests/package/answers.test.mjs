/** Invalid answers: the error names each wrong field, nothing is sent, and the round stays open. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { FlowError, LIVE, assertNoSecrets, fill, person, runToEnd, setup, untilStep } from './setup.mjs'

const SECRET = 'hunter2'
const field = '1.1.answer'

/** Name, person, answers, and the reason for each wrong field. */
const wrong = [
  ['no answers', 'Greatday', {}, { [field]: 'missing' }],
  ['an answer of undefined', 'Greatday', { [field]: undefined }, { [field]: 'missing' }],
  ['an answer of null', 'Greatday', { [field]: null }, { [field]: 'missing' }],
  ['an empty answer', 'Greatday', { [field]: '' }, { [field]: 'missing' }],
  ['an answer of spaces', 'Greatday', { [field]: ' \t\u00a0' }, { [field]: 'missing' }],
  ['an empty list', 'Greatday', { [field]: [] }, { [field]: 'missing' }],
  ['two answers to one question', 'Greatday', { [field]: [SECRET, SECRET] }, { [field]: 'too-many' }],
  ['an answer that is too long', 'Greatday', { [field]: SECRET.repeat(1000) }, { [field]: 'too-long' }],
  [
    'an answer for another round',
    'Greatday',
    { '2.1.answer': SECRET },
    { '2.1.answer': 'unknown-field', [field]: 'missing' },
  ],
  ['an extra answer', 'Greatday', { [field]: SECRET, '1.2.answer': SECRET }, { '1.2.answer': 'unknown-field' }],
  [
    'an answer to one of three questions',
    'three_questions',
    { '1.2.answer': SECRET },
    { [field]: 'missing', '1.3.answer': 'missing' },
  ],
  ['a label instead of an option id', 'multiple_choice', { [field]: 'Plateau' }, { [field]: 'not-an-option' }],
  ['an unknown option', 'multiple_choice', { [field]: SECRET }, { [field]: 'not-an-option' }],
  ['two options for a single choice', 'multiple_choice', { [field]: ['0', '1'] }, { [field]: 'too-many' }],
  ['no option for a multiple choice', 'multiple_answers', { [field]: [] }, { [field]: 'missing' }],
  ['the same option twice', 'multiple_answers', { [field]: ['0', '0'] }, { [field]: 'too-many' }],
  ['a known and an unknown option', 'multiple_answers', { [field]: ['0', SECRET] }, { [field]: 'not-an-option' }],
  ['an image instead of its option id', 'image_selection', { [field]: 'iVBORw0KGgo' }, { [field]: 'not-an-option' }],
  ['a phone without a channel', 'text_or_call', { '1.1.phone': '0' }, { '1.1.channel': 'missing' }],
  [
    'an unknown channel',
    'text_or_call',
    { '1.1.phone': '0', '1.1.channel': 'Email' },
    { '1.1.channel': 'not-an-option' },
  ],
  [
    'the same new question twice',
    'new_questions',
    { '1.1.question': '0', '1.1.answer': SECRET, '1.2.question': '0', '1.2.answer': SECRET },
    { '1.2.question': 'already-chosen' },
  ],
]

for (const [name, username, answers, fields] of wrong) {
  test(`${name} is rejected with INVALID_ANSWER, and the round stays open`, async (t) => {
    const env = setup(t)
    const flow = env.start(LIVE(person(username)))
    const step = await untilStep(flow, 'challenge')
    await assert.rejects(step.answer(answers), (error) => {
      assert.ok(error instanceof FlowError)
      assert.deepEqual([error.code, error.next, error.flowId], ['INVALID_ANSWER', 'answer-again', flow.id])
      assert.deepEqual(Object.fromEntries(error.fields.map(({ name, reason }) => [name, reason])), fields)
      assertNoSecrets(error, SECRET)
      return true
    })
    assert.equal(flow.current, step)
    assert.equal(env.bank.counts().answers, 0)

    const { rounds, code } = await runToEnd(flow, env)
    assert.deepEqual([code, env.bank.counts().answers], ['done', rounds.length])
  })
}

/** Name, answers, path of the error. */
const misshapen = [
  ['nothing', undefined, '/answers'],
  ['null', null, '/answers'],
  ['text', SECRET, '/answers'],
  ['a list', [SECRET], '/answers'],
  ['a big integer', { [field]: 7n }, `/answers/${field}`],
  ['a function', { [field]: () => SECRET }, `/answers/${field}`],
  ['an answer that is a number', { [field]: 7 }, `/answers/${field}`],
  ['an answer that is a boolean', { [field]: true }, `/answers/${field}`],
  ['an answer that is an object', { [field]: { SECRET } }, `/answers/${field}`],
  ['a list with a number in it', { [field]: [7] }, `/answers/${field}`],
  ['a form with a file in it', form([field, new File([SECRET], SECRET)]), `/answers/${field}`],
]

/** Name, SecurityResponses, path of the error. */
const raw = [
  ['nothing', undefined, '/answers'],
  ['no prompt', {}, '/answers'],
  ['text', SECRET, '/answers'],
  ['a list', [[SECRET]], '/answers'],
  ['a bare string under a prompt', { [SECRET]: SECRET }, '/answers/0'],
  ['an empty list under a prompt', { ok: [SECRET], [SECRET]: [] }, '/answers/1'],
  ['a number under a prompt', { [SECRET]: [7] }, '/answers/0'],
  ['a big integer in a list under a prompt', { [SECRET]: [7n] }, '/answers'],
]

for (const [method, rows] of Object.entries({ answer: misshapen, answerRaw: raw })) {
  for (const [name, answers, path] of rows) {
    test(`${method} rejects ${name} with INVALID_INPUT at ${path}, and the round stays open`, async (t) => {
      const env = setup(t)
      const flow = env.start(LIVE(person('Greatday')))
      const step = await untilStep(flow, 'challenge')
      await assert.rejects(step[method](answers), (error) => {
        assert.ok(error instanceof FlowError)
        assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
        assertNoSecrets(error, SECRET)
        return true
      })
      assert.deepEqual([flow.current, env.bank.counts().answers], [step, 0])

      await step.answer({ [field]: 'Montreal' })
      assert.equal((await untilStep(flow, 'done')).kind, 'done')
    })
  }
}

function form(...entries) {
  const data = new FormData()
  for (const [name, value] of entries) data.append(name, value)
  return data
}

test('answer accepts FormData like a plain object', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('mixed_types')))
  const step = await untilStep(flow, 'challenge')
  const answers = Object.entries(fill(step.round, JSON.parse(env.right())))
  await step.answer(form(...answers.flatMap(([name, values]) => [values].flat().map((value) => [name, value]))))
  assert.equal((await untilStep(flow, 'done')).kind, 'done')
})

test('a second FormData value for one question is rejected as too-many', async (t) => {
  const step = await untilStep(setup(t).start(LIVE(person('Greatday'))), 'challenge')
  await assert.rejects(step.answer(form([field, 'a'], [field, 'b'])), {
    fields: [{ name: field, reason: 'too-many' }],
  })
})

test('raw answers are sent unchanged', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('device_push')))
  const step = await untilStep(flow, 'challenge')
  await step.answerRaw({ 'Approve the sign-in on your phone': ['yes'] })
  assert.equal((await untilStep(flow, 'done')).kind, 'done')
  assert.deepEqual(env.sent(), [{ 'Approve the sign-in on your phone': ['yes'] }])
})

for (const [name, answers] of [
  ['no answer', {}],
  ['an empty answer', { [field]: '' }],
  ['an empty list', { [field]: [] }],
  ['an empty form', form([field, ''])],
]) {
  test(`${name} to an unknown type is sent as an empty text`, async (t) => {
    const env = setup(t)
    const flow = env.start(LIVE(person('device_push')))
    const { answer, round } = await untilStep(flow, 'challenge')
    assert.equal(round.challenges[0].fields[0].optional, true)
    await answer(answers)
    await untilStep(flow, 'done')
    assert.deepEqual(env.sent(), [{ 'Approve the sign-in on your phone': [''] }])
  })
}

test('raw answers to an unknown type may be an empty list', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('device_push')))
  await (await untilStep(flow, 'challenge')).answerRaw({ 'Approve the sign-in on your phone': [] })
  await untilStep(flow, 'done')
  assert.deepEqual(env.sent(), [{ 'Approve the sign-in on your phone': [] }])
})

test('raw answers may contain a prompt named __proto__', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('proto_prompt')))
  const step = await untilStep(flow, 'challenge')
  await step.answerRaw(JSON.parse('{"__proto__":["one"],"constructor":["two"]}'))
  assert.equal((await untilStep(flow, 'done')).kind, 'done')
})

test('spaces around an answer are sent unchanged', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('device_push')))
  const step = await untilStep(flow, 'challenge')
  await step.answer({ [field]: '  e\u0301 ' })
  await untilStep(flow, 'done')
  assert.deepEqual(env.sent().map(Object.values), [[['  e\u0301 ']]])
})
