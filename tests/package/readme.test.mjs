/** What the README promises. tests/docs compiles and runs its code blocks. */
import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app, resolve } from '../lib/package.mjs'
import { sizesOf, sum } from '../lib/size.mjs'
import test from '../lib/test.mjs'

const apps = fileURLToPath(new URL('../size', import.meta.url))
const readme = readFileSync(join(app, 'node_modules/bank-mfa/README.md'), 'utf8')

test('the README has at most 150 lines', () => {
  assert.ok(readme.trimEnd().split('\n').length <= 150)
})

/** `flinks-slim` of `bank-mfa/flinks/slim`. */
const appOf = (entry) => entry.split('/').slice(1).join('-') || 'default'

const quoted = [...readme.matchAll(/^\| `(bank-mfa[^`]*)` \|.*\| ([\d.]+) kB \|$/gm)]

test('the README quotes the size of each entry that has a budget', () => {
  const budget = JSON.parse(readFileSync(join(apps, 'budget.json'), 'utf8'))
  const measured = new Set(quoted.map(([, entry]) => appOf(entry)))
  assert.deepEqual(
    Object.keys(budget).filter((app) => !measured.has(app)),
    [],
  )
})

for (const [, entry, kilobytes] of quoted) {
  test(`the size of ${entry} in the README is within 5% of the measured size`, async (t) => {
    const folder = mkdtempSync(join(app, 'readme-'))
    t.after(() => rmSync(folder, { recursive: true }))
    cpSync(apps, folder, { recursive: true })
    const brotli = sum(await sizesOf(join(folder, `${appOf(entry)}.js`), join(folder, 'shipped')), 'brotli')
    assert.ok(Math.abs(kilobytes * 1000 - brotli) <= brotli * 0.05, `${brotli} bytes`)
  })
}

test('the README names every entry of the package', () => {
  const { exports } = JSON.parse(readFileSync(resolve('bank-mfa/package.json'), 'utf8'))
  const entries = Object.keys(exports).map((path) => path.replace('.', 'bank-mfa'))
  const missing = entries.filter((entry) => !readme.includes(`\`${entry}\``))
  assert.deepEqual(missing, ['bank-mfa/openapi.json', 'bank-mfa/package.json'])
})
