/** Installs the examples as their README says, but with the packed tarball and the pinned packages, and runs them. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { app } from '../lib/package.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const pinned = join(root, 'tests/node_modules')
const execute = promisify(execFile)
/** Without what a user's shell or the test run has set, and without any call home. */
const ENV = {
  ...{ PATH: process.env.PATH, HOME: process.env.HOME, CI: '1', CHROMIUM: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  ...{ npm_config_offline: 'true', npm_config_update_notifier: 'false', npm_config_audit: 'false' },
  ...{ NEXT_TELEMETRY_DISABLED: '1', WRANGLER_SEND_METRICS: 'false' },
}

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))

/**
 * Copies an example into target/examples, and installs its packages. Fails if the example's ranges do not accept the
 * versions.
 */
export async function install(name) {
  const folder = join(root, 'target/examples', name)
  rmSync(folder, { recursive: true, force: true })
  cpSync(join(root, 'www/examples', name), folder, { recursive: true })
  const { dependencies, devDependencies } = readJson(folder, 'package.json')
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  for (const dependency of Object.keys({ ...dependencies, ...devDependencies })) {
    // A copy, so that the package finds the example's own React.
    if (dependency === 'bank-mfa')
      cpSync(join(app, 'node_modules/bank-mfa'), join(modules, dependency), { recursive: true })
    else link(modules, dependency)
  }
  await execute('npm', ['ls', '--silent'], { cwd: folder, env: ENV }).catch(({ stdout }) => assert.fail(stdout))
  return folder
}

/** Links a pinned package, and its programs. */
function link(modules, dependency) {
  const source = join(pinned, dependency)
  mkdirSync(dirname(join(modules, dependency)), { recursive: true })
  symlinkSync(source, join(modules, dependency))
  const { bin = {} } = readJson(source, 'package.json')
  const programs = typeof bin === 'string' ? [dependency] : Object.keys(bin)
  for (const program of programs)
    symlinkSync(realpathSync(join(pinned, '.bin', program)), join(modules, '.bin', program))
}

/** Runs a script of the example's package.json to its end. Returns what it printed. */
export async function npmRun(folder, script, env = {}) {
  try {
    const { stdout } = await execute('npm', ['run', '--silent', script], { cwd: folder, env: { ...ENV, ...env } })
    return stdout
  } catch ({ message, stdout, stderr }) {
    throw new Error([message, stdout, stderr].join('\n'))
  }
}

/** Starts a script, by default `npm start`, which ends with the test. `write` types a line into it. */
export function npmStart(t, folder, { script = 'start', args = [], env = {} } = {}) {
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: folder,
    env: { ...ENV, ...env },
    // npm's own child would outlive npm. So they get a process group of their own.
    detached: true,
  })
  const exited = once(child, 'exit')
  const kill = () => {
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  process.once('exit', kill)
  t.after(async () => {
    kill()
    await exited
    process.off('exit', kill)
  })
  let output = ''
  let notice = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      notice()
    })
  }
  exited.then(() => notice())
  return {
    exited,
    output: () => output,
    write: (line) => child.stdin.write(`${line}\n`),
    /** Waits until the output after `from` matches. Returns where the match ends. */
    async prints(pattern, from = 0) {
      for (;;) {
        const found = pattern.exec(output.slice(from))
        if (found) return from + found.index + found[0].length
        if (child.exitCode !== null) assert.fail(`the script ended with ${child.exitCode}:\n${output}`)
        await new Promise((resolve) => (notice = resolve))
      }
    },
  }
}

/** Starts an example's server on a free port. Resolves with its address once it has printed that. */
export async function startServer(t, folder, { env = {}, ...options } = {}) {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = npmStart(t, folder, { ...options, env: { ...env, PORT: `${port}` } })
  await server.prints(new RegExp(`${url}\\b`))
  return { ...server, url }
}

async function freePort() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((closed) => server.close(closed))
  return port
}
