/** The stores of the crash test, and the workers on them. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from '../lib/package.mjs'
import { startPostgres } from '../edge/postgres-server.mjs'
import { bundle, startWorkerd } from '../lib/workerd.mjs'
import { postgresTable } from './entry.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** Opens the stores by name. Each session has its own part of a store, on which `start` starts a worker. */
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
    const child = fork(here(name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
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
        return { start: (given) => startNode('worker.mjs', JSON.stringify({ ...given, database })) }
      },
      async 'Durable Objects'() {
        const storage = join(folder, `session${++sessions}`)
        mkdirSync(join(storage, 'flows'), { recursive: true })
        return {
          start({ bank, controller, losesWrites }) {
            const env = { BANK: bank, CONTROLLER: controller, LOSES_WRITES: losesWrites ? '1' : '0' }
            return startWorkerd(join(folder, 'durable.capnp'), { folders: { storage }, env })
          },
        }
      },
    },
    async close() {
      await postgres.stop()
      rmSync(folder, { recursive: true })
    },
  }
}
