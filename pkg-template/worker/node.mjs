/** The edge as a Node server, with its flows in PostgreSQL: `npm install bank-mfa pg`, then `node node.mjs`. */
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { edge, postgres, postgresTable } from 'bank-mfa/edge'
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
  return mfa(request, env, { waitUntil })
}

async function serve(request, response) {
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : Readable.toWeb(request)
  const closed = new AbortController()
  response.once('close', () => closed.abort())
  // On SIGTERM a long poll gets its reply at once, and the page retries at another server.
  const signal = AbortSignal.any([closed.signal, stopping.signal])
  const { method, headers, url } = request
  const init = { method, headers, body, duplex: 'half', signal }
  const reply = await respond(new Request(`http://edge.example${url}`, init))
  if (stopping.signal.aborted) response.setHeader('connection', 'close')
  response.writeHead(reply.status, Object.fromEntries(reply.headers))
  if (reply.body) await pipeline(Readable.fromWeb(reply.body), response)
  else response.end()
  // The edge may leave a body partly unread. Node would then hold up the connection, so the rest is discarded.
  request.removeAllListeners('data').resume()
  if (stopping.signal.aborted) request.socket.end()
}

// A malformed request, or a client that disconnects, closes its own connection only.
const server = createServer((request, response) => serve(request, response).catch(() => response.destroy()))
server.listen(Number(env.PORT ?? 8787), () => console.log(`The edge listens on port ${server.address().port}`))

process.once('SIGTERM', async () => {
  clearInterval(sweeping)
  const closed = new Promise((resolve) => server.close(resolve))
  stopping.abort()
  await closed
  while (tasks.size > 0) await Promise.all(tasks)
  await pool.end()
})
