/** Rounds that ask for credentials: fields, answers, refusals, and the callers that do not want them. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  untilStep,
  ending,
  nextTurn,
  assertNoSecrets,
  flinks,
  calls,
  setup as setupFlinks,
  tokensBySession,
} from './setup.mjs'
import { member, setup as setupMx } from './mx-setup.mjs'

const SECRET = 'hunter2'
const { userGuid } = member('text')
const BANK = { userGuid, institutionCode: 'simulated_bank' }
const FLINKS = { institution: 'FlinksCapital' }

/** The vendors, with a start that asks, and two pairs of username and password: a refused and a right one. */
const vendors = {
  MX: {
    begin(t) {
      const env = setupMx(t)
      return { env, start: (params, more) => env.start({ ...BANK, ...params }, more) }
    },
    wrong: ['text', 'wrong'],
    right: ['text', 'Renewed'],
  },
  Flinks: {
    begin(t) {
      const env = setupFlinks(t)
      const authorizeToken = tokensBySession(env)
      return { env, start: (params, more) => env.start({ ...FLINKS, ...params }, { authorizeToken, ...more }) }
    },
    wrong: ['greatday_nomfa', 'wrong'],
    right: ['greatday_nomfa', 'Everyday'],
  },
}

/** The answers of a form, in the order of its fields. */
function typed({ challenges }, values) {
  const names = challenges.flatMap(({ fields }) => fields.map(({ name }) => name))
  return Object.fromEntries(names.map((name, index) => [name, values[index]]))
}

for (const [vendor, { begin, wrong, right }] of Object.entries(vendors)) {
  test(`${vendor}: the form asks for username and password, again if they are refused, and is sent once each`, async (t) => {
    const { env, start } = begin(t)
    const snapshots = []
    const flow = start({}, { store: (snapshot) => void snapshots.push(snapshot) })
    const first = await untilStep(flow, 'challenge')
    assert.deepEqual(
      first.round.challenges.map(({ kind, prompt, fields: [{ type, part, secret, optional, autocomplete }] }) => ({
        ...{ kind, prompt, type, part, secret, optional, autocomplete },
      })),
      [
        ['Username', false, 'username'],
        ['Password', true, 'current-password'],
      ].map(([prompt, secret, autocomplete]) => ({
        ...{ kind: 'credentials', prompt, type: 'text', part: 'answer', secret, optional: false, autocomplete },
      })),
    )
    assert.deepEqual([first.round.refused, first.round.expires], [false, null])
    const answers = typed(first.round, wrong)
    const [one, two] = [first.answer(answers), first.answer(answers)]
    assert.equal(one, two)
    await one
    let second
    for await (const step of flow)
      if (step.kind === 'challenge' && step !== first) ((second = step), await step.answer(typed(step.round, right)))
    assert.deepEqual([second.round.number, second.round.refused], [2, true])
    assert.equal(await ending(flow), 'done')
    snapshots.push(flow.snapshot())
    for (const secret of ['wrong', 'Renewed', 'Everyday']) assert.ok(!snapshots.join().includes(secret))
    const { credentials, credentialsRepeated, credentialsJudged } = env.bank.counts()
    assert.deepEqual([credentials, credentialsRepeated, credentialsJudged], [2, 0, 2])
  })

  test(`${vendor}: credentials that do not fit the form are refused, and nothing is sent`, async (t) => {
    const { env, start } = begin(t)
    const { answer, answerRaw, round } = await untilStep(start({}), 'challenge')
    for (const call of [
      () => answer({}),
      () => answer({ ...typed(round, [SECRET, SECRET]), '1.3.answer': SECRET }),
      () => answerRaw({ [SECRET]: [SECRET] }),
      () => answerRaw(JSON.parse(`{ "__proto__": ["${SECRET}"] }`)),
    ]) {
      await assert.rejects(call(), (error) => {
        assert.equal(error.code, 'INVALID_ANSWER')
        assertNoSecrets(error, SECRET)
        return true
      })
    }
    assert.equal(env.bank.counts().credentials, 0)
  })

  test(`${vendor}: the reply to credentials that is lost ends the flow with outcome-unknown`, async (t) => {
    const { env, start } = begin(t)
    env.bank.fault({ kind: 'lost-reply', on: 'start' })
    const flow = start({})
    const { answer, round } = await untilStep(flow, 'challenge')
    await answer(typed(round, right))
    assert.equal(await ending(flow), 'outcome-unknown')
    assert.equal(flow.current.failure.next, 'retry-later')
    assertNoSecrets(flow.current.error, ...right)
    assert.equal(env.bank.counts().credentials, 1)
  })

  test(`${vendor}: a start without a person and without credentials is refused`, (t) => {
    const { env, start } = begin(t)
    assert.throws(() => start({ signIn: 'never' }), { code: 'INVALID_INPUT' })
    assert.equal(env.bank.counts().requests, 0)
  })
}

test('MX: refused credentials end the flow of a caller that does not want the form', async (t) => {
  const env = setupMx(t)
  const { userGuid, memberGuid } = member('denied')
  const flow = env.start({ userGuid, memberGuid, job: 'aggregate', signIn: 'never' })
  assert.equal(await ending(flow), 'credentials-refused')
  assert.equal(flow.current.failure.next, 'ask-credentials')
})

test('Flinks: a token given as a string serves one session, so the flow never asks', async (t) => {
  const env = setupFlinks(t)
  const authorizeToken = await env.bank.token()
  const start = (params) => env.start({ ...FLINKS, ...params }, { authorizeToken })
  assert.throws(() => start({ signIn: 'ask' }), { code: 'INVALID_INPUT', path: '/host/authorizeToken' })
  for (const signIn of [undefined, null, 'never']) {
    assert.throws(() => start({ signIn }), { code: 'INVALID_INPUT', path: '/params/loginId' })
  }
  assert.equal(await ending(start({ username: 'Greatday', password: 'wrong' })), 'credentials-refused')
})

test('Flinks: a flow restored with a token that is spent ends before its form, and not after it', async (t) => {
  const { env, start } = vendors.Flinks.begin(t)
  const flow = start({})
  const first = await untilStep(flow, 'challenge')
  const unspent = flow.snapshot()
  await first.answer(typed(first.round, vendors.Flinks.wrong))
  while (flow.current.kind !== 'challenge' || flow.current.round.number === 1) await nextTurn()
  const restored = async (snapshot) => env.restore(snapshot, { authorizeToken: await env.bank.token() })

  const spent = await restored(flow.snapshot())
  const kinds = []
  for await (const { kind } of spent) kinds.push(kind)
  const { code, next } = spent.current.failure
  assert.deepEqual([kinds, code, next], [['failed'], 'secret-missing', 'fix-integration'])

  // The string serves the first session, and no second one if the bank refuses what was typed.
  const fresh = await restored(unspent)
  const form = await untilStep(fresh, 'challenge')
  await form.answer(typed(form.round, ['greatday_nomfa', 'wrong again']))
  assert.equal(await ending(fresh), 'secret-missing')
  assert.equal(env.bank.counts().credentials, 2)
})

test('Flinks: a form that nobody answers ends the flow two hours after its start', async (t) => {
  const { env, start } = vendors.Flinks.begin(t)
  const flow = start({})
  await untilStep(flow, 'challenge')
  const result = flow.result()
  await env.bank.clock.advance(2 * 3_600_000)
  await assert.rejects(result, { code: 'session-expired' })
  assert.equal(env.bank.counts().requests, 0)
})

test('single calls need the credentials', () => {
  const config = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
  assert.throws(() => calls.flinks.authorizeRequest(FLINKS, config), { path: '/params/username' })
  assert.throws(() => calls.mx.startRequest(BANK, { environment: 'integration' }), { path: '/params/credentials' })
})
