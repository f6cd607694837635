/**
 * In a fresh process with --expose-gc: opens a number of flows, all of which wait for their users, then ends them. Sends
 * the bytes that the open flows hold, and the times of opening and ending.
 */
import { openBank } from '../lib/bank.mjs'
import { jumpingClock } from '../lib/clock.mjs'
import { answers, customerId, loginId, token } from '../lib/data.mjs'

const count = Number(process.argv[2])
const memories = []
const { Instance } = WebAssembly
WebAssembly.Instance = class extends Instance {
  constructor(...args) {
    super(...args)
    // The names of the exports are short.
    memories.push(...Object.values(this.exports).filter((value) => value instanceof WebAssembly.Memory))
  }
}
const { flinks } = await import('../lib/flinks.mjs')

const bank = openBank()
const host = { instance: 'toolbox', customerId, authorizeToken: token, fetch: bank.fetch, clock: jumpingClock() }

async function open() {
  const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
  for await (const step of flow) if (step.kind === 'challenge') return flow
  throw new Error('a flow ended before its challenge')
}

async function end(flow) {
  for await (const step of flow) if (step.kind === 'challenge') await step.answer(answers(step.round))
  if (flow.current.kind !== 'done') throw new Error(`a flow ended with ${flow.current.kind}`)
}

/** What is in use once a few collections in a row have found nothing more. */
async function bytesInUse() {
  let [heap, idle] = [Infinity, 0]
  while (idle < 5) {
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc()
    const { heapUsed } = process.memoryUsage()
    idle = heapUsed < heap ? 0 : idle + 1
    heap = Math.min(heap, heapUsed)
  }
  return { heap, wasm: memories[0].buffer.byteLength }
}

// The engine optimises the code, and the wasm has the pages that one flow needs.
for (let warmUp = 0; warmUp < 1_500; warmUp++) await end(await open())
if (memories.length !== 1) throw new Error(`${memories.length} memories of wasm`)
const { wasm: before } = await bytesInUse()
const began = performance.now()
const flows = []
while (flows.length < count) flows.push(await open())
const opened = performance.now()
const after = await bytesInUse()
const resumed = performance.now()
for (const flow of flows) await end(flow)
const ended = performance.now()
flows.length = 0
const closed = await bytesInUse()
process.send({
  heap: after.heap - closed.heap,
  wasm: after.wasm - before,
  openMs: opened - began,
  endMs: ended - resumed,
})
