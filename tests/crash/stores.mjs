/** The stores of the crash test, and the workers on them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { see } from '../lib/canary.mjs'
import { app } from '../lib/package.mjs'
import { startPostgres } from '../edge/postgres-server.mjs'
import { bundle, startWorkerd } from '../lib/workerd.mjs'
import { postgresTable } from './entry.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The files in a folder, as bytes. */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => readFileSync(join(parentPath, name)))
}

const onLine = (line) => see('console', line)

/**
 * Opens the stores by name. Each session has its own part of a store, on which `start` starts a worker. `files` reads what
 * is on disk.
 */
export async function openStores() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-crash-'))
  // A copy, so that a build in the meantime changes nothing.
  const own = join(folder, 'app')
  cpSync(app, own, { recursive: true })
  copyFileSync(here('durable.capnp'), join(folder, 'durable.capnp'))
  const [postgres] = await Promise.all([startPostgres(), bundle(here('durable.worker.mjs'), join(folder, 'worker.js'))])
  let sessions = 0

  /** Starts a script as a process, and returns its address. */
  async function startNode(name, ...args) {
    const env = { ...process.env, BANK_MFA_APP: own }
    const child = fork(here(name), args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env })
    for (const [from, to] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      from.pipe(to, { end: false })
      createInterface({ input: from }).on('line', onLine)
    }
    const exited = once(child, 'exit')
    const failed = exited.then(([code]) => {
      throw new Error(`${name} exited with ${code}`)
    })
    failed.catch(() => {})
    const [url] = await Promise.race([once(child, 'message'), failed])
    const kill = () => child.kill('SIGKILL') && exited
    return { url, kill }
  }

  return {
    startNode,
    stores: {
      async PostgreSQL() {
        const name = `session${++sessions}`
        await postgres.connect(1).query(`create schema ${name}; set search_path to ${name}; ${postgresTable}`)
        const options = `-c search_path=${name}`
        const database = { host: postgres.folder, user: 'test', database: 'postgres', options }
        return {
          start: (given) => startNode('worker.mjs', JSON.stringify({ ...given, database })),
          // Its tables and its log.
          files: () => ['base', 'pg_wal'].flatMap((part) => filesIn(join(postgres.folder, 'data', part))),
        }
      },
      async 'Durable Objects'() {
        const storage = join(folder, `session${++sessions}`)
        mkdirSync(join(storage, 'flows'), { recursive: true })
        return {
          start({ bank, controller, losesWrites, prints }) {
            const flags = { LOSES_WRITES: losesWrites ? '1' : '0', PRINTS: prints ? '1' : '0' }
            const env = { BANK: bank, CONTROLLER: controller, ...flags }
            return startWorkerd(join(folder, 'durable.capnp'), { folders: { storage }, env, onLine })
          },
          files: () => filesIn(storage),
        }
      },
    },
    async close() {
      await postgres.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
