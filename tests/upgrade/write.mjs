/**
 * `make fixtures`: runs all flows of the crash test with the installed package, and keeps a record of each kind that the
 * edge writes on the way, with what had reached the bank until then: `node write.mjs <folder of the app> <name of the set>`.
 */
import { flows } from '../crash/flows.mjs'
import { continueRecord } from './lib/continue.mjs'
import { HOMES } from './lib/homes.mjs'
import { loadPackage } from './lib/package.mjs'
import { writeSet } from './lib/sets.mjs'
import { CONNECTION, SEAL, finish, openWorld } from './lib/world.mjs'
import { sealedIn } from './lib/versions.mjs'

const [app, name] = process.argv.slice(2)
const pkg = await loadPackage(app)
const seal = pkg.sealer(SEAL)

/** What a record is a kind of. Two records of one kind differ only in their values. */
function kindOf({ step, snapshot, leaseUntil, ...record }, home) {
  const { vendor, flow } = snapshot === null ? {} : JSON.parse(snapshot)
  const detail = step.stage ?? step.purpose ?? step.round?.challenges[0].kind
  const state = flow && [flow.state.name, flow.state.stage, leaseUntil > 0]
  // Objects store the same records, so one of each step is enough.
  if (home === 'objects') return JSON.stringify([home, vendor, step.kind, flow?.state.name])
  const keys = Object.keys({ ...record, ...flow?.vendor }).sort()
  return JSON.stringify([home, vendor, step.kind, detail, state, 'watchAt' in (flow?.state ?? {}), flow?.refused, keys])
}

/** Runs a flow, and returns the records whose kind is in `kinds` for the first time. */
async function record(flow, homeName, kinds) {
  const written = []
  const home = HOMES[homeName]((id, stored) => {
    written.push({ at: world.clock.now(), calls: world.bank.log.length, id, stored: structuredClone(stored) })
  })
  const world = await openWorld(pkg, flow, { seed: 1, home })
  const { end } = await finish(world, flow)
  if (end !== flow.ends && !(flow.ends === 'done' && end.startsWith('{'))) throw new Error(`${flow.name}: ${end}`)
  const records = []
  for (const { at, calls, id, stored } of written) {
    const opened = JSON.parse(await seal.open(sealedIn(stored), id))
    if (opened.kind !== 'flow') continue
    const kind = kindOf(opened, homeName)
    if (kinds.has(kind)) continue
    kinds.add(kind)
    records.push({ home: homeName, at, calls, id, handle: `${id}.${opened.flow}`, step: opened.step.kind, stored })
  }
  const log = world.bank.log.slice(0, Math.max(0, ...records.map(({ calls }) => calls)))
  return { flow: flow.name, ids: world.bank.ids, log, records }
}

const kinds = new Set()
const recorded = []
for (const home of Object.keys(HOMES)) {
  for (const flow of flows) {
    const found = await record(flow, home, kinds)
    if (found.records.length === 0) continue
    for (const entry of found.records) Object.assign(entry, { outcome: await continueRecord(pkg, found, entry) })
    recorded.push(found)
  }
}

const sample = JSON.parse(await seal.open(recorded[0].records[1].stored.sealed, recorded[0].records[1].id))
const wrote = {
  snapshot: JSON.parse(sample.snapshot).v,
  record: sample.v,
  sealed: recorded[0].records[1].stored.sealed.split('.')[0],
}
writeSet(`${name}.json`, { wrote, connection: CONNECTION, table: pkg.postgresTable, flows: recorded })
const count = recorded.reduce((sum, { records }) => sum + records.length, 0)
console.log(`${name}: ${count} records of ${recorded.length} flows, written in ${JSON.stringify(wrote)}`)
process.exit()
