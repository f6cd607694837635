/** The store in a real PostgreSQL: three servers, each with its own database connections. */
import assert from 'node:assert/strict'
import test, { after, before } from '../lib/test.mjs'
import { setup, flinksConnection, edge, page, postgres, postgresTable, rightAnswers } from './setup.mjs'
import { startPostgres } from './postgres-server.mjs'

let database
before(async () => (database = await startPostgres()))
after(() => database.stop())

const storeIn = (pool) => postgres((text, values) => pool.query(text, values))
const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') })

/** Three servers with one table. */
async function startServers(t, more) {
  await database.connect(1).query('delete from bank_mfa_flow')
  const env = setup(t, { connections, store: storeIn(database.connect()), limits: { startsPerHour: 99 }, ...more })
  const others = [1, 2].map(() => edge({ ...env.config, store: storeIn(database.connect()) }))
  return { ...env, servers: [env.handle, ...others] }
}

test('servers that start at once on an empty database all create the table', async () => {
  for (let round = 0; round < 5; round++) {
    await database.connect(1).query('drop table bank_mfa_flow')
    await Promise.all(Array.from({ length: 8 }, () => database.connect(1).query(postgresTable)))
  }
})

test('a query function that does not return the number of rows is refused', async () => {
  const store = postgres(async () => ({ rows: [] }))
  const message = 'the query function must return the rowCount of a write'
  await assert.rejects(store.write('a', 'one', 0, { expires: 1000 }), new TypeError(message))
})

test('a write succeeds only with the current version, and increments it', async () => {
  const store = storeIn(database.connect())
  const when = { expires: 1000 }
  assert.equal(await store.read('a'), null)
  assert.equal(await store.write('a', 'one', 1, when), false)
  assert.equal(await store.write('a', 'one', 0, when), true)
  assert.equal(await store.write('a', 'two', 0, when), false)
  assert.deepEqual(await store.read('a'), { sealed: 'one', version: 1 })
  const writes = await Promise.all(Array.from({ length: 20 }, (_, at) => store.write('a', `${at}`, 1, when)))
  assert.equal(writes.filter(Boolean).length, 1)
  assert.equal((await store.read('a')).version, 2)
  await store.remove('a')
  assert.equal(await store.read('a'), null)
})

test('due records are found, the oldest first, and expired ones are deleted', async () => {
  const store = storeIn(database.connect())
  await store.write('late', 'x', 0, { due: Date.UTC(2026, 1), expires: Date.UTC(2026, 2) })
  await store.write('early', 'x', 0, { due: Date.UTC(2026, 0), expires: Date.UTC(2026, 3) })
  await store.write('never', 'x', 0, { expires: Date.UTC(2026, 3) })
  assert.deepEqual(await store.due(Date.UTC(2026, 0), 9), ['early'])
  assert.deepEqual(await store.due(Date.UTC(2026, 1), 9), ['early', 'late'])
  assert.deepEqual(await store.due(Date.UTC(2026, 1), 1), ['early'])
  await store.purge(Date.UTC(2026, 2))
  assert.deepEqual(await Promise.all(['late', 'early', 'never'].map(async (id) => (await store.read(id)) !== null)), [
    false,
    true,
    true,
  ])
})

test('of fifty starts and fifty answers at three servers, one of each is sent and every page gets its outcome', async (t) => {
  const env = await startServers(t, { realTime: true })
  const at = (index) => page(env.servers[index % 3])
  const started = await Promise.all(Array.from({ length: 50 }, (_, index) => at(index).start('c_1')))
  assert.equal(new Set(started.map(({ flow }) => flow)).size, 1)
  const state = await at(0).settled(started[0])
  const right = rightAnswers(env)(state.step.round)
  const ends = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => at(index).settled(await at(index).answer(state, 1, right))),
  )
  assert.deepEqual([...new Set(ends.map((end) => JSON.stringify(end)))], [JSON.stringify(ends[0])])
  assert.equal(ends[0].step.kind, 'done')
  const { liveStarts, answers, tokensMinted, broken } = env.bank.counts()
  assert.deepEqual([liveStarts, answers, tokensMinted, broken], [1, 1, 1, {}])
  assert.equal(env.reported.personNeeded.length, 1)
  assert.equal(env.reported.ended.length, 1)
})

test('a page that waits at one server gets a change by another server', async (t) => {
  const env = await startServers(t, { realTime: true })
  const [one, other] = env.servers.map((server) => page(server))
  const state = await one.settled(await one.start('c_1'))
  const waiting = other.getState(state, state.version)
  await one.answer(state, 1, rightAnswers(env)(state.step.round))
  assert.ok((await waiting).version > state.version)
})

test('an abandoned flow is ended once by the sweeps of three servers', async (t) => {
  const env = await startServers(t)
  const own = env.page()
  await own.settled(await own.start('c_1'))
  env.bank.clock.advance(8 * 60_000)
  await Promise.all(env.servers.map((server) => server.sweep()))
  assert.deepEqual(
    env.reported.ended.map(({ failure }) => failure.code),
    ['session-expired'],
  )
  env.bank.clock.advance(3_600_000)
  await env.servers[1].sweep()
  const { rows } = await database.connect(1).query('select id from bank_mfa_flow')
  assert.deepEqual(rows, [])
})

/** All nodes of a plan. */
const nodesOf = (plan) => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** What the statements of a store cost: for each one, the nodes of its plan and the buffers that it touches. */
async function explain(pool, call) {
  const costs = []
  const store = postgres(async (text, values) => {
    const { rows } = await pool.query(`explain (analyze, buffers, format json) ${text}`, values)
    const [{ Plan: plan }] = rows[0]['QUERY PLAN']
    const nodes = nodesOf(plan)
    const tableRead = nodes.filter(({ 'Node Type': type }) => type === 'Seq Scan').length
    const buffers = plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
    const rowsRead = nodes.reduce((sum, node) => sum + node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0), 0)
    costs.push({ tableRead, buffers, rowsRead })
    return { rows: [], rowCount: 1 }
  })
  await call(store)
  assert.equal(costs.length, 1)
  return costs[0]
}

test('a sweep costs what is due and expired, and no more with 10,000 flows at rest than with 100', async () => {
  const pool = database.connect(1)
  const [now, later] = [Date.UTC(2026, 0), Date.UTC(2026, 1)]
  const insert = (from, to, due, expires) =>
    pool.query(
      "insert into bank_mfa_flow select 'flow ' || n, 1, repeat('x', 1600), $3::bigint, $4 from generate_series($1::int, $2) n",
      [from, to, due, expires],
    )
  await pool.query('truncate bank_mfa_flow')
  await insert(1, 10, now, later)
  await insert(11, 20, later, now)
  const costs = []
  // At rest, half of the flows are due later, and half are not due at all.
  for (const [from, to] of [
    [101, 200],
    [201, 10_100],
  ]) {
    await insert(from, (from + to - 1) / 2, later, later)
    await insert((from + to + 1) / 2, to, null, later)
    await pool.query('vacuum analyze bank_mfa_flow')
    // The planner reads a table of a few pages whole, and rightly so. The first figures are those of the indexes, too.
    await pool.query(`set enable_seqscan = ${to === 200 ? 'off' : 'on'}`)
    costs.push({
      due: await explain(pool, (store) => store.due(now, 100)),
      purge: await explain(pool, async (store) => {
        await pool.query('begin')
        await store.purge(now)
      }),
      read: await explain(pool, (store) => store.read('flow 101')),
    })
    await pool.query('rollback')
  }
  const [few, many] = costs
  for (const statement of Object.keys(few)) {
    assert.equal(many[statement].tableRead, 0, `${statement} reads the whole table`)
    assert.equal(many[statement].rowsRead, few[statement].rowsRead, `${statement} reads rows that are not due`)
    // An index over more rows may be one or two levels deeper.
    const levels = 2 * Math.max(1, few[statement].rowsRead)
    assert.ok(many[statement].buffers <= few[statement].buffers + levels, `${statement}: ${JSON.stringify(costs)}`)
  }
})
