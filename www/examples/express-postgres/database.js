import pg from 'pg'
import { postgresTable } from 'bank-mfa/edge'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL })
pool.on('error', (error) => console.error(error.message))

export const query = (text, values) => pool.query(text, values)

/** A connection belongs to a user. Its LoginId never reaches a page. */
const connectionsTable = `
CREATE TABLE IF NOT EXISTS connections (
  user_id text,
  id text,
  login_id text NOT NULL,
  request_id text,
  PRIMARY KEY (user_id, id)
)`

await query(postgresTable + connectionsTable)
