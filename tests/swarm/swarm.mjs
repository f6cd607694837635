/**
 * The swarm: `swarm.mjs [seeds]` runs whole systems, each from one seed, and prints what has happened in them. A failing
 * seed is repeated with `make swarm SEEDS=…`. JOBS is the number of processes, and OTHER a release that runs, too:
 * 'another build' or 'the next format'.
 */
import { DEEDS, FAULTS } from './faults.mjs'
import { readSeeds, runSeeds } from './run.mjs'

const DEFAULT_SEEDS = '1-1000'
/** From this number of seeds on, everything must have happened at least once. */
const COVERING_SEEDS = 300
const TRACE_LINES = 60

const { OTHER: other } = process.env
const seeds = readSeeds(process.argv[2] || DEFAULT_SEEDS)
const command = (seed) => `make swarm SEEDS=${seed}${other ? ` OTHER='${other}'` : ''}`
const begun = performance.now()
let done = 0
let isStopped = false
// The seeds that ran count, too.
process.once('SIGINT', () => (isStopped = true))

const sum = await runSeeds(seeds, {
  jobs: Number(process.env.JOBS || 1),
  other,
  shrinks: true,
  onOutcome(outcome) {
    done += 1
    if (outcome.flaws.length > 0) printFailure(outcome)
    else if (done % 500 === 0) console.log(`${done} of ${seeds.length} seeds`)
    return isStopped
  },
})

const seconds = (performance.now() - begun) / 1000
const whole = (number) => Math.round(number).toLocaleString('en-US')
console.log(
  `${whole(sum.seeds)} seeds, ${whole(sum.flows)} flows, ${whole(sum.events)} events, ${whole(sum.hours)} virtual hours, ` +
    `${whole(seconds)} s, ${(sum.seeds / seconds).toFixed(1)} seeds/s`,
)
table('endings', sum.endings)
const all = Object.fromEntries([...Object.keys(FAULTS), ...Object.keys(DEEDS)].map((name) => [name, 0]))
table('faults and deeds', { ...all, ...sum.happened })
const missing = Object.keys(all).filter((name) => !sum.happened[name])
if (missing.length > 0 && sum.seeds >= COVERING_SEEDS) {
  console.log(`\nnever happened: ${missing.join(', ')}`)
  process.exitCode = 1
}
if (sum.failed.length > 0) {
  console.log(`\n${sum.failed.length} seeds failed: ${command(sum.failed.map(({ seed }) => seed).join())}`)
  process.exitCode = 1
}

function printFailure({ seed, flaws, happenings, smallest }) {
  console.log(`\n${command(seed)}`)
  for (const { kind, text } of flaws.slice(0, 5)) console.log(`  ${kind}: ${text}`)
  if (!smallest) return
  console.log(
    `  ${happenings.length} happenings, the smallest after ${smallest.runs} more runs has ${smallest.happenings.length}:`,
  )
  for (const id of smallest.happenings) console.log(`    ! ${id}`)
  for (const { kind, text } of smallest.flaws.slice(0, 3)) console.log(`  ${kind}: ${text}`)
  console.log(
    smallest.trace
      .slice(-TRACE_LINES)
      .map((line) => `    ${line}`)
      .join('\n'),
  )
}

function table(title, counts) {
  console.log(`\n${title}`)
  for (const [name, count] of Object.entries(counts).sort(([, one], [, other]) => other - one)) {
    console.log(`  ${name.padEnd(34)}${whole(count).padStart(10)}`)
  }
}
