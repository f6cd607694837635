/**
 * The load test, on the loopback: many concurrent flows through one workerd with Durable Objects, and the CPU time of
 * the edge over that of a pass-through. It prints both, and fails above tests/load/budget.json.
 */
import { readFileSync } from 'node:fs'
import { runConcurrentFlows } from './concurrent-flows.mjs'
import { measureCpuCost } from './cpu-cost.mjs'
import { openProcesses } from './processes.mjs'

const budget = JSON.parse(readFileSync(new URL('budget.json', import.meta.url), 'utf8'))
const processes = await openProcesses()
try {
  const passed = [await runConcurrentFlows(processes, budget), await measureCpuCost(processes, budget)]
  process.exitCode = passed.every(Boolean) ? 0 : 1
} finally {
  await processes.close()
}
