/** Measures functions in turns, so that what else the machine does meets all of them. */
import { Bench } from 'tinybench'
import { summary } from './stats.mjs'

/** Runs `run` for about `time` milliseconds. Returns the median of its times, in milliseconds. */
async function medianTime(run, time) {
  const bench = new Bench({ time, iterations: 5, warmup: false, throws: true })
  bench.add('run', run)
  await bench.run()
  return bench.tasks[0].result.latency.p50
}

/**
 * Measures functions in `rounds` rounds of one turn each, and each round begins with another function. `functions[0]` is
 * the limit, and a share is the time of the limit over the time of a function in the same round. Returns for each name
 * `{ ms, share }`, each with median and quartiles.
 */
export async function measureInTurns(functions, { rounds, time, warmUp = time }) {
  const names = Object.keys(functions)
  const times = Object.fromEntries(names.map((name) => [name, []]))
  for (const name of names) await medianTime(functions[name], warmUp)
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(round + turn) % names.length]
      times[name].push(await medianTime(functions[name], time))
    }
  }
  const limit = times[names[0]]
  return Object.fromEntries(
    names.map((name) => [
      name,
      { ms: summary(times[name]), share: summary(times[name].map((ms, round) => limit[round] / ms)) },
    ]),
  )
}
