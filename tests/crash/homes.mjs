/** Where flows live, and who starts the worker there. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from '../package/bench.mjs'
import { startPostgres } from '../edge/postgres.mjs'
import { bundle, startWorkerd } from '../tools/workerd.mjs'
import { postgresTable } from './entry.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The homes by name: each stage has a place of its own in one of them, at which `start` starts a worker. */
export async function openHomes() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-crash-'))
  // What is rebuilt meanwhile is no matter of this test.
  const own = join(folder, 'app')
  cpSync(app, own, { recursive: true })
  copyFileSync(here('durable.capnp'), join(folder, 'durable.capnp'))
  const [postgres] = await Promise.all([startPostgres(), bundle(here('durable.worker.mjs'), join(folder, 'worker.js'))])
  let places = 0

  /** Starts a script as a process, and gives the address that it tells. */
  async function startNode(name, ...args) {
    const env = { ...process.env, BANK_MFA_APP: own }
    const child = fork(here(name), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env })
    const exited = once(child, 'exit')
    const died = exited.then(([code]) => {
      throw new Error(`${name} ended with ${code}`)
    })
    died.catch(() => {})
    const [url] = await Promise.race([once(child, 'message'), died])
    const kill = () => child.kill('SIGKILL') && exited
    return { url, kill }
  }

  return {
    startNode,
    homes: {
      async PostgreSQL() {
        const name = `place${++places}`
        await postgres.connect(1).query(`create schema ${name}; set search_path to ${name}; ${postgresTable}`)
        const options = `-c search_path=${name}`
        const database = { host: postgres.folder, user: 'test', database: 'postgres', options }
        return { start: (given) => startNode('worker.mjs', JSON.stringify({ ...given, database })) }
      },
      async 'Durable Objects'() {
        const storage = join(folder, `place${++places}`)
        mkdirSync(join(storage, 'flows'), { recursive: true })
        return {
          start({ bank, controller, forgets }) {
            const env = { BANK: bank, CONTROLLER: controller, FORGETS: forgets ? '1' : '0' }
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
