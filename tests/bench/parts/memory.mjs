/** Memory and time of open flows. */
import { fileURLToPath } from 'node:url'
import { runFresh } from '../lib/processes.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'Open flows'
export const method =
  'Flinks flows over a fetch in memory, in a fresh Node process each time. All wait for their users at the same time. Heap: ' +
  'what is in use after garbage collection, above what is in use after the flows have ended. Wasm: growth of its memory, which grows by pages ' +
  'of 64 KiB, so few flows show none. Times are for one flow: from its start to its challenge, and from its first answer ' +
  'through a second round to its end. Linear is 1: the figure for one flow, over that with 1 000 open flows.'

const openFlows = fileURLToPath(new URL('../memory/open-flows.mjs', import.meta.url))
const KIB = 1_024
const linear = (row, unit) => Number((row.endMs.median / unit.endMs.median).toPrecision(3))

export async function measure({ short }) {
  const [counts, turns] = short ? [[10, 100], 1] : [[10, 100, 1_000, 10_000], 5]
  const seen = new Map(counts.map((count) => [count, []]))
  for (let turn = 0; turn < turns; turn++)
    for (const count of counts) seen.get(count).push(await runFresh(openFlows, [`${count}`], ['--expose-gc']))
  const each = (count, key, unit = 1) => summary(seen.get(count).map((figures) => figures[key] / count / unit))
  const measured = counts.map((count) => ({
    count,
    heapKiB: each(count, 'heap', KIB),
    wasmKiB: each(count, 'wasm', KIB),
    openMs: each(count, 'openMs'),
    endMs: each(count, 'endMs'),
  }))
  const unit = measured.find(({ count }) => count === 1_000) ?? measured.at(-1)
  const rows = measured.map(({ count, ...figures }) => ({
    name: `${count} open flows`,
    linear: linear(figures, unit),
    ...figures,
  }))
  return { tables: [{ heading: 'One of many open flows', rows }] }
}
