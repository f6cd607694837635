/**
 * The worker of a company, in a process of its own: the edge's handler over PostgreSQL. Each effect asks before and after
 * it whether to go on; the answer may be SIGKILL.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import pg from 'pg'
import { clockOf } from './clock.mjs'
import { edge, postgres, sealer } from './entry.mjs'
import { forgetful, ORIGIN, purposeOf, SEAL } from './points.mjs'

const { bank, controller, database, forgets } = JSON.parse(process.argv[2])
const tasks = new Set()
const clock = clockOf(() => tasks.size > 0)

const post = (url, body) =>
  fetch(url, { method: 'POST', headers: { 'x-now': `${clock.now()}` }, body: JSON.stringify(body) })
const point = async (what) => void (await (await post(controller, { what })).text())

async function between(what, effect) {
  await point(`before ${what}`)
  const outcome = await effect()
  await point(`after ${what}`)
  return outcome
}

function failing(store) {
  return {
    ...store,
    write: (...args) => between('write', () => store.write(...args)),
    remove: (...args) => between('remove', () => store.remove(...args)),
  }
}

const pool = new pg.Pool({ ...database, max: 2 })
const table = postgres((text, values) => pool.query(text, values))
const handle = edge({
  authenticate: (request) => request.headers.get('authorization'),
  resolve: async (_, connection) => (await post(`${bank}/run/${connection}/connection`)).json(),
  origins: [ORIGIN],
  seal: SEAL,
  store: failing(forgets ? forgetful(table, sealer(SEAL)) : table),
  limits: { startsPerHour: 1_000 },
  onEnded: (ended) => between('telling', () => post(`${controller}/ended`, ended)),
  onError: (error) => console.error(error),
  fetch: (url, init) => {
    const headers = { ...init.headers, 'x-now': `${clock.now()}` }
    return between(purposeOf(url, init), () => fetch(url, { ...init, headers }))
  },
  clock,
})

/** Beside the edge's routes: `/quiet` waits for what runs in the background, `/sweep` sweeps. */
async function route(request) {
  clock.reach(Number(request.headers.get('x-now')))
  const context = {
    waitUntil(task) {
      tasks.add(task)
      task.finally(() => tasks.delete(task)).catch(() => {})
    },
  }
  const { pathname } = new URL(request.url)
  if (pathname === '/sweep') await handle.sweep()
  if (pathname === '/quiet') while (tasks.size > 0) await Promise.allSettled(tasks)
  return pathname === '/sweep' || pathname === '/quiet' ? Response.json({}) : handle(request, undefined, context)
}

const server = createServer(async (incoming, outgoing) => {
  const chunks = []
  for await (const chunk of incoming) chunks.push(chunk)
  const { method, url, headers } = incoming
  const body = chunks.length > 0 ? Buffer.concat(chunks) : undefined
  const reply = await route(new Request(`http://edge.example${url}`, { method, headers, body }))
  outgoing.writeHead(reply.status, Object.fromEntries(reply.headers))
  outgoing.end(Buffer.from(await reply.arrayBuffer()))
})
await once(server.listen(0, '127.0.0.1'), 'listening')
process.send(`http://127.0.0.1:${server.address().port}`)
process.once('disconnect', () => process.exit())
