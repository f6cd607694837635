/** The worker of a company over PostgreSQL, in a process of its own. Each run has an edge and a time of its own. */
import pg from 'pg'
import { clockOf } from './clock.mjs'
import { edge, postgres, sealer } from './entry.mjs'
import { aheadBy, forgetfulStore } from './forgetful.mjs'
import { background, companyOf, SEAL } from './points.mjs'
import { serve, tell } from './serve.mjs'

const { database, forgets, ...others } = JSON.parse(process.argv[2])
const pool = new pg.Pool({ ...database, max: 4 })
const table = postgres((text, values) => pool.query(text, values))
const seal = sealer(SEAL)
const edges = new Map()

function edgeOf(run) {
  const { isBusy, waitUntil, quiet } = background()
  const clock = clockOf(isBusy)
  const { between, config, points, stopAt } = companyOf(run, others, clock)
  const inner = forgets ? forgetfulStore(table, aheadBy(seal)) : table
  const store = {
    read: inner.read,
    write: (...args) => between('write', () => inner.write(...args)),
    remove: (id) => between('remove', () => inner.remove(id)),
    // The table is that of all runs.
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
    acts: {
      quiet: async () => (await quiet(), points),
      sweep: () => handle.sweep(),
    },
  }
}

/** Beside the edge's routes: `/quiet` waits for what runs in the background and tells the points, `/sweep` sweeps. */
async function route(request) {
  const run = request.headers.get('authorization')
  if (!edges.has(run)) edges.set(run, edgeOf(run))
  const { clock, stopAt, handle, acts } = edges.get(run)
  clock.reach(Number(request.headers.get('x-now')))
  stopAt(Number(request.headers.get('x-stop-at')))
  const act = acts[new URL(request.url).pathname.slice(1)]
  return act ? Response.json((await act()) ?? null) : handle(request)
}

const server = await serve(async ({ method, url, headers }, response, body) => {
  const init = { method, headers, ...(body.length > 0 && { body }) }
  const reply = await route(new Request(`http://edge.example${url}`, init))
  response.writeHead(reply.status, Object.fromEntries(reply.headers))
  response.end(Buffer.from(await reply.arrayBuffer()))
})
tell(server)
