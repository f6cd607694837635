/** The CPU time that the edge adds to a request. */
import { measureCpu } from '../../load/cpu-cost.mjs'
import { openProcesses } from '../../load/processes.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'The edge'
export const method =
  'CPU time of workerd for one request of a page, in turns, over loopback sockets: everything in the process, including wasm, ' +
  'encryption and garbage collection. A flow is three requests. A pass-through makes the same calls to the bank and nothing ' +
  'else; in Durable Objects it also stores as often. Added: the time above the pass-through of the same turn.'

/** The pass-through that each worker is compared with. */
const BASE = {
  passThrough: 'passThrough',
  memory: 'passThrough',
  passThroughObjects: 'passThroughObjects',
  durable: 'passThroughObjects',
}
const NAMES = {
  passThrough: 'a pass-through',
  memory: 'bank-mfa/edge, records in memory',
  passThroughObjects: 'a pass-through in Durable Objects',
  durable: 'bank-mfa/edge, Durable Objects',
}

export async function measure({ short }) {
  const effort = short ? { flows: 2, warmUpRounds: 0, rounds: 1 } : { flows: 120, warmUpRounds: 24, rounds: 15 }
  const processes = await openProcesses()
  try {
    const workers = await measureCpu(processes, effort)
    const rows = workers.map(({ name, times }) => {
      const base = workers.find((worker) => worker.name === BASE[name]).times
      return {
        name: NAMES[name],
        addedMs: summary(times.map((ms, turn) => ms - base[turn])),
        cpuMs: summary(times),
      }
    })
    return { tables: [{ heading: 'CPU time of a request', rows }] }
  } finally {
    await processes.close()
  }
}
