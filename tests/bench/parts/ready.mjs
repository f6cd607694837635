/** From the import of a program to its first reply, in fresh Node processes. */
import { fileURLToPath } from 'node:url'
import { serveInProcess } from '../lib/bank.mjs'
import { runFresh } from '../lib/processes.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'Ready'
export const method =
  'From the import of a program to the end of its first call on a loopback socket, in a fresh Node process each time, ' +
  'in turns. Above bare fetch: the difference to the process with bare fetch of the same turn.'

/** The name of each program in ../ready/first-call.mjs. */
const PROGRAMS = {
  'bare fetch': 'bare-fetch',
  'bank-mfa/flinks': 'flinks',
  'bank-mfa/mx': 'mx',
  '@rizwannur/flinks': 'rizwannur',
  'mx-platform-node': 'platform-node',
  'zod + ky + xstate': 'hand-written',
  '@okta/okta-auth-js': 'okta',
  oauth4webapi: 'oauth4webapi',
}

const firstCall = fileURLToPath(new URL('../ready/first-call.mjs', import.meta.url))

export async function measure({ short }) {
  const turns = short ? 1 : 40
  const served = await serveInProcess()
  const times = Object.fromEntries(Object.keys(PROGRAMS).map((name) => [name, []]))
  try {
    // One turn fills the caches of the file system.
    for (let turn = short ? 0 : -1; turn < turns; turn++) {
      for (const [name, program] of Object.entries(PROGRAMS)) {
        const ms = await runFresh(firstCall, [program, served.address])
        if (turn >= 0) times[name].push(ms)
      }
    }
  } finally {
    served.close()
  }
  const limit = times['bare fetch']
  const rows = Object.keys(PROGRAMS).map((name) => ({
    name,
    aboveFetchMs: summary(times[name].map((ms, turn) => ms - limit[turn])),
    ms: summary(times[name]),
  }))
  return { tables: [{ heading: 'Ready in Node', rows }] }
}
