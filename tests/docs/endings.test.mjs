/** The guide's page on endings has every code and next action, with the texts of `bank-mfa/texts`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { codes, page, rowsBelow, tables } from './endings.mjs'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const text = readFileSync(page, 'utf8')

for (const [heading, rows] of Object.entries(tables)) {
  test(`the table "${heading}" has the texts of the package (if not: node tests/tools/write-endings.mjs)`, () => {
    assert.deepEqual(rowsBelow(text, heading), rows)
  })
}

test('the tables have every code of the texts', async () => {
  const { en } = await import(pathToFileURL(resolve('bank-mfa/texts')))
  assert.deepEqual([...codes].sort(), Object.keys(en.codes).sort())
})
