/** What polling costs: the time between the bank's question and the poll that brings it, and the calls until then. */
import { jumpingClock } from '../lib/clock.mjs'
import { quantile, summary } from '../lib/stats.mjs'
import { PROGRAMS, waitFor } from '../polling/waits.mjs'

export const title = 'Polling'
export const method =
  'Real flows on a simulated clock, until the bank asks its question. No vendor publishes how long banks take, so the delays ' +
  'are a guess: log-normal with a median of 12 s, where one in ten banks takes more than 33 s. Calls take no time. Flinks ' +
  'documents a poll every 10 s, MX at most one every 3 s: a faster loop breaks these rules. Webhooks, which make an edge ' +
  'poll at once, are not in this comparison.'

const MEDIAN_MS = 12_000
const SIGMA = 0.8
const MAX_MS = 240_000

/** The standard normal deviate below which `share` of the values lie: the approximation of Abramowitz and Stegun, 26.2.23. */
function deviate(share) {
  if (share > 0.5) return -deviate(1 - share)
  const t = Math.sqrt(-2 * Math.log(share))
  const above = 2.515517 + 0.802853 * t + 0.010328 * t * t
  const below = 1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t
  return above / below - t
}

/** The delays of `count` banks, one for each equal share of the distribution. */
export const delays = (count) =>
  Array.from({ length: count }, (_, at) =>
    Math.min(MAX_MS, Math.round(MEDIAN_MS * Math.exp(SIGMA * deviate((at + 0.5) / count)))),
  )

const mean = (values) => Number((values.reduce((sum, value) => sum + value, 0) / values.length).toPrecision(4))
const seconds = (values) => values.map((value) => value / 1_000)
const sorted = (values) => values.toSorted((one, other) => one - other)

export async function measure({ short }) {
  const banks = delays(short ? 5 : 1_000)
  const rows = []
  for (const [vendor, name, run] of PROGRAMS) {
    const waits = []
    for (const delay of banks) waits.push(await waitFor(vendor, run, delay, jumpingClock()))
    const lost = seconds(waits.map(({ lost }) => lost))
    rows.push({
      name,
      lostSeconds: summary(lost),
      lostSeconds90: Number(quantile(sorted(lost), 0.9).toPrecision(3)),
      calls: mean(waits.map(({ calls }) => calls)),
    })
  }
  return { tables: [{ heading: 'Lost to polling', rows }], delaySeconds: summary(seconds(banks)) }
}
