/** The table of the page "Where it runs". */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from '../lib/test.mjs'

const program = fileURLToPath(new URL('../matrix/table.mjs', import.meta.url))

test('the page "Where it runs" lists the cells that `make matrix` tests, and no other', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, '--check'])
  assert.equal(stdout, '')
})
