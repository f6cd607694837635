/** The cost of the edge: CPU time of its workerd for each request of a page, over that of a pass-through. */
import { page } from './page.mjs'
import { cpuOf } from './processes.mjs'

const FLOWS = 120
/** The first 10,000 requests are not counted: a worker runs for days, and the engine optimises it. */
const [WARM_UP_ROUNDS, ROUNDS] = [30, 12]
/** The pages at a time. */
const LANES = 16

const WORKERS = {
  bare: 'a pass-through',
  memory: 'the edge with records in memory',
  objects: 'a pass-through in Durable Objects with as many writes',
  durable: 'the edge on Durable Objects',
}

/**
 * Each person comes once. All are customers of Flinks with one round, so each flow is three requests without a wait.
 */
let people = 1_000_000
const next = () => (people += 4)

/** The state that a page of the pass-through assumes, because a pass-through returns none. */
const ASSUMED = { flow: `${'x'.repeat(43)}.${'0'.repeat(32)}`, version: 1 }
const ASKED = { ...ASSUMED, step: { round: { number: 1, challenges: [{ fields: [{ name: '1.1.answer' }] }] } } }

/** One flow: start, look, answer. */
async function walk(url, isEdge) {
  const own = page(url, next())
  const begun = await own.start()
  const asked = await own.look(isEdge ? begun : ASSUMED)
  const end = await own.answer(isEdge ? asked : ASKED)
  if (isEdge && end.step?.kind !== 'done') throw new Error(`a flow ends with ${JSON.stringify(end)}`)
  return own.requests
}

async function walkAll(url, isEdge) {
  let left = FLOWS
  const lane = async () => {
    let requests = 0
    while (left-- > 0) requests += await walk(url, isEdge)
    return requests
  }
  const all = await Promise.all(Array.from({ length: LANES }, lane))
  return all.reduce((sum, requests) => sum + requests)
}

/** Other work on the machine only adds time, so this takes the first quartile. */
const firstQuartile = (values) => values.toSorted((one, other) => one - other)[values.length >> 2]

/** Measures the workers in turns, and prints the results. Work after the last reply of a turn is counted, too. */
export async function cost(processes, { handler: { limit } }) {
  const all = []
  for (const name of Object.keys(WORKERS)) all.push({ name, worker: await processes.start(name), marks: [], per: '' })
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    for (const own of all) {
      const { calls: before } = await processes.seen()
      if (round >= WARM_UP_ROUNDS) own.marks.push(cpuOf(own.worker.pid))
      own.requests = await walkAll(own.worker.url, own.name === 'memory' || own.name === 'durable')
      const { calls, faults } = await processes.seen()
      if (faults.length > 0) throw new Error(faults[0])
      own.per = `${own.requests / FLOWS} requests and ${(calls - before) / FLOWS} calls to the bank`
    }
  }
  for (const own of all) {
    own.marks.push(cpuOf(own.worker.pid))
    own.each = firstQuartile(own.marks.slice(1).map((mark, at) => (mark - own.marks[at]) / own.requests))
  }
  const [bare, memory] = all
  const same = all.every(({ per }) => per === bare.per)

  console.log(
    `\nCPU milliseconds of workerd for a request, with ${bare.per} a flow (first quartile of ${ROUNDS} rounds):`,
  )
  for (const { name, each } of all) {
    const over = each - bare.each
    console.log(
      `  ${WORKERS[name].padEnd(60)}${each.toFixed(2)}${name === 'bare' ? '' : `, over the first ${over.toFixed(2)}`}`,
    )
  }
  if (!same) console.log('  the workers did not make the same calls, so the comparison is void')
  console.log(
    '  counted: everything in the process, including wasm, sealing and garbage collection; the last two also store on disk',
  )
  const handler = memory.each - bare.each
  console.log(`  the edge adds ${handler.toFixed(2)}, the limit is ${limit}`)
  return same && handler <= limit
}
