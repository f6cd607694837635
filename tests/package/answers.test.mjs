/** Answers that do not fit their round: each field is named, nothing is sent, and the round stays open. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { FlowError, LIVE, assertTellsNothing, bench, fill, person, until, walk } from './bench.mjs'

const SECRET = 'hunter2'
const field = '1.1.answer'

/** Name, who is asked, the answers, and what is wrong with which field. */
const wrong = [
  ['no answers', 'Greatday', {}, { [field]: 'missing' }],
  ['an answer of undefined', 'Greatday', { [field]: undefined }, { [field]: 'missing' }],
  ['an answer of null', 'Greatday', { [field]: null }, { [field]: 'missing' }],
  ['an empty answer', 'Greatday', { [field]: '' }, { [field]: 'missing' }],
  ['an answer of spaces', 'Greatday', { [field]: ' \t\u00a0' }, { [field]: 'missing' }],
  ['an empty list', 'Greatday', { [field]: [] }, { [field]: 'missing' }],
  ['two answers to one question', 'Greatday', { [field]: [SECRET, SECRET] }, { [field]: 'too-many' }],
  ['an answer longer than a bank asks for', 'Greatday', { [field]: SECRET.repeat(1000) }, { [field]: 'too-long' }],
  [
    'an answer for another round',
    'Greatday',
    { '2.1.answer': SECRET },
    { '2.1.answer': 'unknown-field', [field]: 'missing' },
  ],
  ['an answer too many', 'Greatday', { [field]: SECRET, '1.2.answer': SECRET }, { '1.2.answer': 'unknown-field' }],
  [
    'an answer to one of three questions',
    'three_questions',
    { '1.2.answer': SECRET },
    { [field]: 'missing', '1.3.answer': 'missing' },
  ],
  ['a label for an option', 'multiple_choice', { [field]: 'Plateau' }, { [field]: 'not-an-option' }],
  ['an option that is not there', 'multiple_choice', { [field]: SECRET }, { [field]: 'not-an-option' }],
  ['two options of one choice', 'multiple_choice', { [field]: ['0', '1'] }, { [field]: 'too-many' }],
  ['no option of several', 'multiple_answers', { [field]: [] }, { [field]: 'missing' }],
  ['one option twice', 'multiple_answers', { [field]: ['0', '0'] }, { [field]: 'too-many' }],
  ['one wrong option of two', 'multiple_answers', { [field]: ['0', SECRET] }, { [field]: 'not-an-option' }],
  ['the picture itself for its id', 'image_selection', { [field]: 'iVBORw0KGgo' }, { [field]: 'not-an-option' }],
  ['a phone without a channel', 'text_or_call', { '1.1.phone': '0' }, { '1.1.channel': 'missing' }],
  [
    'a channel that is none',
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

for (const [name, who, answers, fields] of wrong) {
  test(`${name} is INVALID_ANSWER, and the round stays open`, async (t) => {
    const stage = bench(t)
    const flow = stage.start(LIVE(person(who)))
    const step = await until(flow, 'challenge')
    await assert.rejects(step.answer(answers), (error) => {
      assert.ok(error instanceof FlowError)
      assert.deepEqual([error.code, error.next, error.flowId], ['INVALID_ANSWER', 'answer-again', flow.id])
      assert.deepEqual(Object.fromEntries(error.fields.map(({ name, reason }) => [name, reason])), fields)
      assertTellsNothing(error, SECRET)
      return true
    })
    assert.equal(flow.current, step)
    assert.equal(stage.bank.counts().answers, 0)

    const { rounds, code } = await walk(flow, stage)
    assert.deepEqual([code, stage.bank.counts().answers], ['done', rounds.length])
  })
}

/** Name, the answers, the path. */
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

/** Name, the SecurityResponses, the path. */
const raw = [
  ['nothing', undefined, '/answers'],
  ['no prompt at all', {}, '/answers'],
  ['text', SECRET, '/answers'],
  ['a list', [[SECRET]], '/answers'],
  ['a bare string under a prompt', { [SECRET]: SECRET }, '/answers/0'],
  ['an empty list under a prompt', { ok: [SECRET], [SECRET]: [] }, '/answers/1'],
  ['a number under a prompt', { [SECRET]: [7] }, '/answers/0'],
  ['a big integer in a list under a prompt', { [SECRET]: [7n] }, '/answers'],
]

for (const [method, rows] of Object.entries({ answer: misshapen, answerRaw: raw })) {
  for (const [name, answers, path] of rows) {
    test(`${name}, given to ${method}, is INVALID_INPUT at ${path}, and the round stays open`, async (t) => {
      const stage = bench(t)
      const flow = stage.start(LIVE(person('Greatday')))
      const step = await until(flow, 'challenge')
      await assert.rejects(step[method](answers), (error) => {
        assert.ok(error instanceof FlowError)
        assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
        assertTellsNothing(error, SECRET)
        return true
      })
      assert.deepEqual([flow.current, stage.bank.counts().answers], [step, 0])

      await step.answer({ [field]: 'Montreal' })
      assert.equal((await until(flow, 'done')).kind, 'done')
    })
  }
}

function form(...entries) {
  const data = new FormData()
  for (const [name, value] of entries) data.append(name, value)
  return data
}

test("a form's data answers as a plain object does", async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('mixed_types')))
  const step = await until(flow, 'challenge')
  const answers = Object.entries(fill(step.round, JSON.parse(stage.right())))
  await step.answer(form(...answers.flatMap(([name, values]) => [values].flat().map((value) => [name, value]))))
  assert.equal((await until(flow, 'done')).kind, 'done')
})

test("a form's second value for one question is too many", async (t) => {
  const step = await until(bench(t).start(LIVE(person('Greatday'))), 'challenge')
  await assert.rejects(step.answer(form([field, 'a'], [field, 'b'])), {
    fields: [{ name: field, reason: 'too-many' }],
  })
})

test('raw answers go over the wire as they are', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('device_push')))
  const step = await until(flow, 'challenge')
  await step.answerRaw({ 'Approve the sign-in on your phone': ['yes'] })
  assert.equal((await until(flow, 'done')).kind, 'done')
  assert.deepEqual(stage.sent(), [{ 'Approve the sign-in on your phone': ['yes'] }])
})

test('raw answers may bear a prompt named __proto__', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('proto_prompt')))
  const step = await until(flow, 'challenge')
  await step.answerRaw(JSON.parse('{"__proto__":["one"],"constructor":["two"]}'))
  assert.equal((await until(flow, 'done')).kind, 'done')
})

test('spaces around an answer are the person’s, and stay', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('device_push')))
  const step = await until(flow, 'challenge')
  await step.answer({ [field]: '  e\u0301 ' })
  await until(flow, 'done')
  assert.deepEqual(stage.sent().map(Object.values), [[['  e\u0301 ']]])
})
