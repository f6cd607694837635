/** A real workerd with its storage on disk, to be killed and started again. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import workerd from 'workerd'
import { app } from '../package/bench.mjs'

/** Bundles a worker as its users do: one script, and the wasm beside it. */
export async function bundle(entry, outfile) {
  const beside = {
    name: 'wasm beside the script',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        copyFileSync(join(resolveDir, path), join(dirname(outfile), basename(path)))
        return { path: `./${basename(path)}`, external: true }
      })
    },
  }
  const nodePaths = [join(app, 'node_modules')]
  const options = { bundle: true, format: 'esm', target: 'es2022', conditions: ['workerd'], logLevel: 'error' }
  await build({ entryPoints: [entry], outfile, nodePaths, plugins: [beside], ...options })
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
