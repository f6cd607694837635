/** Runs the command line of the packed tarball, in folders of its own. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { app } from './package.mjs'

/** Only what programs need: variables of the machine that runs the tests must not change a result. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: tmpdir(), npm_config_update_notifier: 'false' }

/** A folder in which the tarball is installed, and packages of other folders. It has nothing else. */
export function emptyFolder(t, packages = []) {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-cli-'))
  t.after(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules'))
  for (const name of ['.bin', 'bank-mfa']) {
    symlinkSync(join(app, 'node_modules', name), join(folder, 'node_modules', name))
  }
  for (const path of packages) symlinkSync(path, join(folder, 'node_modules', basename(path)))
  return folder
}

const programs = {
  /** As users call it. */
  npx: ['npx', '--no-install', 'bank-mfa'],
  /** The same program, in a tenth of the time. */
  direct: [join(app, 'node_modules/.bin/bank-mfa')],
}

/** Runs a command to its end, and returns its exit code and its output. */
export function run(args, { cwd, env = {}, by = 'direct' }) {
  const [program, ...first] = programs[by]
  return new Promise((resolve) => {
    execFile(program, [...first, ...args], { cwd, env: { ...ENVIRONMENT, ...env } }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr })
    })
  })
}

/** Starts `bank-mfa demo`, and returns the address that it prints. */
export async function startDemo(t, args, { cwd, by = 'direct' }) {
  const [program, ...first] = programs[by]
  // A group of its own: Ctrl+C in a terminal signals npx and its child.
  const child = spawn(program, [...first, 'demo', ...args], { cwd, env: ENVIRONMENT, detached: true })
  const signal = (name) => process.kill(-child.pid, name)
  const exited = once(child, 'exit')
  t.after(() => child.exitCode === null && child.signalCode === null && signal('SIGKILL'))
  let stderr = ''
  child.stderr.on('data', (text) => (stderr += text))
  for await (const line of createInterface({ input: child.stdout })) {
    const [url, vendor] = line.match(/http:\/\/127\.0\.0\.1:\d+/g) ?? []
    if (url) return { url, vendor, line, interrupt: () => signal('SIGINT'), exited }
  }
  throw new Error(`the demo printed no address: ${stderr}`)
}
