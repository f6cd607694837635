/** The cold start of the edge: from the start of its process to its first reply. */
import { measureColdStart } from '../../load/cold-start.mjs'
import { summary } from '../lib/stats.mjs'

export const title = 'Cold start of the edge'
export const method =
  'From the start of a workerd process to its first reply, over a loopback socket, in turns. The limit is a pass-through ' +
  'without wasm that makes the same calls to the bank. A request that needs no flow is a health check or a wrong address: ' +
  'for it the edge has compiled its wasm, and does not instantiate it.'

const NAMES = {
  passThrough: 'a pass-through',
  memory: 'bank-mfa/edge, the first request starts a flow',
  memoryCheck: 'bank-mfa/edge, the first request needs no flow',
}

export async function measure({ short }) {
  const all = await measureColdStart({ runs: short ? 1 : 30 })
  const totals = ({ toListen, toReply }) => toListen.map((ms, run) => ms + toReply[run])
  const limit = totals(all[0])
  const rows = all.map((start) => ({
    name: NAMES[start.name],
    aboveLimitMs: summary(totals(start).map((ms, run) => ms - limit[run])),
    ms: summary(totals(start)),
  }))
  return { tables: [{ heading: 'Cold start in workerd', rows }] }
}
