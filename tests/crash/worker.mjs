/** The worker of a company on PostgreSQL, in its own process. Each run has its own edge and clock. */
import pg from 'pg'
import { clockOf } from './clock.mjs'
import { edge, postgres, sealer } from './entry.mjs'
import { precedesSend, losingStore } from './losing-store.mjs'
import { background, companyOf, SEAL } from './points.mjs'
import { sendAddress, serve } from './serve.mjs'

const { database, losesWrites, ...others } = JSON.parse(process.argv[2])
const pool = new pg.Pool({ ...database, max: 4 })
const table = postgres((text, values) => pool.query(text, values))
const seal = sealer(SEAL)
const edges = new Map()

function edgeOf(run) {
  const { isBusy, waitUntil, quiet } = background()
  const clock = clockOf(isBusy)
  const { between, config, points, stopAt } = companyOf(run, others, clock, waitUntil)
  const inner = losesWrites ? losingStore(table, precedesSend(seal)) : table
  const store = {
    read: inner.read,
    write: (...args) => between('write', () => inner.write(...args)),
    remove: (id) => between('remove', () => inner.remove(id)),
    // All runs share the table.
    async due(now) {
      const own = await seal.name('flow', run, run)
      return (await inner.due(now, 10_000)).filter((id) => id === own)
    },
  }
  const handle = edge({ ...config, store })
  return {
    clock,
    stopAt,
    handle: (request) => handle(request, undefined, { waitUntil }),
    routes: {
      quiet: async () => (await quiet(), points),
      sweep: () => handle.sweep(),
    },
  }
}

/** Next to the edge's routes, `/quiet` waits for background tasks and returns the points, and `/sweep` sweeps. */
async function reply(request) {
  const run = request.headers.get('authorization')
  if (!edges.has(run)) edges.set(run, edgeOf(run))
  const { clock, stopAt, handle, routes } = edges.get(run)
  clock.reach(Number(request.headers.get('x-now')))
  stopAt(Number(request.headers.get('x-stop-at')))
  const route = routes[new URL(request.url).pathname.slice(1)]
  return route ? Response.json((await route()) ?? null) : handle(request)
}

const server = await serve(async ({ method, url, headers }, response, body) => {
  const init = { method, headers, ...(body.length > 0 && { body }) }
  const replied = await reply(new Request(`http://edge.example${url}`, init))
  response.writeHead(replied.status, Object.fromEntries(replied.headers))
  response.end(Buffer.from(await replied.arrayBuffer()))
})
sendAddress(server)
