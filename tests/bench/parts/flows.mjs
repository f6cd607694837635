/** Whole flows: the share of the limit that each program reaches. */
import { openBank, serveInProcess } from '../lib/bank.mjs'
import { jumpingClock } from '../lib/clock.mjs'
import { loginId } from '../lib/data.mjs'
import { measureInTurns } from '../lib/measure.mjs'

export const title = 'Flows'
export const method =
  'Whole flows in one process, in turns. Flinks: authorize, two rounds, done: three calls. MX: start a job, poll, answer, ' +
  'poll: four calls. A share is the time of the same calls with bare fetch and JSON, over the time of the program.'

/** The module of each program, in ../programs. */
const PROGRAMS = {
  flinks: {
    'bare fetch': 'bare-fetch',
    'bank-mfa': 'bank-mfa',
    '@rizwannur/flinks': 'rizwannur',
    'zod + ky + xstate': 'hand-written',
  },
  mx: {
    'bare fetch': 'bare-fetch',
    'bank-mfa': 'bank-mfa',
    'mx-platform-node': 'platform-node',
    'zod + ky + xstate': 'hand-written',
  },
}
const RESULTS = { flinks: loginId, mx: 'CONNECTED' }

async function measurePrograms(vendor, host, bank, effort) {
  const own = { clock: jumpingClock(), sleep: () => Promise.resolve(), ...host }
  const programs = {}
  for (const [name, file] of Object.entries(PROGRAMS[vendor]))
    programs[name] = (await import(`../programs/${vendor}/${file}.mjs`)).default(own)
  const calls = {}
  for (const [name, run] of Object.entries(programs)) {
    const before = bank?.calls ?? 0
    const result = await run()
    if (result !== RESULTS[vendor]) throw new Error(`a flow of ${name} returned ${result}`)
    if (!bank) continue
    calls[name] = bank.calls - before
    if (calls[name] < calls['bare fetch']) throw new Error(`a flow of ${name} makes only ${calls[name]} calls`)
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
  const served = await serveInProcess()
  try {
    const { address: baseUrl } = served
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
    served.close()
  }
}
