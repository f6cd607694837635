import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { startPostgres } from '../edge/postgres-server.mjs'
import { SLOW, install, postgresEnv, startServer } from './setup.mjs'
import { checkDefaults, connect, visit } from './visitor.mjs'

test('express-postgres connects a bank, and stores the outcome in PostgreSQL', SLOW, async (t) => {
  const folder = await install('express-postgres')
  const database = await startPostgres()
  t.after(() => database.stop())
  const { url } = await startServer(t, folder, { env: postgresEnv(database) })
  const visitor = await visit(t, url)
  await connect(visitor)
  await checkDefaults(visitor, url)

  const { rows } = await database.connect(1).query('SELECT * FROM connections')
  assert.equal(rows.length, 1)
  assert.match(rows[0].request_id, /^[\da-f-]{36}$/)
})
