/** Sweeps: what one continues, what it waits for, and what it does if something fails. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, SEAL, edge, memoryStore, mxConnection, page as pageOf, setup, walk } from './setup.mjs'

const connections = (bank) => ({ 'ann/c_1': mxConnection(bank, 'text'), 'bob/c_1': mxConnection(bank, 'mixed') })

/** Two flows that wait for their next poll, and no page. */
async function atPolls(t, more) {
  const env = setup(t, { connections, ...more })
  const states = []
  for (const user of ['ann', 'bob']) {
    const page = env.page(user)
    const state = await page.start('c_1')
    await until(async () => (await page.getState(state)).step.until, 'the flow waits for its next poll')
    states.push(state)
  }
  env.bank.clock.advance(MINUTE)
  return { env, states }
}

test('a sweep ends only after onPersonNeeded has', async (t) => {
  const calls = []
  const onPersonNeeded = ({ user }) => new Promise((end) => calls.push({ user, end }))
  const { env } = await atPolls(t, { onPersonNeeded })
  let isOver = false
  const swept = env.handle.sweep().then(() => (isOver = true))
  await until(() => calls.length === 2, 'both users are needed')
  calls[0].end()
  for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(isOver, false)
  calls[1].end()
  await swept
})

test('a sweep waits 30 seconds at most for each of onPersonNeeded, onEvent and onError', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const errors = new Set()
  const hangs = () => new Promise(() => {})
  const onError = ({ message }) => (errors.add(message), hangs())
  const { env, states } = await atPolls(t, { onPersonNeeded: hangs, onEvent: hangs, onError })
  let isOver = false
  const swept = env.handle.sweep().then(() => (isOver = true))
  const pass = async (ms) => {
    for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(ms)
  }
  await until(
    async () => (await env.page('bob').getState(states[1])).step.kind === 'challenge',
    'the flow asks its user',
  )
  await pass(29_999)
  await pass(1)
  assert.equal(isOver, false)
  await pass(0)
  assert.deepEqual([...errors].sort(), [
    'onEvent has not settled within 30 seconds',
    'onPersonNeeded has not settled within 30 seconds',
  ])
  await pass(30_000)
  await swept
})

test('onError gets what onPersonNeeded throws, and the flow goes on', async (t) => {
  const onPersonNeeded = () => Promise.reject(new Error('hunter2'))
  const { env, states } = await atPolls(t, { onPersonNeeded })
  await env.handle.sweep()
  assert.deepEqual(
    env.reported.errors.map(({ message }) => message),
    ['hunter2', 'hunter2'],
  )
  assert.equal((await env.page().getState(states[0])).step.kind, 'challenge')
})

test('a flow whose continuation fails is reported, stays due, and does not stop the others', async (t) => {
  const { env } = await atPolls(t)
  const { resolve } = env.config
  const fails = (user) => (user === 'ann' ? Promise.reject(new Error('hunter2')) : resolve(user, 'c_1'))
  await edge({ ...env.config, resolve: fails }).sweep()
  assert.deepEqual(
    env.reported.errors.map(({ message }) => message),
    ['hunter2'],
  )
  const needed = () => env.reported.personNeeded.map(({ user }) => user)
  assert.deepEqual(needed(), ['bob'])
  await env.handle.sweep()
  assert.deepEqual(needed(), ['bob', 'ann'])
})

test('a store may come from the bindings of the worker, and need not find what is due', async (t) => {
  const { config, bank, reported } = setup(t, { connections })
  const inner = memoryStore()
  const { due: _, purge: __, ...store } = inner
  const opened = []
  const openStore = (env) => (opened.push(env), store)
  const handle = edge({ ...config, store: openStore })
  const reply = await handle(
    new Request('https://edge.example/flows', {
      method: 'POST',
      headers: { authorization: 'Bearer ann', origin: config.origins[0], 'content-type': 'application/json' },
      body: '{"connection":"c_1"}',
    }),
    { DATABASE: 'x' },
  )
  assert.equal(reply.status, 200)
  await until(() => bank.counts().jobsStarted === 1, 'the flow runs')
  await handle.sweep({ DATABASE: 'y' })
  assert.deepEqual([...new Set(opened.map(({ DATABASE }) => DATABASE))], ['x', 'y'])
  assert.deepEqual(reported.errors, [])
})

test('onError gets what the store throws in a sweep', async (t) => {
  const { env } = await atPolls(t)
  const { read, due } = env.store
  const messages = () => env.reported.errors.splice(0).map(({ message }) => message)
  env.store.read = () => Promise.reject(new Error('no row'))
  await env.handle.sweep()
  assert.deepEqual(messages(), ['no row', 'no row'])
  env.store.read = read
  env.store.due = () => Promise.reject(new Error('no table'))
  await env.handle.sweep()
  assert.deepEqual(messages(), ['no table'])
  env.store.due = due
})

test('the functions of the company get the bindings of the worker, and so does the one that returns the keys', async (t) => {
  const bindings = { NAME: 'binding', SEAL }
  const seen = []
  const see = (name, value) => (_, env) => (seen.push([name, env]), value)
  const { config, bank } = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') }) })
  const handle = edge({
    ...config,
    seal: (env) => env.SEAL,
    onPersonNeeded: see('onPersonNeeded'),
    onFlowEnded: see('onFlowEnded'),
    data: { score: see('data', { data: 7 }) },
  })
  const page = pageOf((request) => handle(request, bindings))
  const end = await walk(page, await page.start('c_1'), () => ({ '1.1.answer': 'Chicago' }))
  assert.deepEqual([end.step.kind, await page.data(end, 'score')], ['done', { data: 7 }])
  assert.deepEqual(
    seen.map(([name, env]) => [name, env === bindings]),
    [
      ['onPersonNeeded', true],
      ['onFlowEnded', true],
      ['data', true],
    ],
  )
  assert.equal(bank.counts().answers, 1)
})

test('a record that is deleted after the sweep has found it is no error', async (t) => {
  const { env, states } = await atPolls(t)
  const { due } = env.store
  env.store.due = async (...args) => {
    const found = await due(...args)
    for (const { flow } of states) await env.store.remove(flow.split('.')[0])
    return found
  }
  await env.handle.sweep()
  assert.deepEqual(env.reported.errors, [])
})

test('a memory store finds at most as many due records as it is asked for, and deletes a record', async () => {
  const store = memoryStore()
  for (const id of ['a', 'b', 'c']) await store.write(id, 'sealed', 0, { due: 1_000, expires: 2_000 })
  assert.deepEqual(await store.due(1_000, 2), ['a', 'b'])
  await store.remove('a')
  assert.equal(await store.read('a'), null)
  assert.deepEqual(await store.due(1_000, 2), ['b', 'c'])
})

test('a sweep takes 100 records at a time, even if the store finds more', async (t) => {
  let [running, most] = [0, 0]
  const read = async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running -= 1
    return null
  }
  const due = async () => Array.from({ length: 250 }, (_, at) => `${at}`)
  const { handle, reported } = setup(t, { store: { ...memoryStore(), read, due } })
  await handle.sweep()
  assert.deepEqual([most, reported.errors], [100, []])
})
