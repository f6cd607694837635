/** Records that another release has written in another format. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { NOON, SEAL, bench, byFlinks, byMx, sealer } from './setup.mjs'

const seal = sealer(SEAL)
const FLOW = 'a'.repeat(32)
const start = (page, flow) => page.call('POST', '/flows', { connection: 'c_1', ...(flow && { flow }) })

/** A flow at its challenge, whose record is rewritten in format 1. `keys` replace some of its keys. */
async function inOldFormat(t, connection, { keys, ...more } = {}) {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), ...more })
  const page = stage.page()
  const state = await page.settled(await start(page, FLOW))
  assert.equal(state.step.kind, 'challenge')
  const [id] = state.flow.split('.')
  const { sealed, version } = await stage.store.read(id)
  const { v, kind, roundCount, answerCount, ...others } = JSON.parse(await seal.open(sealed, id))
  assert.deepEqual([v, kind], [2, 'flow'])
  const old = { ...others, v: 1, asked: roundCount, answers: answerCount, ...keys }
  await stage.store.write(id, await seal.seal(JSON.stringify(old), id), version, { due: 0, expires: others.expires })
  return { stage, page, state, id, record: () => stage.store.read(id) }
}

test('a page of a flow in an older format is refused, the company is told, and the record stays', async (t) => {
  const { stage, page, state, record } = await inOldFormat(t, (bank) => byFlinks(bank, 'Greatday'))
  const before = await record()
  const refusals = [
    await page.look(state),
    await page.answer(state, 1, { '1.1.answer': 'Montreal' }),
    await page.cancel(state),
  ]
  for (const { status, code, next } of refusals)
    assert.deepEqual([status, code, next], [500, 'SNAPSHOT_VERSION', 'start-over'])
  assert.equal(stage.reported.errors.length, 3)
  await stage.handle.sweep()
  assert.deepEqual([await record(), stage.bank.counts().answers], [before, 0])
})

test('a start replaces a record in an older format', async (t) => {
  const { stage, page, state } = await inOldFormat(t, (bank) => byFlinks(bank, 'Greatday'))
  const next = await page.settled(await start(page))
  assert.notEqual(next.flow, state.flow)
  assert.deepEqual([next.step.kind, stage.bank.counts().liveStarts], ['challenge', 2])
  assert.equal((await page.look(state)).code, 'NOT_FOUND')
})

test('a start waits for the lease of a record in an older format', async (t) => {
  const leaseUntil = NOON + 60_000
  const { stage, page } = await inOldFormat(t, (bank) => byFlinks(bank, 'Greatday'), { keys: { leaseUntil } })
  const refused = await page.ask('POST', '/flows', { connection: 'c_1' })
  const retryAfter = Math.ceil((leaseUntil - stage.bank.clock.now()) / 1_000)
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, `${retryAfter}`])
  assert.equal(stage.bank.counts().liveStarts, 1)
  stage.bank.clock.advance(60_000)
  assert.ok((await start(page)).flow)
})

test('a start that is repeated over an older format does not send its credentials again', async (t) => {
  const byPassword = (bank) => {
    const { username, password } = bank.people.find(({ username }) => username === 'Greatday')
    const params = { username, password, institution: 'FlinksCapital' }
    return { ...byFlinks(bank, username), flow: { kind: 'authorize', params } }
  }
  const { stage, page } = await inOldFormat(t, byPassword)
  assert.equal((await start(page, FLOW)).code, 'SNAPSHOT_VERSION')
  assert.equal(stage.bank.counts().credentials, 1)
})

test('a webhook leaves a record in an older format alone', async (t) => {
  const webhooks = { findConnection: () => ({ user: 'ann', connection: 'c_1' }) }
  const { stage, record } = await inOldFormat(t, (bank) => byMx(bank, 'text'), { webhooks })
  const [before, calls] = [await record(), stage.wire.calls.length]
  const tasks = []
  const request = new Request('https://edge.example/webhooks/mx', { method: 'POST', body: '{}' })
  await stage.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
  await Promise.all(tasks)
  assert.deepEqual([await record(), stage.wire.calls.length, stage.reported.errors], [before, calls, []])
})

test('a rate limit begins anew over a counter in an older format', async (t) => {
  const stage = bench(t, {
    connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday') }),
    limits: { startsPerHour: 1 },
  })
  const id = await seal.name('starts', 'ann')
  const sealed = await seal.seal(JSON.stringify([stage.bank.clock.now()]), id)
  await stage.store.write(id, sealed, 0, { expires: Infinity })
  const page = stage.page()
  assert.ok((await start(page)).flow)
  assert.equal((await start(page)).code, 'RATE_LIMITED')
})
