/** Continues a recorded flow where its record stands, with another build and at another bank. */
import { flows } from '../../crash/flows.mjs'
import { HOMES } from './homes.mjs'
import { finish, openWorld } from './world.mjs'

/** The bank of a continued flow, whose ids differ from the recorded ones. */
const OTHER_SEED = 2

/** A world in which all has happened that had when `record` was written, and which has the record. */
export async function placeRecord(pkg, { flow: name, ids, log }, record, home = HOMES[record.home]()) {
  const flow = flows.find((flow) => flow.name === name)
  const world = await openWorld(pkg, flow, { seed: OTHER_SEED, home })
  await world.bank.repeat(ids, log.slice(0, record.calls))
  world.clock.reach(record.at)
  home.place(record.id, record.stored)
  const getState = () => world.ask('GET', `/flows/${record.handle}`)
  return { ...world, home, flow, getState, finish: async () => finish(world, flow, await getState()) }
}

export async function continueRecord(pkg, recorded, record) {
  return (await placeRecord(pkg, recorded, record)).finish()
}
