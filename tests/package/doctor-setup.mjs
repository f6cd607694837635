/** What `bank-mfa doctor` checks: the folder of an edge, and on real sockets its back end, the vendors and a running edge. */
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { resolve, simulator } from '../lib/package.mjs'
import { emptyFolder, run } from '../lib/command-line.mjs'

const { edge, memoryStore, nodeHandler } = await import(pathToFileURL(resolve('bank-mfa/edge')))

export const ORIGIN = 'https://app.acme.example'
export const BACKEND_KEY = 'backend-key-of-acme'
const SEAL_KEY = Buffer.alloc(32, 7).toString('base64')
export const SEAL_KEYS = JSON.stringify({ current: 'k1', keys: { k1: SEAL_KEY } })

/** Serves a handler of requests on a free port of the loopback, and returns its address. */
export async function serve(t, handler) {
  const server = createServer(nodeHandler(handler))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}

/** An address at which nothing listens. */
export async function closedAddress() {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address()
  server.close()
  return `http://127.0.0.1:${port}`
}

/** Starts the vendors, and a back end that knows no connection. `backEnd.status` replaces its status. */
export async function startServers(t) {
  const bank = simulator({ seed: 1, realTime: true })
  const backEnd = { status: undefined, requests: [] }
  backEnd.url = await serve(t, (request) => {
    const isAllowed = request.headers.get('authorization') === `Bearer ${BACKEND_KEY}`
    backEnd.requests.push(`${request.method} ${new URL(request.url).pathname}`)
    return new Response(null, { status: backEnd.status ?? (isAllowed ? 404 : 401) })
  })
  const vendors = await serve(t, (request) => bank.fetch(request))
  return { bank, backEnd, vendors }
}

/** Makes the folder of an edge by `init`. Its `check` runs the doctor with a right configuration, except for `changes`. */
export async function edgeFolder(t, { bank, backEnd, vendors }) {
  const cwd = emptyFolder(t)
  await run(['init', 'edge'], { cwd })
  const file = (name) => join(cwd, 'edge', name)
  const edit = (name, from, to) => {
    const text = readFileSync(file(name), 'utf8')
    if (!text.includes(from)) throw new Error(`${name} does not contain ${from}`)
    writeFileSync(file(name), text.replace(from, to))
  }
  edit('app.js', 'https://app.example', ORIGIN)
  const right = {
    ...{ SEAL_KEYS, BACKEND_KEY, SESSION_KEY: 'session-key-of-acme', BACKEND_URL: backEnd.url },
    ...{ FLINKS_URL: vendors, MX_URL: vendors, FLINKS_SECRET_KEY: bank.secretKey },
    ...{ MX_CLIENT_ID: bank.mx.key.clientId, MX_API_KEY: bank.mx.key.apiKey },
  }
  return {
    file,
    edit,
    async check(changes = {}, args = []) {
      const env = { ...right, ...changes }
      const found = await run(['doctor', '--json', ...args], { cwd: file('.'), env })
      return { ...found, ...JSON.parse(found.stdout), env }
    },
  }
}

/** Starts an edge with a right configuration, except for `changes`. `wrap` stands for a proxy before it. */
export function startEdge(t, changes = {}, wrap = (handle) => handle) {
  const config = {
    ...{ origins: [ORIGIN], seal: SEAL_KEYS, store: memoryStore() },
    ...{ authenticate: () => null, resolve: () => null },
  }
  return serve(t, wrap(edge({ ...config, ...changes })))
}
