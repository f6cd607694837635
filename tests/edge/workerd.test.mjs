/** The edge of the packed tarball in workerd. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from '../lib/test.mjs'
import { fileURLToPath } from 'node:url'
import { bundle, namesOf, runWorkerTest } from '../lib/workerd.mjs'

let folder
let modules

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-mfa-edge-'))
  modules = await bundle(fileURLToPath(new URL('workerd.worker.mjs', import.meta.url)), join(folder, 'worker.js'))
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (services = [(name = "main", worker = .main)]);
    const main :Workerd.Worker = (modules = [${modules.join(', ')}], compatibilityDate = "2026-10-01");`
  writeFileSync(join(folder, 'config.capnp'), config)
})
after(() => rmSync(folder, { recursive: true }))

test('in workerd the wasm is a module next to the script', () => {
  assert.deepEqual(namesOf(modules), ['bank_mfa_bg.wasm', 'simulator_bg.wasm', 'worker.js'])
})

for (const [sentence, entry] of [
  ['a flow with a store runs to its end', 'stored'],
  ['an event stream sends the end, and closes', 'events'],
]) {
  test(`in workerd ${sentence}`, () => runWorkerTest(join(folder, 'config.capnp'), entry))
}
