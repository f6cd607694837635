/** Runs seeds in processes, and adds their outcomes up. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { NEXT_FORMAT, copyApp } from '../lib/app-copy.mjs'
import { app } from '../lib/package.mjs'
import { SABOTAGE } from './sabotage.mjs'

const WORKER = fileURLToPath(new URL('worker.mjs', import.meta.url))
const TARGET = fileURLToPath(new URL('../../target/swarm', import.meta.url))

/** The other releases that can run beside the installed one: how each differs from it. */
const OTHERS = { 'another build': {}, 'the next format': NEXT_FORMAT }

/** `1-1000`, `7`, or several with commas. */
export function readSeeds(text) {
  return text.split(',').flatMap((part) => {
    const [first, last = first] = part.split('-').map((number) => (/^\d+$/.test(number) ? Number(number) : NaN))
    if (!(last >= first)) throw new Error(`not a range of seeds: ${part}`)
    return Array.from({ length: last - first + 1 }, (_, at) => first + at)
  })
}

/**
 * Runs seeds in `jobs` processes. `onOutcome` gets each outcome, and may return true to end the run. `sabotage` names a
 * mistake. `other` names another release in the same fleet. `shrinks` makes failing seeds small.
 */
export async function runSeeds(seeds, { jobs = 1, sabotage, other, shrinks = false, onOutcome = () => false } = {}) {
  const env = { BANK_MFA_APP: app, ...process.env, ...(sabotage && { SWARM_SABOTAGE: sabotage }) }
  const folder = (name) => `${TARGET}/${name.replaceAll(/\W+/g, '-')}`
  const { patches, other: release = other } = SABOTAGE[sabotage] ?? {}
  if (patches) env.BANK_MFA_APP = copyApp(app, folder(sabotage), patches)
  if (release) {
    env.BANK_MFA_APP_OTHER = copyApp(env.BANK_MFA_APP, folder(`${sabotage ?? ''} ${release}`), OTHERS[release])
  }
  const left = [...seeds]
  const sum = { seeds: 0, flows: 0, events: 0, hours: 0, happened: {}, endings: {}, hashes: new Map(), failed: [] }
  let isOver = false

  async function runIn() {
    const child = fork(WORKER, [], { env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const exited = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a worker exited with ${code}`)))
    exited.catch(() => {})
    const reply = async () => (await Promise.race([once(child, 'message'), exited]))[0]
    await reply()
    while (left.length > 0 && !isOver) {
      child.send({ seed: left.shift(), shrinks: shrinks && sum.failed.length < 3 })
      const outcome = await reply()
      add(sum, outcome)
      isOver ||= onOutcome(outcome) === true
    }
    child.disconnect()
  }

  await Promise.all(Array.from({ length: Math.min(jobs, left.length) }, runIn))
  return sum
}

function add(sum, outcome) {
  sum.seeds += 1
  sum.flows += outcome.flows
  sum.events += outcome.events
  sum.hours += outcome.virtualMs / 3_600_000
  for (const name of ['happened', 'endings']) {
    for (const [key, count] of Object.entries(outcome[name])) sum[name][key] = (sum[name][key] ?? 0) + count
  }
  sum.hashes.set(outcome.seed, outcome.hash)
  if (outcome.flaws.length > 0) sum.failed.push(outcome)
}
