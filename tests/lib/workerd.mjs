/** workerd: bundles a worker as users do, and runs it with `workerd test` or `workerd serve`. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import workerd from 'workerd'
import { app } from './package.mjs'

const run = promisify(execFile)

/**
 * Bundles a worker into one script with each wasm next to it, as workerd imports wasm only as modules. Returns the
 * modules as lines of workerd's configuration.
 */
export async function bundle(entry, outfile) {
  const wasms = new Set()
  const copyWasm = {
    name: 'copy each wasm next to the script',
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
  await build({ entryPoints: [entry], outfile, nodePaths, plugins: [copyWasm], ...options })
  const script = basename(outfile)
  return [
    `(name = "${script}", esModule = embed "${script}")`,
    ...[...wasms].map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ]
}

/** The names of modules from `bundle`. */
export const namesOf = (modules) => modules.map((module) => module.match(/"([^"]+)"/)[1]).sort()

/** Runs the test that a worker exports under a name. */
export async function runWorkerTest(config, entry) {
  try {
    const { stderr } = await run(workerd.default, ['test', config, `main:${entry}`])
    assert.match(stderr, /\[ PASS \]/)
  } catch ({ message, stderr }) {
    assert.fail(stderr ?? message)
  }
}

/**
 * Starts workerd with a configuration. `folders` and `sockets` give the paths and addresses of its names. `onLine` gets each
 * line that it prints.
 */
export async function startWorkerd(config, { folders = {}, sockets = {}, env = {}, onLine = () => {} } = {}) {
  const flags = (name, values) => Object.entries(values).map(([key, value]) => `--${name}=${key}=${value}`)
  const flagged = [...flags('directory-path', folders), ...flags('socket-addr', sockets)]
  const child = spawn(workerd.default, ['serve', config, '--experimental', '--control-fd=3', ...flagged], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  // workerd ends with this process, also if a signal ends that.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  if (process.listenerCount('SIGTERM') === 0) process.once('SIGTERM', () => process.exit(1))
  const ended = once(child, 'exit').then(() => process.off('exit', kill))
  // Drops harmless warnings: an alarm that was moved while it ran, and SQLite being experimental.
  createInterface({ input: child.stderr }).on('line', (line) => {
    onLine(line)
    if (!/NOSENTRY|experimental/.test(line)) console.error(line)
  })
  createInterface({ input: child.stdout }).on('line', (line) => {
    onLine(line)
    console.log(line)
  })
  const lines = createInterface({ input: child.stdio[3] })
  const untilListening = async () => {
    for await (const line of lines) {
      const { event, port } = JSON.parse(line)
      if (event === 'listen') return `http://127.0.0.1:${port}`
    }
    throw new Error('workerd ended before it listened')
  }
  const url = await untilListening()
  return {
    url,
    pid: child.pid,
    async kill() {
      kill()
      await ended
    },
  }
}
