/** The same edge in a Node server, its flows in PostgreSQL: `npm install bank-mfa pg`, then `node node.mjs`. */
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { edge, postgres, postgresTable } from 'bank-mfa/edge'
import pg from 'pg'

const { env } = process
const pool = new pg.Pool({ connectionString: env.DATABASE_URL })
await pool.query(postgresTable)

const mfa = edge({
  store: postgres((text, values) => pool.query(text, values)),
  origins: ['https://app.example'], // your pages
  seal: JSON.parse(env.SEAL_KEYS),
  authenticate: (request) => userOfSession(request), // as in worker.js
  resolve: (user, connection) => findConnection(user, connection), // as in worker.js
  onError: (error) => console.error(error.message),
})
setInterval(() => mfa.sweep().catch((error) => console.error(error.message)), 30_000)

async function serve(request, response) {
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : Readable.toWeb(request)
  const left = new AbortController()
  response.once('close', () => left.abort())
  const { method, headers, url } = request
  const init = { method, headers, body, duplex: 'half', signal: left.signal }
  const reply = await mfa(new Request(`http://edge.example${url}`, init))
  response.writeHead(reply.status, Object.fromEntries(reply.headers))
  if (reply.body) await pipeline(Readable.fromWeb(reply.body), response)
  else response.end()
}

// Who leaves in the middle, or sends what is no request, ends the connection and nothing else.
createServer((request, response) => serve(request, response).catch(() => response.destroy())).listen(
  Number(env.PORT ?? 8787),
)

/** Yours. */
async function userOfSession() {
  return null
}

/** Yours. */
async function findConnection() {
  return null
}
