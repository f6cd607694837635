/** The same edge in a Node server, its flows in PostgreSQL: `npm install bank-mfa pg`, then `node node.mjs`. */
import { createServer } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { edge, postgres, postgresTable } from 'bank-mfa/edge'
import pg from 'pg'
import * as app from './app.js'

const { env } = process
const pool = new pg.Pool({ connectionString: env.DATABASE_URL })
pool.on('error', app.onError)
await pool.query(postgresTable)

const mfa = edge({
  ...app,
  seal: env.SEAL_KEYS,
  store: postgres((text, values) => pool.query(text, values)),
})

/** What runs on although its page has gone: a call to a bank. */
const tasks = new Set()
const keep = (task) => {
  const kept = task.catch(() => {}).finally(() => tasks.delete(kept))
  tasks.add(kept)
}
const sweeping = setInterval(() => keep(mfa.sweep(env)), 30_000)
const stopping = new AbortController()

async function serve(request, response) {
  const body = ['GET', 'HEAD'].includes(request.method) ? undefined : Readable.toWeb(request)
  const left = new AbortController()
  response.once('close', () => left.abort())
  // Who only waits is replied to at the end, and asks the next server.
  const signal = AbortSignal.any([left.signal, stopping.signal])
  const { method, headers, url } = request
  const init = { method, headers, body, duplex: 'half', signal }
  const reply = await mfa(new Request(`http://edge.example${url}`, init), env, { waitUntil: keep })
  if (stopping.signal.aborted) response.setHeader('connection', 'close')
  response.writeHead(reply.status, Object.fromEntries(reply.headers))
  if (reply.body) await pipeline(Readable.fromWeb(reply.body), response)
  else response.end()
  if (stopping.signal.aborted) request.socket.end()
}

// Who leaves in the middle, or sends what is no request, ends the connection and nothing else.
const server = createServer((request, response) => serve(request, response).catch(() => response.destroy()))
server.listen(Number(env.PORT ?? 8787), () => console.log(`the edge listens on port ${server.address().port}`))

process.once('SIGTERM', async () => {
  clearInterval(sweeping)
  const closed = new Promise((resolve) => server.close(resolve))
  stopping.abort()
  await closed
  while (tasks.size > 0) await Promise.all(tasks)
  await pool.end()
})
