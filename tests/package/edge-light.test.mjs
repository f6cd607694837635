/** The packed tarball in Vercel's edge runtime, which forbids compiling bytes. */
import assert from 'node:assert/strict'
import { fileURLToPath } from 'node:url'
import { bundle, startEdgeRuntime } from '../lib/edge-light.mjs'
import test, { before } from '../lib/test.mjs'

let script
before(async () => (script = await bundle(fileURLToPath(new URL('edge-light.worker.mjs', import.meta.url)))))

const runtime = () => startEdgeRuntime(script)

test('in the edge runtime each wasm is a module, and none is inlined', () => {
  assert.deepEqual(Object.keys(script.modules).sort(), [
    ...['wasm_bank_mfa_bg', 'wasm_calls_bg', 'wasm_flinks_bg', 'wasm_mx_bg', 'wasm_simulator_bg'],
  ])
  assert.ok(!script.initialCode.includes('AGFzbQ'))
})

test('the edge runtime of this test compiles no bytes', () => {
  const compile = 'new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))'
  assert.throws(() => runtime().evaluate(compile), /code generation disallowed/)
})

for (const username of ['Greatday', 'mixed_types', 'many_rounds']) {
  test(`in the edge runtime a flow of ${username} ends in done`, async () => {
    const response = await runtime().dispatchFetch(`https://app.example/?username=${username}`)
    const { rounds, ...flow } = await response.json()
    assert.ok(rounds >= 1)
    assert.deepEqual(flow, {
      ...{ kind: 'done', broken: {}, answersRepeated: 0 },
      entries: { calls: 'function', edge: 'function', data: 'function', both: 'function', mx: 'function' },
    })
  })
}
