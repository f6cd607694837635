/**
 * Starts the demo: `node www/serve.mjs [--port 8787] [--vendor-port 8788] [--connect-port 8789]`, 0 for any free port.
 * Prints the address once it listens; SIGINT or SIGTERM ends it. Tests import `serve` instead.
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
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP']

/**
 * Resolves when all three listen. They end with `close`, or with this process, also where a signal ends it.
 * @param {{ port?: number, vendorPort?: number, connectPort?: number }} options 0, as here, is any free port
 * @returns {Promise<{ url: string, vendor: string, connect: string, ended: Promise<number | null>, close(): Promise<void> }>}
 */
export async function serve({ port = 0, vendorPort = 0, connectPort = 0 } = {}) {
  for (const [path, command] of [
    [workerd, 'make tools'],
    [`${root}target/demo/edge.js`, 'make demo'],
  ]) {
    if (!existsSync(path)) throw new Error(`${path} is missing: run \`${command}\` first`)
  }
  // The page's policy names the other origins, so all ports must be known before the start.
  const [pageAt, vendorAt, connectAt] = await freePorts([port, vendorPort, connectPort])
  const url = `http://127.0.0.1:${pageAt}`
  const vendor = `http://127.0.0.1:${vendorAt}`
  const connect = `http://127.0.0.1:${connectAt}`
  const child = spawn(
    workerd,
    [
      'serve',
      'www/demo.capnp',
      '--control-fd=3',
      `--socket-addr=page=127.0.0.1:${pageAt}`,
      `--socket-addr=vendor=127.0.0.1:${vendorAt}`,
      `--socket-addr=connect=127.0.0.1:${connectAt}`,
    ],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
      env: { ...process.env, DEMO_PAGE_ORIGIN: url, DEMO_VENDOR_ORIGIN: vendor, DEMO_CONNECT_ORIGIN: connect },
    },
  )
  // Nothing is to be saved, and a gentle end would wait for replies that hang on purpose.
  const kill = () => child.kill('SIGKILL')
  const leave = () => process.exit(process.exitCode ?? 1)
  process.once('exit', kill)
  for (const signal of SIGNALS) process.once(signal, leave)
  const ended = once(child, 'exit').then(([code]) => {
    process.off('exit', kill)
    for (const signal of SIGNALS) process.off(signal, leave)
    return code
  })
  await listening(child, ended, 3)
  const close = async () => {
    kill()
    await ended
  }
  return { url, vendor, connect, ended, close }
}

/** workerd writes one line of JSON to its control channel for each socket that listens. */
async function listening(child, ended, sockets) {
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

/** All are held open at once, so that they differ; workerd takes them over a moment later. */
async function freePorts(wanted) {
  const held = wanted.map(() => createServer())
  try {
    for (const [at, server] of held.entries()) {
      server.listen(wanted[at], '127.0.0.1')
      await once(server, 'listening')
    }
    return held.map((server) => server.address().port)
  } finally {
    await Promise.all(held.map((server) => new Promise((closed) => server.close(closed))))
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
  console.log(`bank-mfa demo: ${demo.url}/ (the simulated vendor: ${demo.vendor})`)
  // To be ended by a signal is how this is meant to end.
  process.exitCode = 0
  process.exitCode = (await demo.ended) ?? 1
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
