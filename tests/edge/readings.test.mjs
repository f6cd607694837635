/** Readings of data that take several steps: who takes the next step, and what is kept between two. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { edge, flinksConnection, page as pageOf, setup } from './setup.mjs'

const { accounts, transactions } = await import(pathToFileURL(resolve('bank-mfa/edge/data')))

const CACHED = { mostRecentCached: true }

/** A page whose flow is done, and whose data is not ready. */
async function done(t, { username = 'slow_data', ...more } = {}) {
  const connections = (bank) => ({
    'ann/c_1': {
      ...flinksConnection(bank, username, 'authorize', CACHED),
      apiKey: bank.keys.apiKey,
    },
  })
  const env = setup(t, { connections, data: { accounts: accounts(), transactions: transactions() }, ...more })
  const page = env.page()
  const end = await page.settled(await page.start('c_1'))
  assert.equal(end.step.kind, 'done')
  /** How many readings have begun at Flinks. */
  const begun = () => env.wire.calls.filter(({ url }) => /GetAccounts(Summary|Detail)$/.test(url)).length
  return { env, page, end, begun }
}

test('a reading that has begun goes on if the flow may begin no other one', async (t) => {
  const { page, end } = await done(t, { limits: { readsPerFlow: 1 } })
  assert.ok((await page.data(end, 'accounts')).until)
  assert.equal((await page.data(end, 'transactions')).code, 'RATE_LIMITED')
  assert.equal((await page.data(end, 'accounts')).data.length, 2)
})

test('two readings of a flow that take turns begin once each', async (t) => {
  const { page, end, begun } = await done(t, { username: 'data_for_ever' })
  for (const name of ['accounts', 'transactions', 'accounts']) assert.ok((await page.data(end, name)).until)
  assert.equal(begun(), 2)
})

test('a reader that returns no step is called once and reported', async (t) => {
  let step
  let calls = 0
  const score = () => {
    assert.ok(++calls < 5, 'the reading does not end')
    return step
  }
  const { env, page, end } = await done(t, { data: { score } })
  const now = env.bank.clock.now()
  for (step of [
    undefined,
    null,
    'score',
    [],
    {},
    { state: 'a' },
    { state: 'a', until: NaN },
    { state: 1, until: now },
  ]) {
    calls = 0
    const { status, code } = await page.data(end, 'score')
    assert.deepEqual([status, code, calls], [503, 'UNAVAILABLE', 1], JSON.stringify(step))
    const [{ message }] = env.reported.errors.splice(0)
    assert.equal(message, 'a reader must return { data }, or { state, until }: a string and a time')
  }
  step = { data: 7 }
  assert.deepEqual(await page.data(end, 'score'), { data: 7 })
})

test('a reader whose until is in the past is called once a second, and the page gets when it may retry', async (t) => {
  const times = []
  const score = ({ clock }) => {
    assert.ok(times.push(clock.now()) < 100, 'the reading does not end')
    return { state: 'a', until: clock.now() / 1_000 }
  }
  const { env, page, end } = await done(t, { data: { score } })
  const { until } = await page.data(end, 'score')
  assert.equal(until, times.at(-1) + 1_000)
  assert.ok(until > env.bank.clock.now())
  const steps = times.slice(1).map((time, at) => time - times[at])
  assert.deepEqual(steps, Array(25).fill(1_000))
})

test('a reader that ignores its signal is refused after its timeout, and can be called again', async (t) => {
  let steps = 0
  const score = () => (++steps === 1 ? new Promise(() => {}) : { data: steps })
  const { env, page, end } = await done(t, { data: { score } })
  const timeout = new AbortController()
  const { mock } = t.mock.method(AbortSignal, 'timeout', () => timeout.signal)
  const reply = page.data(end, 'score')
  await until(() => steps === 1, 'the first step begins')
  mock.restore()
  timeout.abort()
  const isRefused = async () => (await Promise.race([reply, undefined]))?.code === 'UNAVAILABLE'
  await until(isRefused, 'the reading is refused')
  const messages = env.reported.errors.map(({ message }) => message)
  assert.deepEqual(messages, ['data.score has not settled within 60 seconds'])
  assert.deepEqual(await page.data(end, 'score'), { data: 2 })
})

test('if a process dies during a step, another one takes it after 65 seconds', async (t) => {
  let steps = 0
  const hangs = () => ++steps === 1 && new Promise(() => {})
  const data = { score: async () => (await hangs()) || { data: steps } }
  const { env, page, end } = await done(t, { data })
  const { clock } = env.bank
  const other = pageOf(edge(env.config))
  const began = clock.now()
  void page.data(end, 'score')
  await until(() => steps === 1, 'the first step begins')
  assert.deepEqual(await other.data(end, 'score'), { until: began + 65_000 })
  clock.advance(began + 65_000 - clock.now())
  assert.deepEqual(await other.data(end, 'score'), { data: 2 })
})

test('data of a connection that the user no longer has is not found', async (t) => {
  const { env, end, begun } = await done(t)
  const later = pageOf(edge({ ...env.config, resolve: () => null }))
  const refused = await later.data(end, 'accounts')
  assert.deepEqual([refused.status, refused.code], [404, 'NOT_FOUND'])
  assert.equal(begun(), 0)
})
