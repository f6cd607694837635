/** Checks the PostgreSQL of an edge. It only reads. */
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Environment } from './environment.js'
import { ok, problem, warning, type Finding } from './finding.js'
import { reasonOf, TIMEOUT_MS } from './network.js'
import { clockFindings } from './reach.js'

/** A sweep runs every 30 seconds. After this delay, in milliseconds, none does. */
const SWEEP_DELAY_MS = 5 * 60_000

/** The part of the package `pg` that is used. */
interface Pg {
  Client: new (options: { connectionString: string; connectionTimeoutMillis: number; query_timeout: number }) => {
    connect(): Promise<void>
    query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>
    end(): Promise<void>
    on(event: 'error', listener: () => void): void
  }
}

export async function checkDatabase({ DATABASE_URL: url }: Environment, folder: string): Promise<Finding[]> {
  const check = 'DATABASE_URL'
  if (!url) return []
  const pg = requirePg(folder)
  if (pg === null) return [problem(check, 'the package pg is not installed', 'Run `npm install pg`.')]
  const limits = { connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS }
  try {
    const client = new pg.Client({ connectionString: url, ...limits })
    client.on('error', () => {})
    await client.connect()
    try {
      return await checkTable(check, (text, values) => client.query(text, values))
    } finally {
      await client.end()
    }
  } catch (error) {
    return [problem(check, reasonOf(error), 'Check DATABASE_URL, and that this machine may connect to PostgreSQL.')]
  }
}

async function checkTable(check: string, query: InstanceType<Pg['Client']>['query']): Promise<Finding[]> {
  const { rows } = await query("select to_regclass('bank_mfa_flow') as name, extract(epoch from now()) * 1000 as now")
  const clock = clockFindings('PostgreSQL', Number(rows[0]?.['now']))
  if (rows[0]?.['name'] === null) {
    const fix = 'node.mjs makes it when it starts. A server of your own runs the SQL of `postgresTable`.'
    return [warning(check, 'the table bank_mfa_flow does not exist', fix), ...clock]
  }
  const late = await query('select count(*) as count from bank_mfa_flow where due < $1 or expires < $1', [
    Date.now() - SWEEP_DELAY_MS,
  ])
  const count = Number(late.rows[0]?.['count'])
  if (count === 0) return [ok(check, 'the table bank_mfa_flow can be read'), ...clock]
  const fix = 'Call `sweep` every 30 seconds. If a server does, its `onError` gets why a flow cannot continue.'
  return [
    warning(
      check,
      `${count} ${count === 1 ? 'record waits' : 'records wait'} for a sweep for more than 5 minutes`,
      fix,
    ),
    ...clock,
  ]
}

function requirePg(folder: string): Pg | null {
  try {
    return createRequire(join(resolve(folder), 'package.json'))('pg') as Pg
  } catch {
    return null
  }
}
