/** The edge as a Node server, with its flows in PostgreSQL: `npm install`, then `node --env-file=.dev.vars node.mjs`. */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { edge, nodeHandler, postgres, postgresTable } from 'bank-mfa/edge'
import pg from 'pg'
import * as app from './app.js'

const openapi = createRequire(import.meta.url)('bank-mfa/openapi.json')

const { env } = process
const pool = new pg.Pool({ connectionString: env.DATABASE_URL })
pool.on('error', app.onError)
await pool.query(postgresTable)

const mfa = edge({
  ...app,
  seal: env.SEAL_KEYS,
  store: postgres((text, values) => pool.query(text, values)),
})

/** Tasks that continue after their reply, such as a call to a bank. */
const tasks = new Set()
const waitUntil = (task) => {
  const tracked = task.catch(() => {}).finally(() => tasks.delete(tracked))
  tasks.add(tracked)
}
const sweeping = setInterval(() => waitUntil(mfa.sweep(env)), 30_000)
const stopping = new AbortController()

async function respond(request) {
  const { pathname } = new URL(request.url)
  if (request.method === 'GET' && pathname.endsWith('/openapi.json')) return Response.json(openapi)
  // On SIGTERM a long poll gets its reply at once, and the page retries at another server.
  const signal = AbortSignal.any([request.signal, stopping.signal])
  const reply = await mfa(new Request(request, { signal }), env, { waitUntil })
  if (stopping.signal.aborted) reply.headers.set('connection', 'close')
  return reply
}

const server = createServer(nodeHandler(respond))
server.listen(Number(env.PORT ?? 8787), () => console.log(`The edge listens on port ${server.address().port}`))

process.once('SIGTERM', async () => {
  clearInterval(sweeping)
  const closed = new Promise((resolve) => server.close(resolve))
  stopping.abort()
  await closed
  while (tasks.size > 0) await Promise.all(tasks)
  await pool.end()
})
