/**
 * Bundles each app of tests/size with the installed package, prints the sizes of the files that a page loads, and fails
 * above the budget: `node tests/tools/size.mjs <folder with the package in its node_modules>`.
 */
import { build } from 'esbuild'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync } from 'node:zlib'

const apps = fileURLToPath(new URL('../size', import.meta.url))
const folder = process.argv[2]

const bytes = (count) => count.toLocaleString('en').padStart(9)
const row = (label, raw, brotli, note = '') =>
  console.log(`  ${label.padEnd(28)}${bytes(raw)} raw${bytes(brotli)} brotli${note}`)

cpSync(apps, `${folder}/size`, { recursive: true })
const budget = JSON.parse(readFileSync(`${apps}/budget.json`, 'utf8'))
for (const [app, { limit, aim }] of Object.entries(budget)) {
  const shipped = `${folder}/shipped/${app}`
  rmSync(shipped, { recursive: true, force: true })
  await build({
    entryPoints: [`${folder}/size/${app}.js`],
    outdir: shipped,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    loader: { '.wasm': 'file' },
    logLevel: 'warning',
  })

  console.log(`${app}:`)
  const total = { raw: 0, brotli: 0 }
  for (const file of readdirSync(shipped).sort()) {
    const content = readFileSync(`${shipped}/${file}`)
    // Node's default quality, 11, is the highest.
    const brotli = brotliCompressSync(content).length
    row(basename(file), content.length, brotli)
    total.raw += content.length
    total.brotli += brotli
  }
  row('total', total.raw, total.brotli, `, limit ${bytes(limit).trim()}, aim ${bytes(aim).trim()}`)
  if (total.brotli > limit) {
    console.error(`${app} is ${total.brotli - limit} bytes above its limit`)
    process.exitCode = 1
  }
}
