/** The edge of the packed tarball in the real workerd. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import test, { after, before } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import workerd from 'workerd'
import { app } from '../package/bench.mjs'

const run = promisify(execFile)
const wasms = new Set()
let folder

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-mfa-edge-'))
  const beside = {
    name: 'wasm beside the script',
    setup({ onResolve }) {
      onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        const name = basename(path)
        copyFileSync(join(resolveDir, path), join(folder, name))
        wasms.add(name)
        return { path: `./${name}`, external: true }
      })
    },
  }
  await build({
    entryPoints: [fileURLToPath(new URL('workerd.worker.mjs', import.meta.url))],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    nodePaths: [join(app, 'node_modules')],
    plugins: [beside],
    logLevel: 'error',
  })
  const modules = [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...[...wasms].map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ]
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = .main)]);
    const main :Workerd.Worker = (modules = [${modules.join(', ')}], compatibilityDate = "2026-10-01");`
  writeFileSync(join(folder, 'config.capnp'), config)
})
after(() => rmSync(folder, { recursive: true }))

test('in workerd the wasm is a module beside the script', () => {
  assert.deepEqual([...wasms].sort(), ['bank_mfa_bg.wasm', 'simulator_bg.wasm'])
})

for (const [sentence, entry] of [
  ['a flow goes over its record to its end', 'stored'],
  ['a flow goes in its ticket to its end', 'ticket'],
  ['events tell the end, and close', 'events'],
]) {
  test(`in workerd ${sentence}`, async () => {
    const { stderr } = await run(workerd.default, ['test', join(folder, 'config.capnp'), `main:${entry}`])
    assert.match(stderr, /\[ PASS \]/)
  })
}
