/**
 * Bundles each app of tests/size with the installed package, prints the sizes of the files that a page loads, and fails
 * above the budget: `node tests/tools/size.mjs <folder with the package in its node_modules>`.
 */
import { cpSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { sizesOf, sum } from '../lib/size.mjs'

const apps = fileURLToPath(new URL('../size', import.meta.url))
const folder = process.argv[2]

const bytes = (count) => count.toLocaleString('en').padStart(9)
const row = (label, raw, brotli, note = '') =>
  console.log(`  ${label.padEnd(28)}${bytes(raw)} raw${bytes(brotli)} brotli${note}`)

cpSync(apps, `${folder}/size`, { recursive: true })
const budget = JSON.parse(readFileSync(`${apps}/budget.json`, 'utf8'))
for (const [app, { limit, aim }] of Object.entries(budget)) {
  const sizes = await sizesOf(`${folder}/size/${app}.js`, `${folder}/shipped/${app}`)

  console.log(`${app}:`)
  for (const { file, raw, brotli } of sizes) row(file, raw, brotli)
  const brotli = sum(sizes, 'brotli')
  row('total', sum(sizes, 'raw'), brotli, `, limit ${bytes(limit).trim()}, aim ${bytes(aim).trim()}`)
  if (brotli > limit) {
    console.error(`${app} is ${brotli - limit} bytes above its limit`)
    process.exitCode = 1
  }
}
