/** Installs the examples as their README says, but with the packed tarball and the pinned packages, and runs them. */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
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
  ...{ NEXT_TELEMETRY_DISABLED: '1', WRANGLER_SEND_METRICS: 'false', NO_COLOR: '1' },
}

/** An example is built, and its servers start. Next takes the longest. */
export const SLOW = { timeout: 180_000 }

const readJson = (...path) => JSON.parse(readFileSync(join(...path), 'utf8'))

/**
 * Copies an example into a new folder of target/examples, and installs its packages. Test files run at the same time, so
 * each call makes a folder of its own, which is removed at the end. Fails if the example's ranges do not accept the versions.
 */
export async function install(name, source = join(root, 'www/examples', name)) {
  mkdirSync(join(root, 'target/examples'), { recursive: true })
  const folder = mkdtempSync(join(root, 'target/examples', `${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  cpSync(source, folder, { recursive: true })
  const modules = join(folder, 'node_modules')
  mkdirSync(join(modules, '.bin'), { recursive: true })
  cpSync(join(app, 'node_modules/bank-mfa'), join(modules, 'bank-mfa'), { recursive: true })
  const { dependencies, devDependencies } = readJson(folder, 'package.json')
  const direct = Object.keys({ ...dependencies, ...devDependencies })
  for (const dependency of closure(direct)) linkFiles(join(pinned, dependency), join(modules, dependency))
  for (const dependency of direct.filter((name) => name !== 'bank-mfa')) {
    const { bin = {} } = readJson(pinned, dependency, 'package.json')
    const programs = typeof bin === 'string' ? { [dependency]: bin } : bin
    for (const [program, file] of Object.entries(programs)) {
      symlinkSync(join('..', dependency, file), join(modules, '.bin', program))
    }
  }
  await execute('npm', ['ls', '--silent'], { cwd: folder, env: ENV }).catch(({ stdout }) => assert.fail(stdout))
  return folder
}

/** The pinned packages with all that they need. A package's own `node_modules` is a part of it. */
function closure(names, found = new Set()) {
  for (const name of names) {
    if (name === 'bank-mfa' || found.has(name) || !existsSync(join(pinned, name))) continue
    found.add(name)
    const manifests = [join(name, 'package.json'), ...nestedManifests(name)]
    for (const manifest of manifests) {
      const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = readJson(pinned, manifest)
      const peers = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional)
      closure([...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers], found)
    }
  }
  return found
}

function nestedManifests(name) {
  const folder = join(name, 'node_modules')
  if (!existsSync(join(pinned, folder))) return []
  const files = readdirSync(join(pinned, folder), { recursive: true })
  return files.filter((file) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(file)).map((file) => join(folder, file))
}

/** Hard links, because bundlers do not follow a link out of the app's folder. */
function linkFiles(from, to) {
  mkdirSync(to, { recursive: true })
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkFiles(source, target)
    else linkSync(source, target)
  }
}

/** Runs a script of the example's package.json to its end. Returns what it printed. */
export async function npmRun(folder, script, args = []) {
  try {
    const { stdout } = await execute('npm', ['run', '--silent', script, '--', ...args], { cwd: folder, env: ENV })
    return stdout
  } catch ({ message, stdout, stderr }) {
    throw new Error([message, stdout, stderr].join('\n'))
  }
}

/** Runs `npm start`, which ends with the test. `write` types a line into it. */
export function npmStart(t, folder, { args = [], env = {} } = {}) {
  const child = spawn('npm', ['start', '--silent', '--', ...args], {
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
    /** Ends the input, as Ctrl+D does. */
    endInput: () => child.stdin.end(),
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

/** Types each line when the text before it has been printed. Returns what is printed after the last one. */
export async function converse(script, lines) {
  let position = 0
  for (const [text, line] of lines) {
    position = await script.prints(new RegExp(text), position)
    script.write(line)
  }
  assert.deepEqual(await script.exited, [0, null])
  return script.output().slice(position)
}

/** Starts an example's server on a free port. Resolves with its address once it has printed that. */
export async function startServer(t, folder, { env = {}, args = () => [] } = {}) {
  const port = await freePort()
  const url = `http://localhost:${port}`
  const server = npmStart(t, folder, { args: args(port), env: { ...env, PORT: port } })
  await server.prints(new RegExp(`${url}\\b`))
  return { ...server, url }
}

/** What the README of express-postgres sets. */
export const postgresEnv = (database) => ({
  SEAL_KEYS: JSON.stringify({ current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } }),
  DATABASE_URL: `postgresql://test@/postgres?host=${database.folder}`,
})

async function freePort() {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address()
  await new Promise((closed) => server.close(closed))
  return port
}
