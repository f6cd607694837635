import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { install } from './setup.mjs'

test('two tests that install the same example at the same time do not share a folder', async () => {
  const [one, other] = await Promise.all([install('node-simulator'), install('node-simulator')])
  assert.notEqual(one, other)
  writeFileSync(join(one, 'only-here'), '')
  assert.ok(!existsSync(join(other, 'only-here')))
  for (const folder of [one, other]) assert.ok(existsSync(join(folder, 'node_modules/bank-mfa/package.json')))
})
