/** Requests that wait for a change: what ends a wait, and what is left of it. */
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import {
  atChallenge,
  edge,
  flinksConnection,
  memoryStore,
  mxConnection,
  page as pageOf,
  rightAnswers,
  setup,
} from './setup.mjs'

const { Changes } = await import(new URL('../edge/records/changes.js', pathToFileURL(resolve('bank-mfa/edge'))))

/** A flow that is polled every few seconds. */
async function atPoll(t, more) {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'slow_dispatched') }), ...more })
  const page = env.page()
  let state = await page.start('c_1')
  await until(async () => (state = await page.getState(state)).step.stage === 'poll', 'the flow is polled')
  return { ...env, page, state }
}

/** From here on, no process reads a record again before `tick(1_000)`. */
const stopRereading = (t) => t.mock.timers.enable({ apis: ['setTimeout'] })

test('a page whose poll cannot be stored gets UNAVAILABLE, and the next one continues', async (t) => {
  const store = memoryStore()
  let isFull = false
  const write = async (...args) => {
    if (isFull) throw new Error('the disk is full')
    return store.write(...args)
  }
  const { page, state, reported } = await atPoll(t, { store: { ...store, write } })
  isFull = true
  const refused = await page.getState(state, state.version)
  assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  assert.deepEqual(reported.errors.map(String), ['Error: the disk is full'])
  isFull = false
  assert.equal((await page.settled(state)).step.kind, 'challenge')
})

test('a clock that ends each wait at once does not keep other tasks from running', async (t) => {
  const { env, page, state } = await atChallenge(t)
  let waits = 0
  env.config.clock.wait = async () => assert.ok(++waits < 10_000, 'nothing else runs')
  const poll = page.getState(state, state.version)
  await until(() => waits > 3, 'the page waits again')
  await page.cancel(state)
  assert.equal((await poll).step.kind, 'failed')
})

test('a page waits 25 seconds, even if the connection of a flow that is due does not resolve', async (t) => {
  const { bank, config, ...env } = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  let hangs
  const { resolve } = config
  config.resolve = async (...args) => {
    await new Promise((resolve) => (hangs = resolve))
    return resolve(...args)
  }
  stopRereading(t)
  // The round may be watched again.
  bank.clock.advance(60_000)
  const waiting = page.getState(state, state.version)
  await until(() => hangs, 'the turn begins')
  bank.clock.advance(25_000)
  assert.deepEqual(await waiting, state)
  hangs()
})

test('a page that waits sees the answer at another process after a second', async (t) => {
  const { env, page, state, nextWait } = await atChallenge(t)
  const other = pageOf(edge(env.config))
  stopRereading(t)
  const waits = nextWait()
  const waiting = page.getState(state, state.version)
  await waits
  await other.answer(state, 1, rightAnswers(env)(state.step.round))
  t.mock.timers.tick(1_000)
  assert.equal((await waiting).step.kind, 'done')
})

test('a page that waits gets the ending before onFlowEnded has accepted it', async (t) => {
  let accept
  const onFlowEnded = () => new Promise((resolve) => (accept = resolve))
  const { env, page, state } = await atChallenge(t, { onFlowEnded })
  stopRereading(t)
  const answered = page.answer(state, 1, rightAnswers(env)(state.step.round))
  const working = await page.getState(state, state.version)
  assert.equal(working.step.kind, 'working')
  assert.equal((await page.getState(state, working.version)).step.kind, 'done')
  accept()
  await answered
})

test('a wait ends with its request, and leaves no listener at its signal', async (t) => {
  const { state, handle, nextWait } = await atChallenge(t)
  stopRereading(t)
  const leaving = new AbortController()
  const init = { headers: { authorization: 'Bearer ann' }, signal: leaving.signal }
  const request = new Request(`https://edge.example/mfa/flows/${state.flow}?after=${state.version}`, init)
  const listeners = () => getEventListeners(request.signal, 'abort').length
  const before = listeners()
  const waits = nextWait()
  const reply = handle(request)
  await waits
  assert.equal(listeners(), before + 1)
  leaving.abort()
  assert.equal((await reply).status, 200)
  assert.equal(listeners(), before)
})

test('a process stops listening for changes when its requests have ended', async (t) => {
  let open = 0
  const { listen } = Changes.prototype
  t.mock.method(Changes.prototype, 'listen', function (id) {
    const { change, stop } = listen.call(this, id)
    open += 1
    return { change, stop: () => void (stop(), (open -= 1)) }
  })
  const data = { accounts: () => ({ data: [] }) }
  const { env, page, state } = await atChallenge(t, { data })
  const waiting = page.getState(state, state.version)
  const end = await page.answer(state, 1, rightAnswers(env)(state.step.round))
  await waiting
  await page.data(end, 'accounts')
  assert.equal(open, 0)
})

test('a listener resolves at a change of its own record, unless it has stopped', async () => {
  const changes = new Changes()
  const resolved = []
  const listen = (id, name) => {
    const { change, stop } = changes.listen(id)
    void change.then(() => resolved.push(name))
    return stop
  }
  const stop = listen('a', 'stopped')
  listen('a', 'first')
  listen('b', 'other')
  stop()
  listen('a', 'second')
  changes.notify('a')
  await Promise.resolve()
  assert.deepEqual(resolved, ['first', 'second'])
})
