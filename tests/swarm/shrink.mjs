/** Makes a failing seed small: leaves out what happened, as long as the world still fails in the same way. */
import { runSeed } from './world.mjs'

const MAX_RUNS = 150
const MAX_EVENTS = 200_000

/** Returns the outcome with the fewest happenings that was found. */
export async function shrink(failed, options) {
  const kinds = new Set(failed.flaws.map(({ kind }) => kind))
  let best = failed
  let skip = []
  let [runs, events] = [0, 0]
  const isSpent = () => runs >= MAX_RUNS || events >= MAX_EVENTS
  const tries = async (left) => {
    if (left.length === 0 || isSpent()) return false
    runs += 1
    const outcome = await runSeed(failed.seed, { ...options, skip: [...skip, ...left] })
    events += outcome.events
    if (!outcome.flaws.some(({ kind }) => kinds.has(kind))) return false
    skip.push(...left)
    best = outcome
    return true
  }
  // First many at once, and then one by one. What is left out lets other things happen, so this begins anew.
  for (let size = Math.ceil(best.happenings.length / 2); size >= 1 && !isSpent(); size = size > 1 ? size >> 1 : 0) {
    for (let at = 0; at < best.happenings.length && !isSpent();) {
      if (!(await tries(best.happenings.slice(at, at + size)))) at += size
    }
  }
  return { ...best, runs }
}
