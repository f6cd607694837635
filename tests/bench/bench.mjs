/**
 * `make bench`: measures all parts, or those that PARTS names, prints their tables, and writes the figures into
 * www/docs/bench.json and the guide's page. The figures of other parts stay.
 */
import { existsSync, readFileSync } from 'node:fs'
import { machine, versions } from './lib/machine.mjs'
import { file, writePage } from './lib/page.mjs'
import { loadPart, selectParts } from './lib/parts.mjs'
import { tablesOf, toText } from './lib/tables.mjs'

const bench = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { parts: {} }

for (const name of selectParts(process.env.PARTS)) {
  const { title, method, measure } = await loadPart(name)
  const began = performance.now()
  const figures = await measure({ short: false })
  const seconds = Math.round((performance.now() - began) / 1_000)
  console.log(`\n${title} (measured in ${seconds} s)\n${method}`)
  for (const table of tablesOf(figures)) console.log(`\n${toText(table)}`)
  bench.parts[name] = { machine: machine(), method, ...figures }
  bench.versions = versions()
  // After each part: an error in a later one loses no figures.
  writePage(bench)
}
// A browser or a worker of a part may still be about to close.
process.exit()
