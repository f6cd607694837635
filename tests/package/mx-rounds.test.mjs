/** MX's rounds: a poll before every answer, one resume a round, and the effect of wrong answers. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  FlowError,
  MINUTE,
  assertNoSecrets,
  ending,
  fill,
  guids,
  job,
  member,
  raw,
  runToEnd,
  setup,
  unattended,
  until,
  untilStep,
} from './mx-setup.mjs'

const SECRET = 'hunter2'
const text = ({ challenges }, answer) => ({ [challenges[0].fields[0].name]: answer })

for (const name of ['text', 'code_by_phone', 'three_rounds', 'mixed', 'two_options', 'equal_labels', 'account']) {
  test(`${name}: the flow polls the status right before and right after each resume`, async (t) => {
    const env = setup(t)
    const { rounds } = await runToEnd(env.start(job(name)), env, member(name))
    const calls = env.purposes()
    const places = calls.flatMap((call, place) => (call === 'resume' ? [place] : []))
    assert.equal(places.length, rounds.length)
    for (const place of places) assert.deepEqual([calls[place - 1], calls[place + 1]], ['status', 'status'])
    assert.deepEqual(calls.slice(0, 2), ['job', 'status'])
  })
}

test('challenges that need a separate call are read again before the resume', async (t) => {
  const env = setup(t)
  await runToEnd(env.start(job('challenges_apart')), env, member('challenges_apart'))
  const calls = env.purposes()
  assert.deepEqual(calls.slice(calls.indexOf('resume') - 2, calls.indexOf('resume')), ['status', 'challenges'])
})

test('two challenges with options in one round are answered separately, by their guids', async (t) => {
  const env = setup(t)
  const { rounds } = await runToEnd(env.start(job('two_options')), env, member('two_options'))
  const names = rounds[0].challenges.map(({ fields }) => fields[0].name)
  const [one, other] = env.sent()[0].member.challenges
  assert.equal(new Set(names).size, 2)
  assert.deepEqual([one.value, other.value], ['0', '1'])
  assert.notEqual(one.guid, other.guid)
})

test('an answer to an expired round is not sent', async (t) => {
  for (const params of [job('text'), guids('already_challenged')]) {
    const env = setup(t)
    const flow = env.start(params)
    const { answer, round } = await untilStep(flow, 'challenge')
    env.bank.clock.advance(6 * MINUTE)
    await answer(text(round, 'Chicago'))
    assert.deepEqual([await ending(flow), env.bank.counts().answers], ['session-expired', 0])
  }
})

test('a round that another flow has already answered is not answered again', async (t) => {
  const env = setup(t, {}, { mayHurry: true })
  const flows = [env.start(guids('already_challenged')), env.start(guids('already_challenged'))]
  const steps = await Promise.all(flows.map((flow) => untilStep(flow, 'challenge')))
  await steps[0].answer(text(steps[0].round, 'Chicago'))
  assert.equal(await ending(flows[0]), 'done')
  await steps[1].answer(text(steps[1].round, SECRET))
  assert.deepEqual([await ending(flows[1]), env.bank.counts().answers], ['done', 1])
})

test('an answer to a round that MX has replaced is not sent, and the new round is shown', async (t) => {
  const env = setup(t, {}, { mayHurry: true })
  const flows = [env.start(job('wrong_again')), env.start(guids('wrong_again'))]
  const steps = await Promise.all(flows.map((flow) => untilStep(flow, 'challenge')))
  await steps[0].answer(text(steps[0].round, 'wrong'))
  await until(() => flows[0].current.round?.number === 2, 'the first flow asks its second round')
  await steps[1].answer(text(steps[1].round, SECRET))
  await untilStep(flows[1], 'working')
  const { round } = await untilStep(flows[1], 'challenge')
  assert.deepEqual([round.number, round.refused, env.bank.counts().answers], [2, false, 1])
})

test('an unknown type can be answered with nothing, by field and raw', async (t) => {
  for (const answers of [{}, { '1.1.answer': '' }, []]) {
    const env = setup(t)
    const flow = env.start(job('push_approval'))
    const step = await untilStep(flow, 'challenge')
    assert.equal(step.round.challenges[0].fields[0].optional, true)
    if (Array.isArray(answers)) await step.answerRaw({ [env.right().member.challenges[0].guid]: answers })
    else await step.answer(answers)
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(
      env.sent().map(({ member }) => member.challenges.map(({ value }) => value)),
      [['']],
    )
  }
})

test('a second answer is not sent and gets the promise of the first', async (t) => {
  const env = setup(t)
  const flow = env.start(job('text'))
  const { answer, answerRaw, round } = await untilStep(flow, 'challenge')
  const first = answer(text(round, 'Chicago'))
  assert.equal(answer(text(round, SECRET)), first)
  assert.equal(answerRaw({ [SECRET]: [SECRET] }), first)
  await first
  assert.equal(await ending(flow), 'done')
  assert.equal(env.bank.counts().answers, 1)
})

test('an answer after the end is rejected with STALE_ROUND', async (t) => {
  const env = setup(t)
  const flow = env.start(job('text'))
  const { answer, round } = await untilStep(flow, 'challenge')
  flow.cancel()
  await assert.rejects(answer(text(round, SECRET)), (error) => {
    assert.equal(error.code, 'STALE_ROUND')
    assertNoSecrets(error, SECRET)
    return true
  })
  assert.equal(env.bank.counts().answers, 0)
})

/** Name, member, answers. */
for (const [name, memberName, answers] of [
  ['an empty answer', 'text', () => ({ '1.1.answer': '' })],
  ['no answer', 'text', () => ({})],
  ['an unknown field', 'text', () => ({ '1.1.answer': SECRET, '1.3.answer': SECRET })],
  ['a field of another round', 'text', () => ({ '2.1.answer': SECRET })],
  ['a label instead of an option id', 'account', () => ({ '1.1.answer': 'Savings ····0907' })],
  ['a value instead of an option id', 'two_options', () => ({ '1.1.answer': SECRET, '1.2.answer': '1' })],
  ['an unknown option', 'many_options', () => ({ '1.1.answer': '3000' })],
  ['one of two answers', 'two_options', () => ({ '1.1.answer': '0' })],
  ['two answers to one challenge', 'account', () => ({ '1.1.answer': ['0', '1'] })],
]) {
  test(`${name} is rejected, nothing is sent, and the round stays open`, async (t) => {
    const env = setup(t)
    const flow = env.start(job(memberName))
    const { answer, round } = await untilStep(flow, 'challenge')
    const made = env.wire.calls.length
    await assert.rejects(answer(answers()), (error) => {
      assert.ok(error instanceof FlowError)
      assert.equal(error.code, 'INVALID_ANSWER')
      assert.ok(error.fields.length > 0)
      assertNoSecrets(error, SECRET)
      return true
    })
    assert.equal(env.wire.calls.length, made)
    await answer(fill(round, member(memberName).responses[0]))
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
  test(`raw answers with ${name} are rejected, and nothing is sent`, async (t) => {
    const env = setup(t)
    const flow = env.start(job('text'))
    const { answerRaw } = await untilStep(flow, 'challenge')
    const made = env.wire.calls.length
    await assert.rejects(answerRaw(answers), (error) => {
      assert.equal(error.code, 'INVALID_INPUT')
      assertNoSecrets(error, SECRET)
      return true
    })
    assert.equal(env.wire.calls.length, made)
    await answerRaw(raw(env.right()))
    assert.equal(await ending(flow), 'done')
  })
}

/** Member, answer of each round, code of the end, vendorCode. */
for (const [memberName, answers, code, vendorCode, rules] of [
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
  test(`${memberName} with ${answers.join(', then ')} ends in ${code}${rules ? ', also as DENIED' : ''}`, async (t) => {
    const env = setup(t, rules)
    const flow = env.start(unattended(job(memberName)))
    const given = [...answers]
    for await (const step of flow) if (step.kind === 'challenge') await step.answer(text(step.round, given.shift()))
    const { failure } = flow.current
    assert.deepEqual([await ending(flow), failure?.vendorCode, given.length], [code, vendorCode, 0])
    assert.equal(env.bank.counts().answers, answers.length)
    assert.deepEqual(env.bank.counts().broken, {})
    if (failure) assertNoSecrets(flow.current.error, 'wrong', '135791')
  })
}
