/**
 * The load test, on the loopback: many flows at the same time through one workerd with Durable Objects, and what the edge
 * costs over a bare pass-through. Prints both, and fails above tests/load/budget.json.
 */
import { readFileSync } from 'node:fs'
import { crowd } from './crowd.mjs'
import { cost } from './cost.mjs'
import { open } from './stage.mjs'

const budget = JSON.parse(readFileSync(new URL('budget.json', import.meta.url), 'utf8'))
const stage = await open()
try {
  const fine = [await crowd(stage, budget), await cost(stage, budget)]
  process.exitCode = fine.every(Boolean) ? 0 : 1
} finally {
  await stage.close()
}
