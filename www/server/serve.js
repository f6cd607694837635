/**
 * Serves the demo in this process, on three ports of the loopback: the page with its edge, the vendors' API, and the
 * vendors' pages. `npx bank-mfa demo`, `make demo` and the tests call it, in the assembled package.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { nodeHandler } from 'bank-mfa/edge'
import { createEdge } from './edge.js'
import { guard } from './guards.js'
import { createPageServer } from './page-server.js'
import { createVendorServer } from './vendor-server.js'

/** Used if it is free and no other port is given. */
const PREFERRED_PORTS = { page: 8787, vendor: 8788, connect: 8789 }

const LOOPBACK = '127.0.0.1'

/** Browsers may repeat a request on a connection that closes just before it is used again, so connections are kept. */
const KEEP_ALIVE_MS = 10 * 60_000

/** How often the edge continues flows whose page is closed, in milliseconds. */
const SWEEP_MS = 1_000

/** The simulator's keys for seed 1. They work nowhere else. Only the page's server and the edge have them. */
const KEYS = {
  instance: 'toolbox',
  customerId: '43387ca6-0391-4c82-857d-70d95f087ecb',
  secretKey: '910a2dec-8902-4cc1-afba-8da1658eec67',
  mxKey: 'f3203e90-39f4-4821-ae95-949915dcf9e9:d0d5127a-96e8-490d-87bc-56bb76650c37',
}

/**
 * Resolves when all three servers listen.
 * @param {{ page?: number, vendor?: number, connect?: number }} ports 0 is any free port. Without a port, 8787, 8788 and
 * 8789 are used if they are free, and otherwise any free port
 * @returns {Promise<{ url: string, vendor: string, connect: string, close(): Promise<void> }>} the origins
 */
export async function serve(ports = {}) {
  const servers = {}
  let sweeping
  const close = async () => {
    clearInterval(sweeping)
    await Promise.all(Object.values(servers).map(closeServer))
  }
  try {
    // The page's CSP names the other origins, so all ports must be known before the first request.
    // The given ports come first: no other server may take one of them because it is free.
    const isGiven = ([name]) => ports[name] !== undefined
    const all = Object.entries(PREFERRED_PORTS)
    for (const [name, preferred] of [...all.filter(isGiven), ...all.filter((entry) => !isGiven(entry))]) {
      servers[name] = await listen(ports[name], preferred)
    }
  } catch (error) {
    await close()
    throw error
  }
  const [pageOrigin, vendorOrigin, connectOrigin] = [servers.page, servers.vendor, servers.connect].map(originOf)
  const origins = { pageOrigin, vendorOrigin, connectOrigin }
  const vendor = createVendorServer(origins)
  const edge = createEdge({ ...KEYS, ...origins })
  sweeping = setInterval(edge.sweep, SWEEP_MS)
  const page = createPageServer({ ...KEYS, ...origins, edge: edge.fetch, vendor })
  // `vendor` and `connect` have the same handler, so they have the same sessions.
  for (const [name, handler] of Object.entries({ page, vendor, connect: vendor })) {
    servers[name].on('request', nodeHandler(guard(handler, originOf(servers[name]))))
  }
  return { url: pageOrigin, vendor: vendorOrigin, connect: connectOrigin, close }
}

async function listen(port, preferred) {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS })
  try {
    await once(server.listen(port ?? preferred, LOOPBACK), 'listening')
  } catch (error) {
    if (port !== undefined || error.code !== 'EADDRINUSE') throw error
    await once(server.listen(0, LOOPBACK), 'listening')
  }
  return server
}

const originOf = (server) => `http://${LOOPBACK}:${server.address().port}`

async function closeServer(server) {
  const closed = once(server.close(), 'close')
  server.closeAllConnections()
  await closed
}
