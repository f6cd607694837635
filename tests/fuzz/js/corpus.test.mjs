/** Replays the corpus of the TypeScript's fuzz targets. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import test from '../../lib/test.mjs'
import { mutate, randomOf } from './mutate.mjs'
import { targets } from './targets.mjs'

const CORPUS = new URL('corpus', import.meta.url).pathname

for (const [name, run] of Object.entries(targets)) {
  test(`no input of ${name} breaks a promise`, async () => {
    const inputs = readdirSync(join(CORPUS, name))
    assert.ok(inputs.length > 2)
    for (const input of inputs) await run(readFileSync(join(CORPUS, name, input), 'utf8'))
  })
}

test('the same seed gives the same mutations', () => {
  const mutations = () => {
    const random = randomOf(7)
    return Array.from({ length: 20 }, () => mutate('{"a":[1,{"b":"c"}]}\nx', 'one\ntwo', random))
  }
  assert.deepEqual(mutations(), mutations())
  assert.ok(new Set(mutations()).size > 10)
})
