/** What is quick and in no other test: a wasm in a file of its own. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { addCells } from './bundlers/cells.mjs'
import { WASMS, copiesOf } from './bundlers/shipped.mjs'
import { isListing } from './matrix.mjs'

export const quick = { esbuild: ['slim'], Vite: ['mx-slim'] }
addCells(quick)

if (!isListing) {
  test('copies of a wasm are counted in bytes and in base64, and others are noticed', () => {
    const [bytes, base64] = WASMS.find(({ name }) => name === 'mx').forms
    const other = Buffer.from('\0asm\x01\0\0\0 of another package')
    assert.deepEqual(copiesOf([bytes, Buffer.concat([base64, base64])]), { mx: 3 })
    assert.deepEqual(copiesOf([bytes, other]), { mx: 1, unknown: 1 })
    assert.deepEqual(copiesOf([bytes.subarray(0, -1)]), { unknown: 1 })
  })
}
