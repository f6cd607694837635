/** A back end that refuses, hangs or is down: no ending is lost within a day, and nothing else waits for it. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, SEAL, edge, flinksConnection, mxConnection, page as pageOf, sealer, setup } from './setup.mjs'

const HOUR = 60 * MINUTE
const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') })
const limits = { startsPerHour: 1_000 }
const idOf = ({ flow }) => flow.split('.')[1]
const recordOf = async (env, { flow }) => {
  const [id] = flow.split('.')
  const found = await env.store.read(id)
  return found && JSON.parse(await sealer(SEAL).open(found.sealed, id))
}

async function sweepFor(env, minutes, handle = env.handle) {
  for (let minute = 0; minute < minutes; minute++) {
    env.bank.clock.advance(MINUTE)
    await handle.sweep()
  }
}

/** A flow that its user has cancelled, and whose ending is delivered once `accept` is called. */
async function delivering(t) {
  let accept
  const onFlowEnded = () => new Promise((resolve) => (accept = resolve))
  const env = setup(t, { connections, onFlowEnded })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const ended = page.cancel(state)
  await until(() => accept, 'the ending is being delivered')
  return { env, page, state, ended, accept: () => accept() }
}

/** A flow that its user cancels. */
const cancelled = async (page) => page.cancel(await page.settled(await page.start('c_1')))

test('an ending that is refused for good does not hold up the later ones', async (t) => {
  const received = []
  let first
  const onFlowEnded = ({ flow }) => {
    if (flow === (first ??= flow)) throw new Error('hunter2')
    received.push(flow)
  }
  const env = setup(t, { connections, limits, onFlowEnded })
  const ends = []
  for (let count = 0; count < 4; count++) ends.push(await cancelled(env.page()))
  await sweepFor(env, 2)
  assert.deepEqual(received, ends.slice(1).map(idOf))
  assert.deepEqual(
    (await recordOf(env, ends[0])).pendingEndings.map(({ flow }) => flow),
    [first],
  )
})

test('an ending for which onFlowEnded always hangs does not hold up the later ones', async (t) => {
  const received = []
  let first
  const calls = []
  const onFlowEnded = ({ flow }) => {
    calls.push(flow)
    if (flow === (first ??= flow)) return new Promise(() => {})
    received.push(flow)
  }
  const env = setup(t, { connections, limits, onFlowEnded })
  /** Does something during which the first ending hangs for half a minute. */
  async function hanging(work) {
    const before = calls.filter((flow) => flow === first).length
    const done = work()
    await until(() => calls.filter((flow) => flow === first).length > before, 'onFlowEnded hangs')
    env.bank.clock.advance(30_000)
    return done
  }
  const ends = []
  for (let count = 0; count < 2; count++) ends.push(await hanging(() => cancelled(env.page())))
  env.bank.clock.advance(MINUTE)
  await hanging(() => env.handle.sweep())
  assert.deepEqual(received, [idOf(ends[1])])
  const { pendingEndings } = await recordOf(env, ends[1])
  assert.deepEqual(
    pendingEndings.map(({ flow }) => flow),
    [first],
  )
})

test('an ending that hangs behind refused ones does not hold up the later ones', async (t) => {
  const received = []
  const flows = []
  let hangs = 0
  const onFlowEnded = ({ flow }) => {
    const at = flows.includes(flow) ? flows.indexOf(flow) : flows.push(flow) - 1
    if (at < 2) throw new Error('hunter2')
    if (at > 2) return void received.push(flow)
    hangs += 1
    return new Promise(() => {})
  }
  const env = setup(t, { connections, limits, onFlowEnded })
  async function hanging(work) {
    const before = hangs
    const done = work()
    await until(() => hangs > before, 'onFlowEnded hangs')
    env.bank.clock.advance(30_000)
    return done
  }
  for (let count = 0; count < 2; count++) await cancelled(env.page())
  await hanging(() => cancelled(env.page()))
  const last = await hanging(() => cancelled(env.page()))
  env.bank.clock.advance(MINUTE)
  await hanging(() => env.handle.sweep())
  assert.deepEqual(received, [idOf(last)])
})

test('a delivery that changes nothing writes nothing', async (t) => {
  const env = setup(t, { connections, onFlowEnded: () => Promise.reject(new Error('hunter2')) })
  const { flow } = await cancelled(env.page())
  const [id] = flow.split('.')
  const { version } = await env.store.read(id)
  await sweepFor(env, 3)
  assert.deepEqual([(await env.store.read(id)).version, env.reported.errors.length], [version, 4])
})

test('an ending is not delivered while a turn of a later flow sends', async (t) => {
  let tries = 0
  let hangs = false
  let sent = false
  const onFlowEnded = () => {
    tries += 1
    throw new Error('hunter2')
  }
  const fetch = (fetch) => async (url, init) => {
    if (!hangs) return fetch(url, init)
    sent = true
    return new Promise((_, reject) => t.after(() => reject(new TypeError())))
  }
  const webhooks = { findConnection: () => ({ user: 'ann', connection: 'c_1' }) }
  const member = (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') })
  const env = setup(t, { connections: member, onFlowEnded, fetch, webhooks })
  await cancelled(env.page())
  assert.equal(tries, 1)
  hangs = true
  const { flow } = await env.page().start('c_1')
  await until(() => sent, 'the call is sent')
  const tasks = []
  const request = new Request('https://edge.example/webhooks/mx', { method: 'POST', body: '{"member_guid":"MBR-1"}' })
  const waits = env.nextWait()
  await edge(env.config)(request, undefined, { waitUntil: (task) => tasks.push(task) })
  await waits
  env.bank.clock.advance(25_000)
  await Promise.all(tasks)
  assert.deepEqual([tasks.length > 0, tries], [true, 1])
  assert.ok((await recordOf(env, { flow })).leaseUntil > env.bank.clock.now())
})

test('a record that is deleted during a delivery is not written again', async (t) => {
  const onFlowEnded = ({ flow }) => env.store.remove(ids[flow])
  const env = setup(t, { connections, onFlowEnded })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const [id, flow] = state.flow.split('.')
  const ids = { [flow]: id }
  assert.equal((await page.cancel(state)).step.failure.code, 'cancelled')
  assert.deepEqual([await env.store.read(id), env.reported.errors], [null, []])
})

test('pending endings are dropped if onFlowEnded has been removed', async (t) => {
  const env = setup(t, { connections, onFlowEnded: () => Promise.reject(new Error('hunter2')) })
  const end = await cancelled(env.page())
  env.bank.clock.advance(MINUTE)
  await edge({ ...env.config, onFlowEnded: undefined }).sweep()
  assert.equal(env.reported.errors.length, 1)
  assert.equal((await recordOf(env, end)).pendingEndings, undefined)
})

test('a start whose first write comes after the one of a delivery starts its flow once', async (t) => {
  const { env, page, state, ended, accept } = await delivering(t)
  const { write } = env.store
  let writes = 0
  env.store.write = async (...args) => {
    // After the counter of starts comes the start itself.
    if (++writes === 2) await (accept(), ended)
    return write(...args)
  }
  const next = await page.settled(await page.start('c_1'))
  assert.notEqual(next.flow, state.flow)
  assert.deepEqual([next.step.kind, env.bank.counts().liveStarts, env.reported.errors], ['challenge', 2, []])
})

test('a cancel gets its own ending, even if the next flow starts during the delivery', async (t) => {
  const { env, page, state, ended, accept } = await delivering(t)
  const next = await page.settled(await page.start('c_1'))
  accept()
  assert.deepEqual([(await ended).flow, (await ended).step.kind], [state.flow, 'failed'])
  assert.deepEqual(await page.getState(next), next)
  assert.equal((await recordOf(env, next)).pendingEndings, undefined)
})

test('a delivery removes only the endings that it has delivered', async (t) => {
  const [received, tries] = [[], []]
  let isUp = false
  let accept
  const accepted = new Promise((resolve) => (accept = resolve))
  const onFlowEnded = async ({ flow }) => {
    tries.push(flow)
    if (!isUp) throw new Error('hunter2')
    if (flow === idOf(first)) await accepted
    else if (tries.filter((tried) => tried === flow).length === 1) throw new Error('hunter2')
    received.push(flow)
  }
  const env = setup(t, { connections, onFlowEnded })
  const page = env.page()
  const first = await cancelled(page)
  const second = await page.settled(await page.start('c_1'))
  isUp = true
  tries.length = 0
  env.bank.clock.advance(MINUTE)
  const swept = env.handle.sweep()
  await until(() => tries.length === 1, 'the first ending is being delivered')
  const ended = page.cancel(second)
  await until(() => tries.length === 2, 'the cancel delivers it, too')
  accept()
  await Promise.all([swept, ended])
  await sweepFor(env, 3)
  assert.deepEqual([...new Set(received)], [first, second].map(idOf))
})

test('an ending that was refused for a day is dropped and reported, however many flows follow', async (t) => {
  const env = setup(t, { connections, limits, onFlowEnded: () => Promise.reject(new Error('hunter2')) })
  let last
  for (let hour = 0; hour < 30; hour++) {
    last = await cancelled(env.page())
    env.bank.clock.advance(HOUR)
    await env.handle.sweep()
  }
  const { pendingEndings } = await recordOf(env, last)
  assert.equal(pendingEndings.length, 23)
  assert.equal(env.reported.errors.filter(({ message }) => /within a day; it is dropped$/.test(message)).length, 7)
})

test('a record keeps fifty endings that are refused', async (t) => {
  const env = setup(t, { connections, limits, onFlowEnded: () => Promise.reject(new Error('hunter2')) })
  let last
  for (let count = 0; count < 53; count++) last = await cancelled(env.page())
  const { pendingEndings } = await recordOf(env, last)
  assert.deepEqual([pendingEndings.length, pendingEndings.at(-1).flow], [50, idOf(last)])
})

test('a record remembers the eight flows before its own', async (t) => {
  const env = setup(t, { connections, limits })
  const flows = []
  for (let count = 0; count < 10; count++) flows.push(await cancelled(env.page()))
  assert.deepEqual((await recordOf(env, flows[9])).earlier, flows.slice(1, 9).map(idOf))
})

test('after three hours in which neither resolve nor onFlowEnded works, each ending is delivered', async (t) => {
  const received = []
  let isUp = true
  const whileUp = (call) => (value) => {
    if (!isUp) throw new Error('hunter2')
    return call(value)
  }
  const env = setup(t, { connections, onFlowEnded: whileUp(({ flow }) => void received.push(flow)) })
  const { resolve } = env.config
  const handle = edge({ ...env.config, resolve: (...args) => whileUp(() => resolve(...args))() })
  const page = pageOf(handle)
  const abandoned = await page.settled(await page.start('c_1'))
  isUp = false
  await sweepFor(env, 200, handle)
  assert.deepEqual(received, [])
  isUp = true
  await sweepFor(env, 2, handle)
  assert.deepEqual(received, [idOf(abandoned)])
})

test('a cancel and a sweep wait 30 seconds for an onFlowEnded that hangs, and a start does not wait', async (t) => {
  let tries = 0
  const onFlowEnded = () => {
    tries += 1
    return new Promise(() => {})
  }
  const env = setup(t, { connections, onFlowEnded })
  const page = env.page()
  /** Lets half a minute pass while the `count`th call hangs. */
  async function hangs(count) {
    await until(() => tries === count, 'onFlowEnded is called')
    env.bank.clock.advance(30_000)
  }
  const ended = page.cancel(await page.settled(await page.start('c_1')))
  await hangs(1)
  assert.equal((await ended).step.failure.code, 'cancelled')
  assert.equal((await page.settled(await page.start('c_1'))).step.kind, 'challenge')
  env.bank.clock.advance(MINUTE)
  const swept = env.handle.sweep()
  await hangs(2)
  await swept
  assert.deepEqual(
    env.reported.errors.map(({ message }) => message),
    Array(2).fill('onFlowEnded has not settled within 30 seconds'),
  )
})
