/** The worker and the objects of `durable`, in this process. The tests in workerd are in `durable.test.mjs`. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { resolve } from '../lib/package.mjs'
import { until } from '../lib/until.mjs'
import { objects } from '../upgrade/lib/homes.mjs'
import {
  MINUTE,
  flinksConnection,
  memoryStore,
  mxConnection,
  page as pageOf,
  rightAnswers,
  setup,
  walk,
} from './setup.mjs'

const { durable } = await import(pathToFileURL(resolve('bank-mfa/edge')))

const connections = (bank) => ({
  'ann/c_1': flinksConnection(bank, 'Greatday'),
  'ann/slow': flinksConnection(bank, 'slow_dispatched'),
  'ann/iframe': flinksConnection(bank, 'Greatday', 'connect'),
  'ann/mx': mxConnection(bank, 'already_challenged', {}),
})

/** A worker with its objects. `writes` has the name of each object that has written. */
function inObjects(t, more) {
  const env = setup(t, { connections, ...more })
  const { store: _, ...config } = env.config
  const writes = []
  const home = objects((name) => void writes.push(name))
  const tasks = []
  const waitUntil = (task) => void tasks.push(task)
  const { handle, sweep } = home.open({ durable }, config, waitUntil)
  const page = pageOf((request) => handle(request, undefined, { waitUntil }))
  const idle = async () => {
    for (let at = 0; at < tasks.length; at++) await tasks[at]
  }
  const diskOf = ({ flow }) => home.get(flow.split('.')[0])
  return { ...env, env, config, home, page, sweep, writes, idle, diskOf }
}

test('each route reaches the object of its record', async (t) => {
  const data = { score: ({ result }) => ({ data: typeof result.loginId }), none: () => ({ data: undefined }) }
  const { env, page, diskOf } = inObjects(t, { data })
  const started = await page.start('c_1')
  assert.equal((await page.start('c_1')).flow, started.flow, 'a second start joins the flow')
  const asked = await page.settled(started)
  const refused = await page.answer(asked, 1, {})
  assert.deepEqual(refused.fields, [{ name: '1.1.answer', reason: 'missing' }])
  const end = await page.settled(await page.answer(asked, 1, rightAnswers(env)(asked.step.round)))
  assert.deepEqual([end.step.kind, await page.data(end, 'score')], ['done', { data: 'string' }])
  assert.deepEqual(await page.data(end, 'none'), { data: null })
  const iframe = await page.settled(await page.start('iframe'))
  const reopened = await page.message(iframe, { kind: 'token-refused' })
  assert.notEqual(reopened.step.address, iframe.step.address)
  assert.equal((await page.cancel(reopened)).step.failure.code, 'cancelled')
  assert.notDeepEqual(diskOf(started), diskOf(iframe))
})

test('a request that waits ends with the next step, and one without a version does not wait', async (t) => {
  const { env, page } = inObjects(t)
  const asked = await page.settled(await page.start('c_1'))
  assert.deepEqual(await page.getState(asked), asked)
  const waiting = page.getState(asked, asked.version)
  await page.answer(asked, 1, rightAnswers(env)(asked.step.round))
  assert.ok((await waiting).version > asked.version)
})

test('a webhook reaches the object of its connection', async (t) => {
  const webhooks = { findConnection: () => ({ user: 'ann', connection: 'mx' }) }
  const { page, idle, reported } = inObjects(t, { webhooks })
  const reply = await page.ask('POST', '/webhooks/mx', { member_guid: 'MBR-1' })
  assert.equal(reply.status, 204)
  await idle()
  assert.deepEqual(
    reported.personNeeded.map(({ connection, present }) => [connection, present]),
    [['mx', false]],
  )
})

test('the starts of a user are counted in one object', async (t) => {
  const { page } = inObjects(t, { limits: { startsPerHour: 2 } })
  for (const name of ['c_1', 'iframe']) assert.ok((await page.start(name)).flow)
  const refused = await page.ask('POST', '/flows', { connection: 'c_1' })
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '3600'])
})

test('a refusal by an object reaches the page with its status, and only one that the edge caused is reported', async (t) => {
  const { page, reported, config, home, idle } = inObjects(t)
  const asked = await page.settled(await page.start('c_1'))
  const early = await page.answer(asked, 9, {})
  assert.deepEqual([early.status, early.code, early.next], [409, 'OUT_OF_TURN', 'answer-again'])
  const other = pageOf(home.open({ durable }, { ...config, authenticate: () => 'bob' }, () => {}).handle)
  assert.equal((await other.getState(asked)).code, 'NOT_FOUND')
  assert.deepEqual(reported.errors, [])
  config.resolve = () => ({ vendor: 'plaid' })
  const mistaken = pageOf(home.open({ durable }, config, () => {}).handle)
  const refused = await mistaken.start('iframe')
  assert.deepEqual([refused.status, refused.code, refused.path], [500, 'INVALID_INPUT', '/vendor'])
  await idle()
  assert.deepEqual(
    reported.errors.map(({ code, body }) => code ?? body.code),
    ['INVALID_INPUT'],
  )
})

test('an object reports what it cannot read: a call that is not JSON, and a record', async (t) => {
  const { page, config, home, diskOf, reported } = inObjects(t)
  const tasks = []
  const { FlowObject } = durable({ ...config, objects: () => {} })
  const object = new FlowObject({ storage: {}, waitUntil: (task) => tasks.push(task) }, undefined)
  const reply = await object.fetch(new Request('https://flow/', { method: 'POST', body: 'hunter2' }))
  await Promise.all(tasks)
  assert.deepEqual([reply.status, (await reply.json()).body.code, reported.errors.length], [503, 'UNAVAILABLE', 1])

  const state = await page.settled(await page.start('c_1'))
  diskOf(state).entries['part 0'] = 'hunter2'
  const other = pageOf(home.open({ durable }, config, (task) => tasks.push(task)).handle)
  const refused = await other.getState(state)
  await Promise.all(tasks)
  assert.deepEqual([refused.status, refused.code, reported.errors.length], [500, 'SNAPSHOT_UNREADABLE', 2])
})

test('a delay that an object asks for becomes the retry-after of the reply', async (t) => {
  const { config, reported } = inObjects(t)
  const body = { type: 'urn:bank-mfa:unavailable', title: 'service unavailable', status: 503 }
  const refusal = { body: { ...body, code: 'UNAVAILABLE', next: 'retry-later' }, retryAfter: 7_000 }
  const object = { fetch: async () => ({ ok: false, json: async () => refusal }) }
  const worker = durable({ ...config, objects: () => ({ idFromName: (name) => name, get: () => object }) })
  const reply = await pageOf(worker.fetch).ask('POST', '/flows', { connection: 'c_1' })
  assert.deepEqual([reply.status, reply.headers.get('retry-after')], [503, '7'])
  assert.deepEqual(await reply.json(), refusal.body)
  assert.deepEqual(reported.errors, [], 'the object has reported it')
})

test('durable() throws on an invalid configuration', (t) => {
  const { config } = inObjects(t)
  for (const [wrong, path] of [
    [{}, '/objects'],
    [{ objects: {} }, '/objects'],
    [{ objects: memoryStore() }, '/objects'],
    [{ objects: () => {}, store: () => {} }, '/store'],
  ]) {
    assert.throws(() => durable({ ...config, ...wrong }), { code: 'INVALID_INPUT', path })
  }
})

test('without a page, alarms poll, and the last one deletes the record', async (t) => {
  const { env, page, sweep, reported, diskOf, idle, bank } = inObjects(t)
  const started = await page.start('slow')
  await until(() => bank.counts().liveStarts === 1, 'the start reaches the bank')
  await until(async () => {
    bank.clock.advance(15_000)
    await sweep()
    return reported.personNeeded.length > 0
  }, 'the alarm finds the round')
  await idle()
  assert.equal((await page.getState(started)).step.kind, 'challenge')
  const end = await walk(page, started, rightAnswers(env))
  assert.equal(end.step.kind, 'done')
  assert.equal(reported.ended.length, 1)
  bank.clock.advance(11 * MINUTE)
  await sweep()
  assert.equal(diskOf(started), undefined)
  await sweep()
})

test('the alarm of a record that is still due rings again a minute later', async (t) => {
  let isUp = false
  const tries = []
  const onFlowEnded = ({ flow }) => {
    tries.push(flow)
    if (!isUp) throw new Error('hunter2')
  }
  const { page, sweep, bank, diskOf, config } = inObjects(t, { onFlowEnded })
  const end = await page.cancel(await page.settled(await page.start('c_1')))
  assert.equal(tries.length, 1)
  for (let minutes = 2; minutes < 5; minutes++) {
    bank.clock.advance(MINUTE + 3_000)
    await sweep()
    assert.equal(tries.length, minutes)
    assert.equal(diskOf(end).alarm, config.clock.now() + MINUTE)
  }
  isUp = true
  bank.clock.advance(MINUTE)
  await sweep()
  assert.equal(tries.length, 5)
  bank.clock.advance(24 * 60 * MINUTE)
  await sweep()
  assert.equal(diskOf(end), undefined)
})

test('an alarm waits for a call to the bank, which keeps the object alive', async (t) => {
  let release
  const slowly = (fetch) => async (url, init) => {
    const reply = await fetch(url, init)
    if (init.body?.includes('SecurityResponses')) await new Promise((resolve) => (release = resolve))
    return reply
  }
  const { env, page, sweep, bank, diskOf } = inObjects(t, { fetch: slowly })
  const asked = await page.settled(await page.start('c_1'))
  const answered = page.answer(asked, 1, rightAnswers(env)(asked.step.round))
  await until(() => release, 'the answer is sent')
  bank.clock.advance(10_000)
  assert.ok(diskOf(asked).alarm <= bank.clock.now())
  let isOver = false
  const swept = sweep().then(() => (isOver = true))
  await until(() => diskOf(asked).alarm === null, 'the alarm rings')
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isOver, false)
  release()
  await swept
  assert.equal((await page.settled(await answered)).step.kind, 'done')
})

/** A flow that was cancelled while its answer hangs at the bank; `reply` lets the bank reply. `hold` holds the next start. */
async function withHangingAnswer(t) {
  const held = {}
  const hangs = (name) => new Promise((resolve) => (held[name] = resolve))
  let holds = false
  const fetch = (fetch) => async (url, init) => {
    const reply = await fetch(url, init)
    if (init.body?.includes('SecurityResponses')) await hangs('answer')
    else if (holds && url.endsWith('/Authorize')) await hangs('start')
    return reply
  }
  const env = inObjects(t, { fetch })
  const asked = await env.page.settled(await env.page.start('c_1'))
  const answered = env.page.answer(asked, 1, rightAnswers(env)(asked.step.round))
  await until(() => held.answer, 'the answer hangs')
  await env.page.cancel(asked)
  return { ...env, asked, answered, held, hold: () => (holds = true) }
}

test('an alarm does not wait for the call of a cancelled flow', async (t) => {
  const { bank, sweep, diskOf, asked, answered, held } = await withHangingAnswer(t)
  bank.clock.advance(11 * MINUTE)
  let isOver = false
  void sweep().then(() => (isOver = true))
  await until(() => isOver, 'the alarm is over')
  assert.equal(diskOf(asked), undefined)
  held.answer()
  await answered
})

test('a late reply to a cancelled flow does not disturb the turn of the next one', async (t) => {
  const { page, hold, held, answered, bank } = await withHangingAnswer(t)
  hold()
  const next = await page.start('c_1')
  await until(() => held.start, 'the next start hangs')
  held.answer()
  await answered
  assert.deepEqual(await page.getState(next), next)
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  held.start()
  assert.equal((await page.settled(next)).step.kind, 'challenge')
  assert.equal(bank.counts().liveStarts, 2)
})

test('an alarm that fails is reported, and rings again a minute later', async (t) => {
  let isUp = true
  const find = (user, id) => connections(bank)[`${user}/${id}`]
  const resolve = async (...args) => (isUp ? find(...args) : Promise.reject(new Error('no database')))
  const { page, sweep, bank, diskOf, reported, idle } = inObjects(t, { resolve })
  const state = await page.settled(await page.start('c_1'))
  isUp = false
  bank.clock.advance(9 * MINUTE)
  await sweep()
  await idle()
  assert.deepEqual(
    reported.errors.map(({ message }) => message),
    ['no database'],
  )
  assert.equal(diskOf(state).alarm, bank.clock.now() + MINUTE)
  isUp = true
  bank.clock.advance(MINUTE)
  await sweep()
  assert.equal(reported.ended[0].failure.code, 'session-expired')
})

test('an alarm that rings two days late cancels the flow, and keeps its ending', async (t) => {
  const { page, sweep, bank, reported } = inObjects(t)
  const state = await page.settled(await page.start('c_1'))
  bank.clock.advance(2 * 24 * 60 * MINUTE)
  await sweep()
  assert.equal(reported.ended.length, 1)
  assert.deepEqual((await page.getState(state)).step, { kind: 'failed', failure: reported.ended[0].failure })
})

test('an alarm of an object without a record does nothing', async (t) => {
  const { config, reported } = inObjects(t)
  const { FlowObject } = durable({ ...config, objects: () => {} })
  const storage = { get: async () => undefined, setAlarm: () => assert.fail(), getAlarm: () => assert.fail() }
  await new FlowObject({ storage, waitUntil: () => assert.fail() }, undefined).alarm()
  assert.deepEqual(reported.errors, [])
})
