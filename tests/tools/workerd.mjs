/** The real workerd: a worker bundled as its users do, tried by `workerd test`, or served, killed and started again. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import workerd from 'workerd'
import { app } from '../package/bench.mjs'

const run = promisify(execFile)

/**
 * Bundles a worker as its users do: one script, and each wasm beside it, as workerd compiles no bytes but imports
 * modules. Gives the modules as workerd's configuration names them.
 */
export async function bundle(entry, outfile) {
  const wasms = new Set()
  const beside = {
    name: 'wasm beside the script',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        const name = basename(path)
        copyFileSync(join(resolveDir, path), join(dirname(outfile), name))
        wasms.add(name)
        return { path: `./${name}`, external: true }
      })
    },
  }
  const nodePaths = [join(app, 'node_modules')]
  const options = { bundle: true, format: 'esm', target: 'es2022', conditions: ['workerd'], logLevel: 'error' }
  await build({ entryPoints: [entry], outfile, nodePaths, plugins: [beside], ...options })
  const script = basename(outfile)
  return [
    `(name = "${script}", esModule = embed "${script}")`,
    ...[...wasms].map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ]
}

/** The names of such modules. */
export const namesOf = (modules) => modules.map((module) => module.match(/"([^"]+)"/)[1]).sort()

/** Runs a worker's own test, by the name of its entry. */
export async function passes(config, entry) {
  try {
    const { stderr } = await run(workerd.default, ['test', config, `main:${entry}`])
    assert.match(stderr, /\[ PASS \]/)
  } catch ({ message, stderr }) {
    assert.fail(stderr ?? message)
  }
}

/** Starts workerd on a configuration; the options say where its disks and its sockets are. */
export async function startWorkerd(config, { folders = {}, sockets = {}, env = {} } = {}) {
  const flags = (name, values) => Object.entries(values).map(([key, value]) => `--${name}=${key}=${value}`)
  const places = [...flags('directory-path', folders), ...flags('socket-addr', sockets)]
  const child = spawn(workerd.default, ['serve', config, '--experimental', '--control-fd=3', ...places], {
    stdio: ['ignore', 'inherit', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  // It ends with this process, also where a signal ends it.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  if (process.listenerCount('SIGTERM') === 0) process.once('SIGTERM', () => process.exit(1))
  const ended = once(child, 'exit').then(() => process.off('exit', kill))
  // What workerd itself says to be nothing: that an alarm was moved while it rang, that SQLite is experimental.
  createInterface({ input: child.stderr }).on('line', (line) => {
    if (!/NOSENTRY|experimental/.test(line)) console.error(line)
  })
  const lines = createInterface({ input: child.stdio[3] })
  const listens = async () => {
    for await (const line of lines) {
      const { event, port } = JSON.parse(line)
      if (event === 'listen') return `http://127.0.0.1:${port}`
    }
    throw new Error('workerd ended before it listened')
  }
  const url = await listens()
  return {
    url,
    pid: child.pid,
    async kill() {
      kill()
      await ended
    },
  }
}
