/**
 * The cold start of the edge: from the start of a workerd to the reply to its first request, beside a pass-through without
 * wasm that makes the same calls. Run it, or call `measureColdStart`.
 */
import { pathToFileURL } from 'node:url'
import { page } from './page.mjs'
import { openProcesses } from './processes.mjs'

const WORKERS = { passThrough: 'a worker without wasm', memory: 'the edge' }

const median = (values) => values.toSorted((one, other) => one - other)[values.length >> 1]

/** Starts a worker, sends one start of a flow, and returns the milliseconds of the two. */
async function startOnce(processes, name, person) {
  const worker = await processes.start(name)
  const { toListen } = worker
  const listening = performance.now()
  const { step } = await page(worker.url, person).start()
  const replied = performance.now()
  await worker.kill()
  if (name === 'memory' && step === undefined) throw new Error('the edge did not start the flow')
  return { toListen, toReply: replied - listening }
}

/**
 * Starts each worker `runs` times, in turns. Returns for each the medians in milliseconds: `toListen`, from the start of
 * workerd until it listens, by when the modules are compiled; and `toReply`, from then to the reply to the first request.
 * `ratio` compares the sums.
 */
export async function measureColdStart({ runs = 15 } = {}) {
  const processes = await openProcesses()
  const all = { passThrough: [], memory: [] }
  try {
    for (let run = 1; run <= runs; run++) {
      for (const name of Object.keys(all)) all[name].push(await startOnce(processes, name, 4 * (2 * run + 1)))
    }
  } finally {
    await processes.close()
  }
  const figuresOf = (values) => ({
    toListen: median(values.map(({ toListen }) => toListen)),
    toReply: median(values.map(({ toReply }) => toReply)),
    total: median(values.map(({ toListen, toReply }) => toListen + toReply)),
  })
  const figures = { passThrough: figuresOf(all.passThrough), memory: figuresOf(all.memory) }
  return { runs, ...figures, ratio: figures.memory.total / figures.passThrough.total }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { runs, ratio, ...figures } = await measureColdStart()
  console.log(`Cold start of workerd in milliseconds (median of ${runs}):`)
  for (const [name, { toListen, toReply, total }] of Object.entries(figures)) {
    const parts = `${toListen.toFixed(1)} until it listens, ${toReply.toFixed(1)} to its first reply`
    console.log(`  ${WORKERS[name].padEnd(24)}${total.toFixed(1)}: ${parts}`)
  }
  console.log(`  the edge takes ${ratio.toFixed(2)} times as long`)
}
