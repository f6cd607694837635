/** A process that runs the seeds that its parent sends, one after another. */
import './globals.mjs'
import { releases, SEAL } from './releases.mjs'
import { SABOTAGE } from './sabotage.mjs'
import { shrink } from './shrink.mjs'
import { runSeed } from './world.mjs'

const wrapStore = SABOTAGE[process.env.SWARM_SABOTAGE]?.wrapStore?.(releases[0].sealer(SEAL))
const options = wrapStore ? { wrapStore } : {}

async function run({ seed, shrinks }) {
  const outcome = await runSeed(seed, options)
  if (outcome.flaws.length === 0) return { ...outcome, trace: undefined, happenings: undefined }
  return shrinks ? { ...outcome, smallest: await shrink(outcome, options) } : outcome
}

process.on('message', async (message) => process.send(await run(message)))
// The parent ends the run.
process.on('SIGINT', () => {})
process.once('disconnect', () => process.exit())
process.send('ready')
