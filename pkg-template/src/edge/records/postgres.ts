import type { Store } from '../config.js'

/** Runs one SQL statement with its values, as `pool.query` of `pg` does. */
export type Query = (
  text: string,
  values: unknown[],
) => Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>

/**
 * The SQL that creates the table if it does not exist. Times are in milliseconds since 1970. The lock lets servers that
 * start at once run it one after another: `if not exists` alone fails then.
 */
export const postgresTable = `
select pg_advisory_xact_lock(8249207211);
create table if not exists bank_mfa_flow (
  id text primary key,
  version integer not null,
  sealed text not null,
  due bigint,
  expires bigint not null
);
create index if not exists bank_mfa_flow_due on bank_mfa_flow (due) where due is not null;
create index if not exists bank_mfa_flow_expires on bank_mfa_flow (expires);
`

/**
 * A store in PostgreSQL. Each call is one statement, so no transaction is needed.
 *
 * @example
 * await pool.query(postgresTable)
 * const store = postgres((text, values) => pool.query(text, values))
 */
export function postgres(query: Query): Store {
  return {
    async read(id) {
      const { rows } = await query('select sealed, version from bank_mfa_flow where id = $1', [id])
      const [row] = rows
      return row === undefined ? null : { sealed: String(row['sealed']), version: Number(row['version']) }
    },
    async write(id, sealed, expectedVersion, { due = null, expires }: { due?: number | null; expires: number }) {
      const { rowCount } =
        expectedVersion === 0
          ? await query(
              'insert into bank_mfa_flow (id, version, sealed, due, expires) values ($1, 1, $2, $3, $4) ' +
                'on conflict (id) do nothing',
              [id, sealed, due, expires],
            )
          : await query(
              'update bank_mfa_flow set version = version + 1, sealed = $3, due = $4, expires = $5 ' +
                'where id = $1 and version = $2',
              [id, expectedVersion, sealed, due, expires],
            )
      if (typeof rowCount !== 'number') throw new TypeError('the query function must return the rowCount of a write')
      return rowCount === 1
    },
    async remove(id) {
      await query('delete from bank_mfa_flow where id = $1', [id])
    },
    async due(now, limit) {
      const { rows } = await query('select id from bank_mfa_flow where due <= $1 order by due limit $2', [now, limit])
      return rows.map((row) => String(row['id']))
    },
    async purge(now) {
      await query('delete from bank_mfa_flow where expires <= $1', [now])
    },
  }
}
