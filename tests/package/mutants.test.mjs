/** `make mutants` has tests for each file that it promises to change. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { PARTS, partOf } from '../mutants/parts.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

test('each file and folder of the edge and of the flows has tests that must notice a mistake', () => {
  for (const folder of ['pkg-template/src/edge', 'pkg-template/src/flow']) {
    const inner = readdirSync(join(root, folder), { recursive: true }).map((name) => `${folder}/${name}`)
    for (const path of [folder, ...inner]) assert.ok(partOf(path).tests.length > 0, path)
  }
  assert.throws(() => partOf('pkg-template/src/cli/main.ts'), /^Error: PART must begin with one of/)
})

test('a part that stands before another is not hidden by it, and its tests exist', () => {
  for (const [part, tests] of Object.entries(PARTS)) {
    assert.ok(existsSync(join(root, 'pkg-template/src', part)), part)
    assert.equal(partOf(`pkg-template/src/${part}`).name, part)
    for (const name of tests) assert.ok(existsSync(join(root, `tests/${name}.test.mjs`)), name)
  }
})

test('a folder is without the parts in it that have tests of their own', () => {
  const { mutate } = partOf('pkg-template/src/flow')
  assert.deepEqual(mutate.slice(0, 2), ['src/flow/**/*.ts', '!src/flow/recorder.ts'])
  assert.deepEqual(partOf('pkg-template/src/flow/recorder.ts').mutate, ['src/flow/recorder.ts'])
  assert.deepEqual(partOf('pkg-template/src/flow/flow.ts').mutate, ['src/flow/flow.ts'])
})

test('a part that no Rust test checks, or that is not there, is refused', () => {
  const { MAKEFLAGS: _, MFLAGS: __, ...env } = process.env
  const made = (part) => spawnSync('make', ['-n', 'mutants', `PART=${part}`], { cwd: root, encoding: 'utf8', env })
  assert.match(made('src/js/flow.rs').stderr, /src\/js\/flow\.rs is tested from JavaScript only/)
  assert.match(made('src/js/').stderr, /tested from JavaScript only/)
  assert.match(made('src/flow/timings.rs').stderr, /there is no src\/flow\/timings\.rs/)
  assert.match(made('src/flow/timing.rs').stdout, /cargo-mutants/)
})
