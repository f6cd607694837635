/** The types as a user's compiler sees them, from the installed package. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { app } from './bench.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = promisify(execFile)

/** As a bundler resolves. */
const STRICTEST = {
  module: 'esnext',
  moduleResolution: 'bundler',
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
}

/** Compiles a text, or the consumer, as a file of the app that the package is installed in. */
async function compile(t, { lib = ['es2022', 'dom', 'dom.iterable'], options = {}, text } = {}) {
  const folder = mkdtempSync(join(app, 'types-'))
  t.after(() => rmSync(folder, { recursive: true }))
  if (text === undefined) copyFileSync(here('consumer.ts'), join(folder, 'consumer.ts'))
  else writeFileSync(join(folder, 'consumer.ts'), text)
  const compilerOptions = {
    noEmit: true,
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib,
    types: [],
    ...options,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }))
  try {
    await run(here('../node_modules/.bin/tsc'), ['--project', folder])
    return ''
  } catch ({ message, stdout }) {
    return stdout || message
  }
}

test('every public thing can be used as it is meant, and not otherwise', async (t) => {
  assert.equal(await compile(t), '')
})

test('also under a bundler’s resolution and the strictest options', async (t) => {
  assert.equal(await compile(t, { options: STRICTEST }), '')
})

test('also in a worker, where there is no document', async (t) => {
  assert.equal(await compile(t, { lib: ['es2022', 'webworker', 'webworker.iterable'] }), '')
})

test('the connect entry, too, which needs a document', async (t) => {
  assert.equal(await compile(t, { text: readFileSync(here('connect-consumer.ts'), 'utf8') }), '')
})

for (const [what, options] of [
  ['a worker', { lib: ['es2022', 'webworker', 'webworker.iterable'] }],
  ['a Node server', { options: STRICTEST }],
]) {
  test(`the edge in ${what}, and no wrong configuration of it`, async (t) => {
    assert.equal(await compile(t, { text: readFileSync(here('edge-consumer.ts'), 'utf8'), ...options }), '')
  })
}

for (const [entry, least, file = 'consumer.ts'] of [
  ['flow/index', 30],
  ['calls/index', 15],
  ['remote/flow', 10],
  ['edge/index', 25, 'edge-consumer.ts'],
  ['edge/data', 5, 'edge-consumer.ts'],
]) {
  test(`every exported name of ${entry} is used`, () => {
    const exported = readFileSync(join(app, `node_modules/bank-mfa/dist/${entry}.d.ts`), 'utf8')
    const lists = [...exported.matchAll(/^export (?:type )?{([^}]*)}/gm)].flatMap(([, names]) => names.split(','))
    const names = lists.map((name) => name.replace('type', '').trim()).filter(Boolean)
    const consumer = readFileSync(here(file), 'utf8')
    assert.ok(names.length > least)
    assert.deepEqual(
      names.filter((name) => !new RegExp(`\\b${name}\\b`).test(consumer)),
      [],
    )
  })
}

test('a mistake is seen to be one', async (t) => {
  const text = "import { flinks } from 'bank-mfa'\nflinks.authorize({ loginId: 7 }, { instance: '', customerId: '' })\n"
  assert.match(await compile(t, { text }), /TS2322.*number.*string/)
})
