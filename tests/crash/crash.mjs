/**
 * The crash test as a whole: kills the worker at every point of every flow, prints what came of it, and then shows that it
 * would find an edge that stores after it sends. `crash.mjs [pattern]` takes the flows whose names fit.
 */
import { flows } from './flows.mjs'
import { crash, isSubmission } from './run.mjs'
import { open } from './stage.mjs'

const LANES = 2
const all = flows.filter(({ name }) => name.match(process.argv[2] ?? ''))

/** Crashes all flows in the home, some at a time, and prints each. */
async function crashAll(theatre, own, fits) {
  const left = [...all]
  const reports = []
  const lane = async () => {
    const stage = await theatre.stage(own)
    for (let flow = left.shift(); flow; flow = left.shift()) {
      const report = await crash(stage, flow, fits)
      reports.push(report)
      print(report)
    }
    await stage.strike()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const total = (name) => reports.reduce((sum, report) => sum + report[name], 0)
  const sums = ['sends', 'points', 'tried', 'same', 'honest', 'doubles'].map((name) => [name, total(name)])
  const sum = { flow: 'all', ...Object.fromEntries(sums), faults: reports.flatMap(({ faults }) => faults) }
  print(sum)
  return { sum, reports }
}

const COLUMNS = ['sends', 'points', 'tried', 'same', 'honest', 'doubles']
const row = (name, cells) => name.padEnd(46) + cells.map((cell) => String(cell).padStart(9)).join('')
const title = (text) => console.log(`\n${row(text, ['sends', 'points', 'tried', 'as it was', 'honest', 'doubles'])}`)

function print({ flow, faults, ...report }) {
  console.log(
    row(
      `  ${flow}`,
      COLUMNS.map((name) => report[name]),
    ),
  )
  if (flow !== 'all') for (const fault of faults) console.log(`    ${fault}`)
}

const theatre = await open()
try {
  title(`PostgreSQL`)
  const { sum } = await crashAll(theatre, { forgets: false })
  title('PostgreSQL, stored after each send')
  const { reports } = await crashAll(theatre, { forgets: true }, isSubmission)
  const blind = reports.filter(({ tried, doubles }) => tried > 0 && doubles === 0)
  for (const { flow } of blind) console.log(`  no double send is found in: ${flow}`)
  const fine = sum.faults.length === 0 && sum.doubles === 0 && blind.length < reports.length
  console.log(fine ? '\nno double send' : '\nthe crash test has failed')
  process.exitCode = fine ? 0 : 1
} finally {
  await theatre.close()
}
