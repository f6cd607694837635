/** Records that another release has written in another format. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { MINUTE, NOON, SEAL, setup, flinksConnection, mxConnection, sealer } from './setup.mjs'

const seal = sealer(SEAL)
const FLOW = 'a'.repeat(32)
const start = (page, flow) => page.call('POST', '/flows', { connection: 'c_1', ...(flow && { flow }) })

/** A flow at its challenge, whose record is rewritten in format 1. `keys` replace some of its keys. */
async function inOldFormat(t, connection, { keys, ...more } = {}) {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), ...more })
  const page = env.page()
  const state = await page.settled(await start(page, FLOW))
  assert.equal(state.step.kind, 'challenge')
  const [id] = state.flow.split('.')
  const { sealed, version } = await env.store.read(id)
  const { v, kind, roundCount, answerCount, ...others } = JSON.parse(await seal.open(sealed, id))
  assert.deepEqual([v, kind], [2, 'flow'])
  const old = { ...others, v: 1, asked: roundCount, answers: answerCount, ...keys }
  await env.store.write(id, await seal.seal(JSON.stringify(old), id), version, { due: 0, expires: others.expires })
  return { env, page, state, id, record: () => env.store.read(id) }
}

test('requests to a flow in an older format are refused, onError is called, and the record stays', async (t) => {
  const { env, page, state, record } = await inOldFormat(t, (bank) => flinksConnection(bank, 'Greatday'))
  const before = await record()
  const refusals = [
    await page.getState(state),
    await page.answer(state, 1, { '1.1.answer': 'Montreal' }),
    await page.cancel(state),
  ]
  for (const { status, code, next } of refusals)
    assert.deepEqual([status, code, next], [500, 'SNAPSHOT_VERSION', 'start-over'])
  assert.equal(env.reported.errors.length, 3)
  await env.handle.sweep()
  assert.deepEqual([await record(), env.bank.counts().answers], [before, 0])
})

test('a start replaces a record in an older format', async (t) => {
  const { env, page, state } = await inOldFormat(t, (bank) => flinksConnection(bank, 'Greatday'))
  const next = await page.settled(await start(page))
  assert.notEqual(next.flow, state.flow)
  assert.deepEqual([next.step.kind, env.bank.counts().liveStarts], ['challenge', 2])
  assert.equal((await page.getState(state)).code, 'NOT_FOUND')
})

test('a start that replaces a record in another format delivers its pending endings', async (t) => {
  const connection = (bank) => flinksConnection(bank, 'Greatday')
  const ended = { user: 'ann', connection: 'c_1', flow: 'e'.repeat(32), outcome: 'done', result: { requestId: 'r' } }
  const { env, page } = await inOldFormat(t, connection, { keys: { pendingEndings: [ended] } })
  await page.settled(await start(page))
  env.bank.clock.advance(MINUTE)
  await env.handle.sweep()
  assert.deepEqual(env.reported.ended, [ended])
})

test('a late start of a flow whose record in another format was replaced starts nothing', async (t) => {
  const earlier = ['e'.repeat(32)]
  const { env, page } = await inOldFormat(t, (bank) => flinksConnection(bank, 'Greatday'), { keys: { earlier } })
  assert.equal((await start(page, earlier[0])).code, 'NOT_FOUND')
  await page.cancel(await page.settled(await start(page)))
  for (const flow of [FLOW, ...earlier]) assert.equal((await start(page, flow)).code, 'NOT_FOUND')
  assert.equal(env.bank.counts().liveStarts, 2)
})

test('a start is refused until the lease of a record in an older format has expired', async (t) => {
  const leaseUntil = NOON + 60_000
  const { env, page } = await inOldFormat(t, (bank) => flinksConnection(bank, 'Greatday'), { keys: { leaseUntil } })
  const refused = await page.ask('POST', '/flows', { connection: 'c_1' })
  const retryAfter = Math.ceil((leaseUntil - env.bank.clock.now()) / 1_000)
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, `${retryAfter}`])
  assert.equal(env.bank.counts().liveStarts, 1)
  env.bank.clock.advance(60_000)
  assert.ok((await start(page)).flow)
})

test('a repeated start does not send its credentials again if its record is in an older format', async (t) => {
  const credentialsConnection = (bank) => {
    const { username, password } = bank.people.find(({ username }) => username === 'Greatday')
    const params = { username, password, institution: 'FlinksCapital' }
    return { ...flinksConnection(bank, username), flow: { kind: 'authorize', params } }
  }
  const { env, page } = await inOldFormat(t, credentialsConnection)
  assert.equal((await start(page, FLOW)).code, 'SNAPSHOT_VERSION')
  assert.equal(env.bank.counts().credentials, 1)
})

test('a webhook does not change a record in an older format', async (t) => {
  const webhooks = { findConnection: () => ({ user: 'ann', connection: 'c_1' }) }
  const { env, record } = await inOldFormat(t, (bank) => mxConnection(bank, 'text'), { webhooks })
  const [before, calls] = [await record(), env.wire.calls.length]
  const tasks = []
  const request = new Request('https://edge.example/webhooks/mx', { method: 'POST', body: '{}' })
  await env.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
  await Promise.all(tasks)
  assert.deepEqual([await record(), env.wire.calls.length, env.reported.errors], [before, calls, []])
})

test('a rate limit starts again if its counter is in an older format', async (t) => {
  const env = setup(t, {
    connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }),
    limits: { startsPerHour: 1 },
  })
  const id = await seal.name('starts', 'ann')
  const sealed = await seal.seal(JSON.stringify([env.bank.clock.now()]), id)
  await env.store.write(id, sealed, 0, { expires: Infinity })
  const page = env.page()
  assert.ok((await start(page)).flow)
  assert.equal((await start(page)).code, 'RATE_LIMITED')
})
