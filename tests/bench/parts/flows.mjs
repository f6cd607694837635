/** Whole flows: the share of the limit that each program reaches. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import * as flinks from '../flows/flinks.mjs'
import * as mx from '../flows/mx.mjs'
import { loginId, openBank } from '../lib/bank.mjs'
import { measureInTurns } from '../lib/measure.mjs'

export const title = 'Flows'
export const method =
  'Whole flows in one process, in turns. Flinks: authorize, two rounds, done: three calls. MX: start a job, poll, answer, ' +
  'poll: four calls. A share is the time of the same calls with bare fetch and JSON, over the time of the program.'

const PROGRAMS = {
  flinks: {
    'bare fetch': flinks.bareFetch,
    'bank-mfa': flinks.bankMfa,
    '@rizwannur/flinks': flinks.rizwannur,
    'zod + ky + xstate': flinks.handWritten,
  },
  mx: {
    'bare fetch': mx.bareFetch,
    'bank-mfa': mx.bankMfa,
    'mx-platform-node': mx.platformNode,
    'zod + ky + xstate': mx.handWritten,
  },
}
const RESULTS = { flinks: loginId, mx: 'CONNECTED' }

/** A clock on which a wait for the vendor ends at once, and one for the person never. */
function jumpingClock() {
  let now = Date.UTC(2026, 0, 21, 12)
  return {
    now: () => now,
    wait(ms, _, waitsFor) {
      if (waitsFor === 'person') return new Promise(() => {})
      now += ms
      return Promise.resolve()
    },
  }
}

async function measurePrograms(vendor, host, bank, effort) {
  const own = { clock: jumpingClock(), sleep: () => Promise.resolve(), ...host }
  const programs = Object.fromEntries(Object.entries(PROGRAMS[vendor]).map(([name, program]) => [name, program(own)]))
  const calls = {}
  for (const [name, run] of Object.entries(programs)) {
    const before = bank?.calls ?? 0
    const result = await run()
    if (result !== RESULTS[vendor]) throw new Error(`a flow of ${name} returned ${result}`)
    if (bank) calls[name] = bank.calls - before
  }
  const measured = await measureInTurns(programs, effort)
  return Object.entries(measured).map(([name, { share, ms }]) => ({
    name,
    share,
    ms,
    ...(bank && { calls: calls[name] }),
  }))
}

export async function measure({ short }) {
  const effort = short ? { rounds: 2, time: 1 } : { rounds: 25, time: 100, warmUp: 1_000 }
  const bank = openBank()
  const memory = { fetch: bank.fetch, baseUrl: 'https://bank.example', isSocket: false }
  // In a process of its own, so that its work is not counted.
  const served = fork(fileURLToPath(new URL('../lib/bank.mjs', import.meta.url)))
  try {
    const [baseUrl] = await once(served, 'message')
    const socket = { fetch: globalThis.fetch, baseUrl, isSocket: true }
    const tables = []
    for (const [vendor, name] of [
      ['flinks', 'Flinks'],
      ['mx', 'MX'],
    ]) {
      tables.push({
        heading: `${name}, over a fetch in memory`,
        rows: await measurePrograms(vendor, memory, bank, effort),
      })
      tables.push({
        heading: `${name}, over a loopback socket`,
        rows: await measurePrograms(vendor, socket, null, effort),
      })
    }
    return { tables }
  } finally {
    served.disconnect()
  }
}
