/** Rows of PostgreSQL that another release has written, in the table that it has created. */
import assert from 'node:assert/strict'
import test, { after, before } from '../lib/test.mjs'
import { app } from '../lib/package.mjs'
import { startPostgres } from '../edge/postgres-server.mjs'
import { placeRecord } from './lib/continue.mjs'
import { loadPackage } from './lib/package.mjs'
import { reads } from './lib/reads.mjs'
import { readSet, setNames } from './lib/sets.mjs'

const pkg = await loadPackage(app)
let database
before(async () => (database = await startPostgres()))
after(() => database.stop())

/** A home of records like those of homes.mjs, in PostgreSQL. */
function postgresHome(pool) {
  const placed = []
  return {
    get: (id) => pool.query('select * from bank_mfa_flow where id = $1', [id]),
    place(id, { version, sealed, due, expires }) {
      const columns = '(id, version, sealed, due, expires) values ($1, $2, $3, $4, $5)'
      placed.push(pool.query(`insert into bank_mfa_flow ${columns}`, [id, version, sealed, due, expires]))
    },
    open(pkg, config) {
      const query = async (text, values) => (await Promise.all(placed), pool.query(text, values))
      const handle = pkg.edge({ ...config, store: pkg.postgres(query) })
      return { handle, sweep: () => handle.sweep() }
    },
  }
}

for (const name of setNames().filter((name) => reads(readSet(name).wrote))) {
  test(`rows in the table of a release continue after this release has prepared its own: ${name}`, async () => {
    const { table, flows } = readSet(name)
    const pool = database.connect()
    await pool.query(`drop table bank_mfa_flow; ${table}`)
    await pool.query(pkg.postgresTable)
    const seen = new Set()
    for (const recorded of flows) {
      for (const record of recorded.records) {
        const kind = `${recorded.flow.split(' ')[0]} ${record.step}`
        if (record.home !== 'table' || seen.has(kind)) continue
        seen.add(kind)
        await pool.query('delete from bank_mfa_flow')
        const world = await placeRecord(pkg, recorded, record, postgresHome(pool))
        assert.deepEqual(await world.finish(), record.outcome, `${recorded.flow}, ${record.step}`)
      }
    }
    assert.ok(seen.size >= 7, [...seen].join())
  })
}
