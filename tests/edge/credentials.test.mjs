/** A round of credentials at the edge: sent at most once, counted as an answer, and in no record and no message. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { MINUTE, customerId, edge, memoryStore, page as pageOf, sealer, setup, SEAL } from './setup.mjs'

const SECRETS = ['hunter2', 'Everyday', 'greatday_nomfa', 'no_questions']

/** The vendors, with a connection that names only the institution, and a right username and password. */
const VENDORS = {
  Flinks: {
    connection: ({ secretKey }) => ({
      ...{ vendor: 'flinks', host: { instance: 'toolbox', customerId }, secretKey },
      flow: { kind: 'authorize', params: { institution: 'FlinksCapital' } },
    }),
    right: ['greatday_nomfa', 'Everyday'],
  },
  MX: {
    connection: ({ mx }) => ({
      ...{ vendor: 'mx', host: { environment: 'integration' }, ...mx.key },
      params: { userGuid: mx.member('no_questions').userGuid, institutionCode: 'simulated_bank' },
    }),
    right: ['no_questions', 'Everyday'],
  },
}

/** The answers of a form, in the order of its fields. */
function typed({ round: { challenges } }, values) {
  const names = challenges.flatMap(({ fields }) => fields.map(({ name }) => name))
  return Object.fromEntries(names.map((name, at) => [name, values[at]]))
}

async function atForm(t, { connection }, more) {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), ...more })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.deepEqual([state.step.kind, state.step.round.challenges[0].kind], ['challenge', 'credentials'])
  return { env, page, state }
}

for (const [name, vendor] of Object.entries(VENDORS)) {
  const { right } = vendor

  test(`of fifty sign-ins at three servers, one is sent to ${name} and every page gets its outcome`, async (t) => {
    const { env, state } = await atForm(t, vendor)
    const servers = [env.handle, edge(env.config), edge(env.config)]
    const ends = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const own = pageOf(servers[at % 3])
        return own.settled(await own.answer(state, 1, typed(state.step, right)))
      }),
    )
    assert.deepEqual([...new Set(ends.map(({ step }) => step.kind))], ['done'])
    const { credentials, credentialsRepeated } = env.bank.counts()
    assert.deepEqual([credentials, credentialsRepeated], [1, 0])
  })

  test(`${name}: no record, message and event contains what the user typed`, async (t) => {
    const store = memoryStore()
    const records = []
    const seal = sealer(SEAL)
    const watched = {
      ...store,
      async write(id, sealed, ...rest) {
        records.push(await seal.open(sealed, id))
        return store.write(id, sealed, ...rest)
      },
    }
    const { env, page, state } = await atForm(t, vendor, { store: watched })
    const refused = await page.settled(await page.answer(state, 1, typed(state.step, [right[0], 'hunter2'])))
    assert.deepEqual([refused.step.kind, refused.step.round.refused], ['challenge', true])
    const end = await page.settled(await page.answer(refused, 2, typed(refused.step, right)))
    assert.equal(end.step.kind, 'done')
    const written = [...records, JSON.stringify([state, refused, end]), JSON.stringify(env.reported)].join()
    assert.ok(records.length > 3)
    for (const secret of SECRETS) assert.ok(!written.includes(secret), `${secret} was kept`)
  })

  test(`${name}: a form counts as an answer, and the limit of a flow holds for it`, async (t) => {
    const { env, page, state } = await atForm(t, vendor, { limits: { answersPerFlow: 1 } })
    const second = await page.settled(await page.answer(state, 1, typed(state.step, [right[0], 'hunter2'])))
    const refused = await page.answer(second, 2, typed(second.step, right))
    assert.deepEqual([refused.code, refused.next], ['RATE_LIMITED', 'start-over'])
    assert.equal(env.bank.counts().credentials, 1)
  })

  test(`${name}: a form that nobody fills in ends the flow with session-expired, and a sweep delivers that`, async (t) => {
    const { env, page, state } = await atForm(t, vendor)
    env.bank.clock.advance(119 * MINUTE)
    await env.handle.sweep()
    assert.deepEqual(await page.getState(state), state)
    env.bank.clock.advance(2 * MINUTE)
    await env.handle.sweep()
    const [{ failure }, ...others] = env.reported.ended
    assert.deepEqual([failure.code, failure.next, others], ['session-expired', 'start-over', []])
    assert.equal((await page.getState(state)).step.failure.code, 'session-expired')
    assert.equal(env.bank.counts().credentials, 0)
  })

  test(`${name}: an edge sends no probe, even if its runtime has a location`, async (t) => {
    Object.defineProperty(globalThis, 'location', { value: { origin: 'https://app.example' }, configurable: true })
    t.after(() => delete globalThis.location)
    const names = []
    const onEvent = ({ attributes }) => void names.push(attributes['bank_mfa.call.name'])
    const { page, state } = await atForm(t, vendor, { onEvent })
    const end = await page.settled(await page.answer(state, 1, typed(state.step, right)))
    assert.deepEqual([end.step.kind, names.includes('probe')], ['done', false])
  })

  test(`${name}: an empty field is refused, and nothing is sent`, async (t) => {
    const { env, page, state } = await atForm(t, vendor)
    const refused = await page.answer(state, 1, typed(state.step, [right[0], '']))
    assert.deepEqual([refused.code, refused.fields?.length], ['INVALID_ANSWER', 1])
    assert.equal(env.bank.counts().credentials, 0)
  })
}
