/** The processes: the bank, and a workerd for each worker. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundle, startWorkerd } from '../lib/workerd.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))

/** The kernel counts CPU time in hundredths of a second. */
const TICK_MS = 10

/** The CPU time of a process with all its threads so far, in milliseconds: proc(5), `stat`. */
export function cpuOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name of the process is in brackets, and may have spaces.
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) * TICK_MS
}

const FLOWS = '(className = "FlowObject", uniqueKey = "flows", enableSql = true)'

const configOf = (modules, objects) => `
  using Workerd = import "/workerd/workerd.capnp";
  const config :Workerd.Config = (
    services = [
      (name = "worker", worker = .worker),
      (name = "storage", disk = (path = "storage", writable = true)),
      (name = "loopback", network = (allow = ["private"])),
    ],
    sockets = [(name = "worker", service = "worker", address = "127.0.0.1:0", http = ())],
  );
  const worker :Workerd.Worker = (
    modules = [${modules.join(', ')}],
    durableObjectNamespaces = [${objects ? FLOWS : ''}],
    durableObjectStorage = (localDisk = "storage"),
    bindings = [
      ${objects ? '(name = "FLOWS", durableObjectNamespace = "FlowObject"),' : ''}
      (name = "BANK", fromEnvironment = "BANK"),
      (name = "STORE", fromEnvironment = "STORE"),
    ],
    globalOutbound = "loopback",
    compatibilityDate = "2026-10-01",
  );`

/** The script of each worker, and whether it has Durable Objects. */
const WORKERS = {
  passThrough: ['pass-through', false],
  memory: ['edge', false],
  passThroughObjects: ['pass-through-objects', true],
  durable: ['edge', true],
}

/**
 * Starts the bank. `start` bundles and starts a worker by its name; `toListen` is how long the worker took to listen, in
 * milliseconds.
 */
export async function openProcesses() {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-load-'))
  const bank = fork(here('bank.mjs'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const [address] = await once(bank, 'message')
  const workers = []
  return {
    async start(name) {
      const [script, objects] = WORKERS[name]
      const own = mkdtempSync(join(folder, `${name}-`))
      const disk = join(own, 'storage')
      mkdirSync(join(disk, 'flows'), { recursive: true })
      const modules = await bundle(here(`${script}.worker.mjs`), join(own, 'worker.js'))
      writeFileSync(join(own, 'config.capnp'), configOf(modules, objects))
      const env = { BANK: address, STORE: name }
      const began = performance.now()
      const worker = await startWorkerd(join(own, 'config.capnp'), { folders: { storage: disk }, env })
      workers.push(worker)
      return { ...worker, toListen: performance.now() - began }
    },
    seen: async () => (await fetch(`${address}/seen`)).json(),
    async close() {
      for (const worker of workers) await worker.kill()
      bank.kill()
      rmSync(folder, { recursive: true })
    },
  }
}
