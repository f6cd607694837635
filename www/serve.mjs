/**
 * Starts the demo: `node www/serve.mjs [--port 8787] [--vendor-port 8788] [--connect-port 8789]`. Port 0 is any free port.
 * Prints the address once it listens. SIGINT or SIGTERM ends it. Tests import `serve`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const workerd = `${root}tests/node_modules/.bin/workerd`
/** The end of workerd's message about a reply that the simulated vendor loses on purpose. */
const LOST_REPLY = 'simulated: the reply is lost'
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Resolves when all three servers listen. They end with `close`, or when this process ends.
 * @param {{ port?: number, vendorPort?: number, connectPort?: number }} options 0, the default, is any free port
 * @returns {Promise<{ url: string, vendor: string, connect: string, ended: Promise<number | null>, close(): Promise<void> }>}
 */
export async function serve({ port = 0, vendorPort = 0, connectPort = 0 } = {}) {
  for (const [path, command] of [
    [workerd, 'make tools'],
    [`${root}target/demo/edge.js`, 'make demo'],
  ]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run \`${command}\` first`)
  }
  // The page's CSP names the other origins, so all ports must be known before the start.
  const [freePort, freeVendorPort, freeConnectPort] = await freePorts([port, vendorPort, connectPort])
  const url = `http://127.0.0.1:${freePort}`
  const vendor = `http://127.0.0.1:${freeVendorPort}`
  const connect = `http://127.0.0.1:${freeConnectPort}`
  const child = spawn(
    workerd,
    [
      'serve',
      'www/demo.capnp',
      '--control-fd=3',
      `--socket-addr=page=127.0.0.1:${freePort}`,
      `--socket-addr=vendor=127.0.0.1:${freeVendorPort}`,
      `--socket-addr=connect=127.0.0.1:${freeConnectPort}`,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
      env: { ...process.env, DEMO_PAGE_ORIGIN: url, DEMO_VENDOR_ORIGIN: vendor, DEMO_CONNECT_ORIGIN: connect },
    },
  )
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!line.endsWith(LOST_REPLY)) console.error(line)
  })
  // SIGTERM would wait for simulated replies that never come.
  const kill = () => child.kill('SIGKILL')
  const leave = () => process.exit(process.exitCode ?? 1)
  process.once('exit', kill)
  for (const signal of SIGNALS) process.once(signal, leave)
  const ended = once(child, 'exit').then(([code]) => {
    process.off('exit', kill)
    for (const signal of SIGNALS) process.off(signal, leave)
    return code
  })
  await waitUntilListening(child, ended, 3)
  const close = async () => {
    kill()
    await ended
  }
  return { url, vendor, connect, ended, close }
}

/** workerd writes one line of JSON to its control channel for each socket that listens. */
async function waitUntilListening(child, ended, sockets) {
  const failed = ended.then((code) => {
    throw new Error(`workerd ended with ${code} before it listened`)
  })
  const lines = createInterface({ input: child.stdio[3] })
  const ready = (async () => {
    for await (const line of lines) {
      if (JSON.parse(line).event === 'listen' && --sockets === 0) return
    }
    await failed
  })()
  await Promise.race([ready, failed])
  failed.catch(() => {})
}

/** Finds free ports: opens all of them at the same time, so that they differ, and closes them for workerd. */
async function freePorts(wanted) {
  const servers = wanted.map(() => createServer())
  try {
    for (const [index, server] of servers.entries()) {
      server.listen(wanted[index], '127.0.0.1')
      await once(server, 'listening')
    }
    return servers.map((server) => server.address().port)
  } finally {
    await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))))
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '8787' },
      'vendor-port': { type: 'string', default: '8788' },
      'connect-port': { type: 'string', default: '8789' },
    },
  })
  const [port, vendorPort, connectPort] = [values.port, values['vendor-port'], values['connect-port']].map(Number)
  const demo = await serve({ port, vendorPort, connectPort })
  console.log(`bank-mfa demo: ${demo.url}/ (simulated vendor: ${demo.vendor})`)
  // A signal is the usual way to end the demo.
  process.exitCode = 0
  process.exitCode = (await demo.ended) ?? 1
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
