/** What the edge costs: the CPU time of its workerd for each request of a page, over that of a bare pass-through. */
import { page } from './page.mjs'
import { cpuOf } from './stage.mjs'

const FLOWS = 120
/** The engine optimises what runs often, and a worker runs for days: its first ten thousand requests are not counted. */
const [WARM, ROUNDS] = [30, 12]
/** So many pages at a time. */
const LANES = 16

const WORKERS = {
  bare: 'a bare pass-through',
  memory: 'the handler, its records in memory',
  objects: 'a bare pass-through in Durable Objects that store as often',
  durable: 'the handler on Durable Objects',
}

/** Nobody comes twice. All are Flinks' and asked once: nothing in their flows waits, and each costs its three requests alone. */
let people = 1_000_000
const next = () => (people += 4)

/** What a page of the pass-through goes by, which says nothing itself. */
const KNOWN = { flow: `${'x'.repeat(43)}.${'0'.repeat(32)}`, version: 1 }
const ASKED = { ...KNOWN, step: { round: { number: 1, challenges: [{ fields: [{ name: '1.1.answer' }] }] } } }

/** One person's flow: start, look, answer. */
async function walk(url, isEdge) {
  const own = page(url, next())
  const begun = await own.start()
  const asked = await own.look(isEdge ? begun : KNOWN)
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

/** Other work on the machine only adds: what a quarter of the rounds stay below. */
const calm = (values) => values.toSorted((one, other) => one - other)[values.length >> 2]

/** Measures them in turns, and prints each. What a worker does after its last reply counts, too: up to its next turn. */
export async function cost(stage, { handler: { limit } }) {
  const all = []
  for (const name of Object.keys(WORKERS)) all.push({ name, worker: await stage.start(name), marks: [], per: '' })
  for (let round = 0; round < WARM + ROUNDS; round++) {
    for (const own of all) {
      const { calls: before } = await stage.seen()
      if (round >= WARM) own.marks.push(cpuOf(own.worker.pid))
      own.requests = await walkAll(own.worker.url, own.name === 'memory' || own.name === 'durable')
      const { calls, faults } = await stage.seen()
      if (faults.length > 0) throw new Error(faults[0])
      own.per = `${own.requests / FLOWS} requests and ${(calls - before) / FLOWS} calls to the bank`
    }
  }
  for (const own of all) {
    own.marks.push(cpuOf(own.worker.pid))
    own.each = calm(own.marks.slice(1).map((mark, at) => (mark - own.marks[at]) / own.requests))
  }
  const [bare, memory] = all
  const same = all.every(({ per }) => per === bare.per)

  console.log(
    `\nCPU milliseconds of workerd for a request, with ${bare.per} a flow (the calmest quarter of ${ROUNDS} rounds):`,
  )
  for (const { name, each } of all) {
    const over = each - bare.each
    console.log(
      `  ${WORKERS[name].padEnd(60)}${each.toFixed(2)}${name === 'bare' ? '' : `, over the first ${over.toFixed(2)}`}`,
    )
  }
  if (!same) console.log('  they do not make the same calls: this compares nothing')
  console.log(
    '  counted: everything in the process, wasm, seal and garbage collection among it; of the last two storage on disk',
  )
  const handler = memory.each - bare.each
  console.log(`  the handler adds ${handler.toFixed(2)}, the limit is ${limit}`)
  return same && handler <= limit
}
