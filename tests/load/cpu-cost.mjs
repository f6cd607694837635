/** The cost of the edge: CPU time of its workerd for each request of a page, over that of a pass-through. */
import { page } from './page.mjs'
import { cpuOf } from './processes.mjs'

/** The first 10,000 requests are not counted: a worker runs for days, and the engine optimises it. */
const EFFORT = { flows: 120, warmUpRounds: 30, rounds: 12 }
/** The number of concurrent pages. */
const MAX_CONCURRENT = 16

const WORKERS = {
  passThrough: 'a pass-through',
  memory: 'the edge with records in memory',
  passThroughObjects: 'a pass-through in Durable Objects with as many writes',
  durable: 'the edge on Durable Objects',
}

/**
 * Each person comes once. All are customers of Flinks with one round, so each flow is three requests without a wait.
 */
let people = 1_000_000
const next = () => (people += 4)

/** The state that a page of the pass-through assumes, because a pass-through returns none. */
const ASSUMED_START = { flow: `${'x'.repeat(43)}.${'0'.repeat(32)}`, version: 1 }
const ASSUMED_CHALLENGE = {
  ...ASSUMED_START,
  step: { round: { number: 1, challenges: [{ fields: [{ name: '1.1.answer' }] }] } },
}

/** One flow: start, read the state, answer. */
async function runFlow(url, isEdge) {
  const visitor = page(url, next())
  const started = await visitor.start()
  const challenged = await visitor.getState(isEdge ? started : ASSUMED_START)
  const end = await visitor.answer(isEdge ? challenged : ASSUMED_CHALLENGE)
  if (isEdge && end.step?.kind !== 'done') throw new Error(`a flow ends with ${JSON.stringify(end)}`)
  return visitor.requests
}

async function runFlows(url, isEdge, flows) {
  let left = flows
  const lane = async () => {
    let requests = 0
    while (left-- > 0) requests += await runFlow(url, isEdge)
    return requests
  }
  const all = await Promise.all(Array.from({ length: MAX_CONCURRENT }, lane))
  return all.reduce((sum, requests) => sum + requests)
}

/** Other work on the machine only adds time, so this takes the first quartile. */
const firstQuartile = (values) => values.toSorted((one, other) => one - other)[values.length >> 2]

/**
 * Measures the workers in turns. Returns for each its `name`, its `label`, the CPU milliseconds of a request in each round
 * and their first quartile `each`, and what each flow did. Work after the last reply of a turn is counted, too.
 */
export async function measureCpu(processes, { flows, warmUpRounds, rounds } = EFFORT) {
  const all = []
  for (const [name, label] of Object.entries(WORKERS))
    all.push({ name, label, worker: await processes.start(name), marks: [], per: '' })
  for (let round = 0; round < warmUpRounds + rounds; round++) {
    for (const measured of all) {
      const { calls: before } = await processes.seen()
      if (round >= warmUpRounds) measured.marks.push(cpuOf(measured.worker.pid))
      const isEdge = measured.name === 'memory' || measured.name === 'durable'
      measured.requests = await runFlows(measured.worker.url, isEdge, flows)
      const { calls, faults } = await processes.seen()
      if (faults.length > 0) throw new Error(faults[0])
      measured.per = `${measured.requests / flows} requests and ${(calls - before) / flows} calls to the bank`
    }
  }
  return all.map(({ name, label, worker, marks, requests, per }) => {
    const ends = [...marks.slice(1), cpuOf(worker.pid)]
    const times = ends.map((end, at) => (end - marks[at]) / requests)
    return { name, label, times, each: firstQuartile(times), per }
  })
}

/** Measures the workers, prints the results, and compares them with the limit. */
export async function measureCpuCost(processes, { handler, objects }) {
  const all = await measureCpu(processes)
  const [passThrough, memory, passThroughObjects, onObjects] = all
  const same = all.every(({ per }) => per === passThrough.per)

  console.log(
    `\nCPU milliseconds of workerd for a request, with ${passThrough.per} a flow (first quartile of ${EFFORT.rounds} rounds):`,
  )
  for (const { name, label, each } of all) {
    const over = each - passThrough.each
    console.log(
      `  ${label.padEnd(60)}${each.toFixed(2)}${name === 'passThrough' ? '' : `, over the first ${over.toFixed(2)}`}`,
    )
  }
  if (!same) console.log('  the workers did not make the same calls, so the comparison is void')
  console.log(
    '  counted: everything in the process, including wasm, sealing and garbage collection; the last two also store on disk',
  )
  const added = [
    ['in memory', memory.each - passThrough.each, handler],
    ['on Durable Objects', onObjects.each - passThroughObjects.each, objects],
  ]
  for (const [where, over, { limit }] of added) {
    console.log(`  the edge adds ${over.toFixed(2)} ${where}, the limit is ${limit}`)
  }
  return same && added.every(([, over, { limit }]) => over <= limit)
}
