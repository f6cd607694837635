/**
 * The whole crash test: kills the worker at every point of every flow with each store, and prints the outcomes. Then it
 * shows that it finds double sends in an edge that stores after it sends. Last, it looks for secrets in the files of the
 * stores and in what the workers have printed. `crash.mjs [pattern]` runs the matching flows.
 */
import { findLeaks, forget } from '../lib/canary.mjs'
import { flows } from './flows.mjs'
import { crash, isSubmission } from './run.mjs'
import { openHarness } from './harness.mjs'

const MAX_CONCURRENT = 2
const all = flows.filter(({ name }) => name.match(process.argv[2] ?? ''))

/** Crashes all flows with a store, some at a time, and prints each. An error of one does not stop the others. */
async function crashAll(harness, store, options, fits) {
  const left = [...all]
  const reports = []
  const lane = async () => {
    let session = await harness.openSession(store, options)
    for (let flow = left.shift(); flow; flow = left.shift()) {
      const report = await crash(session, flow, fits).catch(async (error) => {
        await session.close()
        session = await harness.openSession(store, options)
        return { flow: flow.name, faults: [`stopped by: ${error.message}`] }
      })
      reports.push(report)
      print(report)
      // Faults are expected if writes are lost.
      if (!options.losesWrites) for (const fault of report.faults) console.log(`    ${fault}`)
    }
    await session.close()
  }
  await Promise.all(Array.from({ length: MAX_CONCURRENT }, lane))
  const sums = COLUMNS.map((name) => [name, reports.reduce((sum, report) => sum + (report[name] ?? 0), 0)])
  const sum = { flow: 'all', ...Object.fromEntries(sums), faults: reports.flatMap(({ faults }) => faults) }
  print(sum)
  return { sum, reports }
}

const COLUMNS = ['sends', 'points', 'tried', 'same', 'allowed', 'doubleSends']
const row = (name, cells) => name.padEnd(46) + cells.map((cell) => String(cell).padStart(9)).join('')
const title = (text) => console.log(`\n${row(text, ['sends', 'points', 'tried', 'same end', 'allowed', 'doubles'])}`)

function print({ flow, ...report }) {
  const cells = COLUMNS.map((name) => report[name] ?? '-')
  console.log(row(`  ${flow}`, cells))
}

forget()
const harness = await openHarness()
let passed = true
try {
  for (const store of harness.stores) {
    title(store)
    const { sum } = await crashAll(harness, store, { losesWrites: false })
    title(`${store}, stored after each send`)
    const { reports } = await crashAll(harness, store, { losesWrites: true }, isSubmission)
    const undetected = reports.filter(({ submits, doubleSends }) => submits !== false && !(doubleSends > 0))
    for (const { flow } of undetected) console.log(`  no double send was found in: ${flow}`)
    passed &&= sum.faults.length === 0 && sum.doubleSends === 0 && undetected.length === 0
  }
  const leaks = await findLeaks()
  for (const leak of leaks.keys()) console.log(`  leaked: ${leak}`)
  passed &&= leaks.size === 0
  const success = 'no double send; with a store that loses writes, one is found in each flow that submits'
  console.log(`\n${passed ? success : 'the crash test failed'}`)
} finally {
  await harness.close()
}
process.exitCode = passed ? 0 : 1
