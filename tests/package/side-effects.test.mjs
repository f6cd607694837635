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
  for (const name of ['Module', 'Instance']) {
    const construct = (...call) => (started.push(name), Reflect.construct(...call))
    WebAssembly[name] = new Proxy(WebAssembly[name], { construct })
  }
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
  test(`an import of ${name} in Node adds no global or listener, starts no timer and compiles no wasm`, async () => {
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

test('the tests of imports notice a timer and a wasm', async () => {
  const { started } = await observe(
    'setTimeout(() => {}, 0); new WebAssembly.Module(Buffer.from([0, 97, 115, 109, 1, 0, 0, 0]))',
  )
  assert.deepEqual(started, ['Timeout', 'Module'])
})

/** What an app does with an import, and what is compiled or instantiated meanwhile. */
const HOST =
  "{ instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb', fetch: () => new Promise(() => {}) }"
const START = `flinks.authorize({ loginId: '5e115eac-1209-4f19-641c-08d6d484e2fe' }, ${HOST}).cancel()`
const EDGE = `
  const errors = []
  const { edge, memoryStore } = await import('bank-mfa/edge')
  const config = {
    authenticate: () => 'user',
    resolve: () => ({ vendor: 'flinks', host: ${HOST}, flow: { kind: 'authorize', params: { loginId: '5e115eac-1209-4f19-641c-08d6d484e2fe' } } }),
    origins: ['https://shop.example'],
    seal: { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } },
    store: memoryStore(),
    onError: (error) => errors.push(error),
  }
  const handle = edge(config)
  const origin = { origin: 'https://shop.example' }
`

for (const [what, code, expected] of [
  [
    'the first flow compiles the wasm, and the second uses it',
    `const { flinks } = await import('bank-mfa/flinks'); ${START}; ${START}`,
    ['Module', 'Instance'],
  ],
  [
    'the first single call compiles the wasm',
    `const { flinks } = await import('bank-mfa/calls'); try { flinks.pollRequest() } catch {}`,
    ['Module', 'Instance'],
  ],
  [
    'an edge compiles no wasm for a request that needs no flow',
    `${EDGE}; await handle(new Request('https://shop.example/mfa/health', { headers: origin }))`,
    [],
  ],
]) {
  test(`${what}`, async () => {
    const { started } = await observe(code)
    assert.deepEqual(
      started.filter((type) => type === 'Module' || type === 'Instance'),
      expected,
    )
  })
}

test('where wasm cannot be compiled, each use is refused with host-error until it can', async () => {
  const { started } = await observe(`
    const { flinks, FlowError, restore } = await import('bank-mfa/flinks')
    const { Module } = WebAssembly
    WebAssembly.Module = class { constructor() { throw new EvalError('forbidden') } }
    const attempt = (use) => {
      try {
        use()
        return 'started'
      } catch (error) {
        return [error instanceof FlowError, error.message, error.next, String(error.cause), JSON.stringify(error)]
      }
    }
    started.push(attempt(() => restore('', ${HOST})), attempt(() => ${START}))
    WebAssembly.Module = Module
    started.push(attempt(() => ${START}))`)
  const seen = started.filter((type) => !/Timeout|Immediate/.test(type))
  const message = 'host-error: the wasm cannot be compiled; see cause'
  const [first, second, ...rest] = seen
  for (const [isFlowError, ...said] of [first, second]) {
    assert.equal(isFlowError, true)
    assert.deepEqual(said.slice(0, 3), [message, 'fix-integration', 'EvalError: forbidden'])
    assert.ok(!said[3].includes('forbidden'))
  }
  assert.deepEqual(rest, ['Module', 'Instance', 'started'])
})

test('where an edge cannot compile wasm, a start is refused, and onError gets the cause', async () => {
  const { started } = await observe(`${EDGE}
    WebAssembly.Module = class { constructor() { throw new EvalError('forbidden') } }
    const headers = { ...origin, 'content-type': 'application/json' }
    const request = { method: 'POST', headers, body: JSON.stringify({ connection: 'c_1' }) }
    const reply = await handle(new Request('https://shop.example/mfa/flows', request))
    const { status, code, title } = await reply.json()
    const causes = errors.map((error) => String(error.cause))
    started.push({ status, code, title, causes })`)
  assert.deepEqual(started.at(-1), {
    status: 500,
    code: 'host-error',
    title: 'the wasm cannot be compiled; see cause',
    causes: ['EvalError: forbidden'],
  })
})
