/** The packed tarball in Vercel's edge runtime, which forbids compiling bytes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EdgeRuntime } from 'edge-runtime'
import { build } from 'esbuild'
import { app } from '../lib/package.mjs'
import test, { before } from '../lib/test.mjs'

const worker = fileURLToPath(new URL('edge-light.worker.mjs', import.meta.url))
/** The compiled modules by the name of their global variable, which is how Vercel's build binds them. */
const modules = {}
let initialCode

before(async () => {
  const bindWasm = {
    name: 'bind each wasm to a global variable',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /\.wasm\?module$/ }, ({ path, resolveDir }) => {
        return { path: join(resolveDir, path.replace('?module', '')), namespace: 'wasm' }
      })
      onLoad({ filter: /./, namespace: 'wasm' }, ({ path }) => {
        const name = `wasm_${basename(path, '.wasm')}`
        modules[name] = new WebAssembly.Module(readFileSync(path))
        return { contents: `export default ${name}` }
      })
    },
  }
  const { outputFiles } = await build({
    entryPoints: [worker],
    nodePaths: [join(app, 'node_modules')],
    conditions: ['edge-light'],
    plugins: [bindWasm],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
  })
  initialCode = outputFiles[0].text
})

/** The edge runtime without code generation, neither from strings nor from bytes. */
const runtime = () =>
  new EdgeRuntime({
    initialCode,
    codeGeneration: { strings: false, wasm: false },
    extend: (context) => Object.assign(context, modules),
  })

test('in the edge runtime each wasm is a module, and none is inlined', () => {
  assert.deepEqual(Object.keys(modules).sort(), [
    ...['wasm_bank_mfa_bg', 'wasm_calls_bg', 'wasm_flinks_bg', 'wasm_mx_bg', 'wasm_simulator_bg'],
  ])
  assert.ok(!initialCode.includes('AGFzbQ'))
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
