/** An answer at MX waits for a pre-check, in the process that has it. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { atChallenge, edge, mxConnection, page as pageOf, setup } from './setup.mjs'

const connections = (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') })

/** A flow at its round, and the right answers. */
async function atRound(t, more) {
  const env = setup(t, { connections, ...more })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'challenge')
  const { name } = state.step.round.challenges[0].fields[0]
  return { ...env, env, page, state, answers: { [name]: 'Chicago' } }
}

test('an answer that waits for its pre-check is seen by another server, which does not send it', async (t) => {
  const { env, bank, page, state, answers } = await atRound(t)
  const { wait } = bank.clock
  let release
  bank.clock.wait = async (ms, signal, waitsFor) => {
    if (waitsFor === 'vendor') await new Promise((resolve) => (release = resolve))
    return wait(ms, signal, waitsFor)
  }
  const answered = page.answer(state, 1, answers)
  await until(() => release, 'the answer waits')
  bank.clock.wait = wait
  const other = pageOf(edge(env.config))
  const { kind, stage } = (await other.getState(state)).step
  assert.deepEqual([kind, stage, bank.counts().answers], ['working', 'pre-check', 0])
  const again = other.answer(state, 1, answers)
  release()
  const steps = [await answered, await again].map(({ step }) => step.kind)
  assert.deepEqual([steps, bank.counts().answers], [['done', 'done'], 1])
})

test('an answer keeps its lease while MX delays the pre-check, so no sweep takes the flow', async (t) => {
  const { env, bank, page, state, answers } = await atRound(t)
  bank.fault({ on: 'poll', kind: 'status', status: 429, retryAfter: '120' })
  const { wait } = bank.clock
  let release
  bank.clock.wait = async (ms, signal, waitsFor) => {
    if (waitsFor === 'vendor' && ms > 100_000) await new Promise((resolve) => (release = resolve))
    return wait(ms, signal, waitsFor)
  }
  const answered = page.answer(state, 1, answers)
  await until(() => release, 'MX has delayed the pre-check')
  bank.clock.advance(100_000)
  await edge(env.config).sweep()
  release()
  const { step } = await page.settled(await answered)
  assert.deepEqual([step.kind, bank.counts().answers], ['done', 1])
})

test('if the store fails once before the pre-check, the answer is refused, and the round stays open', async (t) => {
  const { bank, store, page, state, answers, reported } = await atRound(t)
  const { write } = store
  store.write = () => {
    store.write = write
    return Promise.reject(new Error('the database is down'))
  }
  const { status, code } = await page.answer(state, 1, answers)
  assert.deepEqual([status, code, reported.errors.length], [503, 'UNAVAILABLE', 1])
  assert.deepEqual(await page.getState(state), state)
  const after = await page.settled(await page.answer(state, 1, answers))
  assert.deepEqual([after.step.kind, bank.counts().answers], ['done', 1])
})

test('an answer after the end of its round gets the ending', async (t) => {
  const { env, page, state } = await atChallenge(t)
  env.bank.clock.advance(9 * 60_000)
  const { step } = await page.answer(state, 1, { '1.1.answer': 'Montreal' })
  assert.deepEqual([step.kind, step.failure.code, env.bank.counts().answers], ['failed', 'session-expired', 0])
})

test('an answer counts once, before its pre-check', async (t) => {
  const rounds = (bank) => ({ 'ann/c_1': mxConnection(bank, 'three_rounds') })
  const { page, state, bank } = await atRound(t, { connections: rounds, limits: { answersPerFlow: 2 } })
  const answer = async ({ step }) => {
    const { number, challenges } = step.round
    const { memberGuid } = bank.mx.member('three_rounds')
    const { value } = JSON.parse(bank.mx.rightValues(memberGuid)).member.challenges[0]
    const { name, options } = challenges[0].fields[0]
    return page.answer(state, number, { [name]: options.find(({ label }) => label === value)?.id ?? value })
  }
  const second = await page.settled(await answer(state))
  const third = await page.settled(await answer(second))
  assert.deepEqual([second.step.round.number, third.step.round.number], [2, 3])
  const refused = await answer(third)
  assert.deepEqual([refused.code, bank.counts().answers], ['RATE_LIMITED', 2])
})
