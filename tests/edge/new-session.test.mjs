/** A new session in place of a round whose code never came, at the edge. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, NOON, SEAL, flinksConnection, mxConnection, sealer, setup } from './setup.mjs'

const { remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))

const connections = (bank) => ({
  'ann/c_1': flinksConnection(bank, 'code_never_comes'),
  'ann/mx': mxConnection(bank, 'code_never_comes'),
  'ann/status': mxConnection(bank, 'already_challenged', {}),
})
const NEW_SESSION = { kind: 'new-session', round: 1 }
const WAITING = { kind: 'working', stage: 'start', until: NOON + 8 * MINUTE }

async function atChallenge(t, connection = 'c_1') {
  const env = setup(t, { connections })
  const page = env.page()
  const state = await page.settled(await page.start(connection))
  assert.equal(state.step.kind, 'challenge')
  return { env, page, state }
}

/** The record of a flow, unsealed. */
async function recordOf(env, { flow }) {
  const [id] = flow.split('.')
  return JSON.parse(await sealer(SEAL).open((await env.store.read(id)).sealed, id))
}

test('the new session is a due turn, which has a token of its own', async (t) => {
  const { env, page, state } = await atChallenge(t)
  assert.deepEqual(state.step.round.newSession, { at: NOON + 8 * MINUTE, documented: true })
  const waiting = await page.message(state, NEW_SESSION)
  assert.deepEqual(waiting.step, WAITING)
  const record = await recordOf(env, state)
  assert.deepEqual([record.due, record.leaseUntil, record.answerCount], [NOON + 8 * MINUTE, 0, 0])
  env.bank.clock.advance(8 * MINUTE - 1)
  await env.handle.sweep()
  assert.equal(env.bank.counts().liveStarts, 1)
  env.bank.clock.advance(1)
  await env.handle.sweep()
  const asked = await page.getState(waiting)
  assert.equal(asked.step.round.number, 2)
  assert.deepEqual(Object.keys((await recordOf(env, state)).tokens), ['1', '2'])
  const end = await page.settled(await page.answer(asked, 2, { '2.1.answer': '123456' }))
  assert.equal(end.step.kind, 'done')
  assert.deepEqual(env.bank.counts().broken, {})
})

test('a repeated request gets the wait of the first one', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const states = await Promise.all([page.message(state, NEW_SESSION), page.message(state, NEW_SESSION)])
  states.push(await page.message(state, NEW_SESSION))
  for (const { step } of states) assert.deepEqual(step, WAITING)
  const late = await page.answer(state, 1, { '1.1.answer': '123456' })
  assert.deepEqual([late.step, env.bank.counts().answers], [WAITING, 0])
})

test('a request for a round that is not asked, or that cannot be replaced, is refused', async (t) => {
  const { env, page, state } = await atChallenge(t)
  for (const [round, status, found] of [
    [2, 409, { code: 'OUT_OF_TURN', next: 'answer-again' }],
    [0, 400, { code: 'INVALID_INPUT', path: '/body/round' }],
    ['1', 400, { code: 'INVALID_INPUT', path: '/body/round' }],
    [undefined, 400, { code: 'INVALID_INPUT', path: '/body/round' }],
  ]) {
    const refused = await page.message(state, { kind: 'new-session', round })
    assert.equal(refused.status, status)
    for (const [name, value] of Object.entries(found)) assert.equal(refused[name], value)
  }
  const status = await page.settled(await page.start('status'))
  assert.equal(status.step.round.newSession, null)
  const refused = await page.message(status, NEW_SESSION)
  assert.deepEqual([refused.status, refused.code], [409, 'OUT_OF_TURN'])
  assert.deepEqual((await page.getState(state)).step, state.step)
  assert.equal(env.bank.counts().liveStarts, 1)
})

test('MX: turns poll until the member has expired, and then start a job', async (t) => {
  const { env, page, state } = await atChallenge(t, 'mx')
  let next = await page.message(state, NEW_SESSION)
  assert.deepEqual([next.step.kind, next.step.stage], ['working', 'expiry'])
  assert.equal((await recordOf(env, state)).answerCount, 0)
  next = await page.settled(next)
  assert.equal(next.step.round.number, 2)
  const end = await page.settled(await page.answer(next, 2, { '2.1.answer': '246810' }))
  const { jobsStarted, broken } = env.bank.counts()
  assert.deepEqual([end.step.kind, jobsStarted, broken], ['done', 2, {}])
})

test('a remote flow starts a new session at an edge', async (t) => {
  const env = setup(t, { connections })
  const fetch = (url, init) => env.handle(new Request(url, init))
  const headers = { authorization: 'Bearer ann' }
  const flow = remote('https://edge.example/mfa', { fetch, headers }).start({ connection: 'c_1' })
  t.after(() => flow.cancel())
  await until(() => flow.current.kind === 'challenge', 'the first round')
  await flow.current.startNewSession()
  assert.equal(flow.current.kind, 'working')
  await until(() => flow.current.round?.number === 2, 'the second round', { limitMs: 30_000 })
  await flow.current.answer({ '2.1.answer': '123456' })
  await flow.result()
  assert.equal(env.bank.counts().liveStarts, 2)
})
