/**
 * The crash test as a whole: kills the worker at every point of every flow in each home, prints what came of it, and then
 * shows that it would find an edge that stores after it sends. `crash.mjs [pattern]` takes the flows whose names fit.
 */
import { flows } from './flows.mjs'
import { crash, isSubmission } from './run.mjs'
import { open } from './stage.mjs'

const LANES = 2
const all = flows.filter(({ name }) => name.match(process.argv[2] ?? ''))

/** Crashes all flows in a home, some at a time, and prints each. What breaks one does not break the others. */
async function crashAll(theatre, home, own, fits) {
  const left = [...all]
  const reports = []
  const lane = async () => {
    let stage = await theatre.stage(home, own)
    for (let flow = left.shift(); flow; flow = left.shift()) {
      const report = await crash(stage, flow, fits).catch(async (error) => {
        await stage.strike()
        stage = await theatre.stage(home, own)
        return { flow: flow.name, faults: [`breaks off: ${error.message}`] }
      })
      reports.push(report)
      print(report)
      // Of an edge that forgets they are what is wanted.
      if (!own.forgets) for (const fault of report.faults) console.log(`    ${fault}`)
    }
    await stage.strike()
  }
  await Promise.all(Array.from({ length: LANES }, lane))
  const sums = COLUMNS.map((name) => [name, reports.reduce((sum, report) => sum + (report[name] ?? 0), 0)])
  const sum = { flow: 'all', ...Object.fromEntries(sums), faults: reports.flatMap(({ faults }) => faults) }
  print(sum)
  return { sum, reports }
}

const COLUMNS = ['sends', 'points', 'tried', 'same', 'honest', 'doubles']
const row = (name, cells) => name.padEnd(46) + cells.map((cell) => String(cell).padStart(9)).join('')
const title = (text) => console.log(`\n${row(text, ['sends', 'points', 'tried', 'as it was', 'honest', 'doubles'])}`)

function print({ flow, ...report }) {
  const cells = COLUMNS.map((name) => report[name] ?? '-')
  console.log(row(`  ${flow}`, cells))
}

const theatre = await open()
let fine = true
try {
  for (const home of theatre.homes) {
    title(home)
    const { sum } = await crashAll(theatre, home, { forgets: false })
    title(`${home}, stored after each send`)
    const { reports } = await crashAll(theatre, home, { forgets: true }, isSubmission)
    const blind = reports.filter(({ submits, doubles }) => submits !== false && !(doubles > 0))
    for (const { flow } of blind) console.log(`  no double send is found in: ${flow}`)
    fine &&= sum.faults.length === 0 && sum.doubles === 0 && blind.length === 0
  }
  const right = 'no double send, and where the store forgets, one is found in each flow that submits'
  console.log(`\n${fine ? right : 'the crash test has failed'}`)
} finally {
  await theatre.close()
}
process.exitCode = fine ? 0 : 1
