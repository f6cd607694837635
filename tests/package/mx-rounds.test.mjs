/** MX's rounds: a look before every answer, one resume a round, and what wrong answers lead to. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  FlowError,
  MINUTE,
  assertTellsNothing,
  bench,
  ending,
  fill,
  job,
  member,
  raw,
  until,
  walk,
  watching,
} from './mx-bench.mjs'

const SECRET = 'hunter2'
const text = ({ challenges }, answer) => ({ [challenges[0].fields[0].name]: answer })

for (const name of ['text', 'code_by_phone', 'three_rounds', 'mixed', 'two_options', 'equal_labels', 'account']) {
  test(`${name}: the status is read just before each resume, and the status comes behind it`, async (t) => {
    const stage = bench(t)
    const { rounds } = await walk(stage.start(job(name)), stage, member(name))
    const calls = stage.purposes()
    const places = calls.flatMap((call, place) => (call === 'resume' ? [place] : []))
    assert.equal(places.length, rounds.length)
    for (const place of places) assert.deepEqual([calls[place - 1], calls[place + 1]], ['status', 'status'])
    assert.deepEqual(calls.slice(0, 2), ['job', 'status'])
  })
}

test('challenges that stand apart are read before the resume, too', async (t) => {
  const stage = bench(t)
  await walk(stage.start(job('challenges_apart')), stage, member('challenges_apart'))
  const calls = stage.purposes()
  assert.deepEqual(calls.slice(calls.indexOf('resume') - 2, calls.indexOf('resume')), ['status', 'challenges'])
})

test('two option challenges of a round are answered apart, by their guids', async (t) => {
  const stage = bench(t)
  const { rounds } = await walk(stage.start(job('two_options')), stage, member('two_options'))
  const names = rounds[0].challenges.map(({ fields }) => fields[0].name)
  const [one, other] = stage.sent()[0].member.challenges
  assert.equal(new Set(names).size, 2)
  assert.deepEqual([one.value, other.value], ['0', '1'])
  assert.notEqual(one.guid, other.guid)
})

test('a member whose time is over is looked at, and not answered', async (t) => {
  for (const params of [job('text'), watching('already_challenged')]) {
    const stage = bench(t)
    const flow = stage.start(params)
    const { answer, round } = await until(flow, 'challenge')
    stage.bank.clock.advance(6 * MINUTE)
    await answer(text(round, 'Chicago'))
    assert.deepEqual([await ending(flow), stage.bank.counts().answers], ['session-expired', 0])
  }
})

test('a round that somebody else has answered is not answered again', async (t) => {
  const stage = bench(t, {}, { mayHurry: true })
  const flows = [stage.start(watching('already_challenged')), stage.start(watching('already_challenged'))]
  const steps = await Promise.all(flows.map((flow) => until(flow, 'challenge')))
  await steps[0].answer(text(steps[0].round, 'Chicago'))
  assert.equal(await ending(flows[0]), 'done')
  await steps[1].answer(text(steps[1].round, SECRET))
  assert.deepEqual([await ending(flows[1]), stage.bank.counts().answers], ['done', 1])
})

test('a round that another has taken the place of is not answered: the new one is asked', async (t) => {
  const stage = bench(t, {}, { mayHurry: true })
  const flows = [stage.start(job('wrong_again')), stage.start(watching('wrong_again'))]
  const steps = await Promise.all(flows.map((flow) => until(flow, 'challenge')))
  await steps[0].answer(text(steps[0].round, 'wrong'))
  while (flows[0].current.round?.number !== 2) await until(flows[0], 'working')
  await steps[1].answer(text(steps[1].round, SECRET))
  await until(flows[1], 'working')
  const { round } = await until(flows[1], 'challenge')
  assert.deepEqual([round.number, round.refused, stage.bank.counts().answers], [2, false, 1])
})

test('an answer that is given twice goes once, and the second gets the promise of the first', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('text'))
  const { answer, answerRaw, round } = await until(flow, 'challenge')
  const first = answer(text(round, 'Chicago'))
  assert.equal(answer(text(round, SECRET)), first)
  assert.equal(answerRaw({ [SECRET]: [SECRET] }), first)
  await first
  assert.equal(await ending(flow), 'done')
  assert.equal(stage.bank.counts().answers, 1)
})

test('an answer that comes behind the end is a stale round', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('text'))
  const { answer, round } = await until(flow, 'challenge')
  flow.cancel()
  await assert.rejects(answer(text(round, SECRET)), (error) => {
    assert.equal(error.code, 'STALE_ROUND')
    assertTellsNothing(error, SECRET)
    return true
  })
  assert.equal(stage.bank.counts().answers, 0)
})

/** Name, who is asked, and the answers. */
for (const [name, who, answers] of [
  ['an empty text', 'text', () => ({ '1.1.answer': '' })],
  ['no answer', 'text', () => ({})],
  ['a field that is not asked', 'text', () => ({ '1.1.answer': SECRET, '1.3.answer': SECRET })],
  ['a field of another round', 'text', () => ({ '2.1.answer': SECRET })],
  ['a label for an option’s id', 'account', () => ({ '1.1.answer': 'Savings ····0907' })],
  ['a value for an option’s id', 'two_options', () => ({ '1.1.answer': SECRET, '1.2.answer': '1' })],
  ['an option that is not there', 'many_options', () => ({ '1.1.answer': '3000' })],
  ['one of two answers', 'two_options', () => ({ '1.1.answer': '0' })],
  ['two answers to one', 'account', () => ({ '1.1.answer': ['0', '1'] })],
]) {
  test(`${name} is refused, nothing is sent, and the round stays open`, async (t) => {
    const stage = bench(t)
    const flow = stage.start(job(who))
    const { answer, round } = await until(flow, 'challenge')
    const made = stage.wire.calls.length
    await assert.rejects(answer(answers()), (error) => {
      assert.ok(error instanceof FlowError)
      assert.equal(error.code, 'INVALID_ANSWER')
      assert.ok(error.fields.length > 0)
      assertTellsNothing(error, SECRET)
      return true
    })
    assert.equal(stage.wire.calls.length, made)
    await answer(fill(round, member(who).responses[0]))
    assert.equal(await ending(flow), 'done')
  })
}

for (const [name, answers] of [
  ['nothing', {}],
  ['a list', [SECRET]],
  ['an empty value', { [SECRET]: [''] }],
  ['two values', { [SECRET]: [SECRET, SECRET] }],
  ['a number', { [SECRET]: [7] }],
  ['null', { [SECRET]: null }],
]) {
  test(`raw answers with ${name} are refused, and nothing is sent`, async (t) => {
    const stage = bench(t)
    const flow = stage.start(job('text'))
    const { answerRaw } = await until(flow, 'challenge')
    const made = stage.wire.calls.length
    await assert.rejects(answerRaw(answers), (error) => {
      assert.equal(error.code, 'INVALID_INPUT')
      assertTellsNothing(error, SECRET)
      return true
    })
    assert.equal(stage.wire.calls.length, made)
    await answerRaw(raw(stage.right()))
    assert.equal(await ending(flow), 'done')
  })
}

/** Who, the answers of each round, how it ends, and MX's word for it. */
for (const [who, answers, code, vendorCode, rules] of [
  ['wrong_ends', ['wrong'], 'answer-refused', '2002'],
  ['wrong_denied', ['wrong'], 'answer-refused', '2002'],
  ['wrong_code', ['135791'], 'answer-refused', '2001'],
  ['wrong_second_round', ['Rex', 'wrong'], 'answer-refused', '2002'],
  ['wrong_again', ['wrong', 'Rex'], 'done'],
  ['wrong_again', ['wrong', 'worse', 'Rex'], 'done'],
  ['mx_bank_challenge', ['challenge', 'challenge', 'correct'], 'done'],
  ['mx_bank_challenge', ['wrong'], 'answer-refused', '2002'],
  ['mx_bank_challenge', ['wrong'], 'answer-refused', '2002', { mxBankDenies: true }],
  ['mx_bank_challenge', ['LOCKED'], 'bank-action-required', 'LOCKED'],
  ['mx_bank_challenge', ['UNAVAILABLE'], 'busy', '3002'],
  ['mx_bank_challenge', ['INVALID'], 'credentials-refused', '2005'],
  ['mx_bank_image', ['Correct'], 'answer-refused', '2002'],
]) {
  test(`${who} with ${answers.join(', then ')} ends in ${code}${rules ? ' also as DENIED' : ''}`, async (t) => {
    const stage = bench(t, rules)
    const flow = stage.start(job(who))
    const given = [...answers]
    for await (const step of flow) if (step.kind === 'challenge') await step.answer(text(step.round, given.shift()))
    const { failure } = flow.current
    assert.deepEqual([await ending(flow), failure?.vendorCode, given.length], [code, vendorCode, 0])
    assert.equal(stage.bank.counts().answers, answers.length)
    assert.deepEqual(stage.bank.counts().broken, {})
    if (failure) assertTellsNothing(flow.current.error, 'wrong', '135791')
  })
}
