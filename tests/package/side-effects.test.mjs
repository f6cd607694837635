/** What an import of an entry leaves behind in Node. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const run = promisify(execFile)
const { exports } = JSON.parse(readFileSync(join(app, 'node_modules/bank-mfa/package.json'), 'utf8'))
const entries = Object.keys(exports)
  .map((path) => path.replace('.', 'bank-mfa'))
  // The app of this test does not have React, an optional peer.
  .filter((name) => !/\.(wasm|json)$/.test(name) && name !== 'bank-mfa/react')

/** A program that prints what there is before and after some code. Node loads its own `fetch` when it is first used. */
const program = (code) => `
  import { createHook } from 'node:async_hooks'
  const emitters = { process, stdin: process.stdin, stdout: process.stdout, stderr: process.stderr }
  const prototypes = { Object, Array, Promise, Uint8Array, Map, EventTarget, Response, AbortSignal }
  const keys = (object) => Reflect.ownKeys(object).map(String).sort()
  const listeners = (emitter, event) => String(event) + ' ' + emitter.listenerCount(event)
  const { fetch: fetchOfNode } = globalThis
  const look = () => ({
    globals: keys(globalThis),
    fetch: globalThis.fetch === fetchOfNode,
    env: { ...process.env },
    prototypes: Object.values(prototypes).map(({ prototype }) => keys(prototype)),
    listeners: Object.values(emitters).map((emitter) => emitter.eventNames().map((event) => listeners(emitter, event)).sort()),
  })
  await fetch('data:,')
  const before = look()
  const started = []
  const init = (id, type) => /^(Timeout|Immediate|WORKER|MESSAGEPORT|.*WRAP)$/.test(type) && started.push(type)
  createHook({ init }).enable()
  ${code}
  console.log(JSON.stringify({ before, after: look(), started }))`

/** Runs code in the app's folder. Returns what was there before, and after. */
async function observe(code) {
  const flags = ['--input-type=module', '--eval', program(code)]
  const { stdout, stderr } = await run(process.execPath, flags, { cwd: app, env: { PATH: process.env.PATH } })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

for (const name of entries) {
  test(`an import of ${name} in Node adds no global or listener, and starts no timer`, async () => {
    const { before, after, started } = await observe(`await import('${name}')`)
    assert.deepEqual(after, before)
    assert.deepEqual(started, [])
  })
}

for (const [what, code] of [
  ['a global', 'globalThis.added = 1'],
  ['another fetch', 'globalThis.fetch = () => {}'],
  ['a listener', "process.on('exit', () => {})"],
  ['a method of a prototype', 'Array.prototype.added = () => {}'],
  ['an environment variable', "process.env.ADDED = '1'"],
]) {
  test(`the tests of imports notice ${what}`, async () => {
    const { before, after } = await observe(code)
    assert.notDeepEqual(after, before)
  })
}

test('the tests of imports notice a timer', async () => {
  const { started } = await observe('setTimeout(() => {}, 0)')
  assert.deepEqual(started, ['Timeout'])
})
