/**
 * The cold start of the edge: from the start of a workerd to the reply to its first request, beside a pass-through without
 * wasm that makes the same calls. Run it, or call `measureColdStart`.
 */
import { pathToFileURL } from 'node:url'
import { page } from './page.mjs'
import { openProcesses } from './processes.mjs'

/** The first request of a page: it starts a flow. */
async function startFlow(url, person, isEdge) {
  const { step } = await page(url, person).start()
  if (isEdge && step === undefined) throw new Error('the edge did not start the flow')
}

/** A first request that concerns no flow, such as a health check. */
const check = async (url) => void (await (await fetch(`${url}/health`)).arrayBuffer())

/** What starts: its label, its worker, and its first request. */
const STARTS = {
  passThrough: ['a worker without wasm', 'passThrough', startFlow],
  memory: ['the edge', 'memory', startFlow],
  memoryCheck: ['the edge, first request without a flow', 'memory', check],
}

/** Starts a worker and sends its first request. Returns the milliseconds of the two. */
async function startOnce(processes, name, person) {
  const [, script, request] = STARTS[name]
  const worker = await processes.start(script)
  const listening = performance.now()
  await request(worker.url, person, script === 'memory')
  const toReply = performance.now() - listening
  await worker.kill()
  return { toListen: worker.toListen, toReply }
}

/**
 * Starts each worker `runs` times, in turns. Returns for each its `name`, its `label`, and for each run the milliseconds
 * `toListen`, from the start of workerd until it listens, by when the modules are compiled; and `toReply`, from then to
 * the reply to the first request.
 */
export async function measureColdStart({ runs = 15 } = {}) {
  const processes = await openProcesses()
  const all = Object.entries(STARTS).map(([name, [label]]) => ({ name, label, toListen: [], toReply: [] }))
  try {
    // One turn fills the caches of the file system.
    for (let run = 0; run <= runs; run++) {
      for (const start of all) {
        const { toListen, toReply } = await startOnce(processes, start.name, 4 * (2 * run + 1))
        if (run === 0) continue
        start.toListen.push(toListen)
        start.toReply.push(toReply)
      }
    }
  } finally {
    await processes.close()
  }
  return all
}

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1]

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const all = await measureColdStart()
  console.log(`Cold start of workerd in milliseconds (median of ${all[0].toReply.length}):`)
  for (const { label, toListen, toReply } of all) {
    const total = median(toListen.map((ms, run) => ms + toReply[run]))
    const parts = `${median(toListen).toFixed(1)} until it listens, ${median(toReply).toFixed(1)} to its first reply`
    console.log(`  ${label.padEnd(40)}${total.toFixed(1)}: ${parts}`)
  }
}
