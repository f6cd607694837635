/** The packed tarball in the real workerd, bundled as its users bundle it. */
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
import { app } from './bench.mjs'
import { serve } from './server.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = promisify(execFile)
let folder
let modules

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bank-mfa-workerd-'))
  modules = await bundle()
})
after(() => rmSync(folder, { recursive: true }))

/** One script, and each wasm beside it: workerd compiles no bytes, it imports modules. */
async function bundle() {
  const wasms = new Set()
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
    entryPoints: [here('workerd.worker.mjs')],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd'],
    nodePaths: [join(app, 'node_modules')],
    plugins: [beside],
    logLevel: 'error',
  })
  return [
    '(name = "worker.js", esModule = embed "worker.js")',
    ...[...wasms].map((name) => `(name = "${name}", wasm = embed "${name}")`),
  ]
}

async function inWorkerd(entry, bindings = {}) {
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`)
  const config = `
    using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = .main),
        (name = "loopback", network = (allow = ["private"])),
      ],
    );
    const main :Workerd.Worker = (
      modules = [${modules.join(', ')}],
      bindings = [${texts.join(', ')}],
      globalOutbound = "loopback",
      compatibilityDate = "2026-10-01",
    );`
  writeFileSync(join(folder, 'config.capnp'), config)
  try {
    const { stderr } = await run(workerd.default, ['test', join(folder, 'config.capnp'), `main:${entry}`])
    assert.match(stderr, /\[ PASS \]/)
  } catch ({ message, stderr }) {
    assert.fail(stderr ?? message)
  }
}

test('in workerd each wasm is a module beside the script', () => {
  assert.deepEqual(modules.map((module) => module.match(/"([^"]+)"/)[1]).sort(), [
    'bank_mfa_bg.wasm',
    'calls_bg.wasm',
    'simulator_bg.wasm',
    'worker.js',
  ])
})

for (const [sentence, entry] of [
  ['everybody whom the bank asks something is walked to the end', 'everybodyWithChallenges'],
  ['a redirect is refused', 'redirects'],
  ['a flow is put away and taken up', 'snapshots'],
  ['a reconnect goes through Connect, put away and taken up on the way', 'reconnects'],
  ['bad input is a FlowError', 'refusals'],
  ['a single call is made and judged', 'singleCalls'],
  ['data is polled for, and its body stays with the host', 'data'],
  ['a lost or spoilt reply to an answer is found out, and the answer is sent once', 'lostReplies'],
]) {
  test(`in workerd ${sentence}`, () => inWorkerd(entry))
}

for (const username of ['Greatday', 'mixed_types', 'many_rounds', 'proto_prompt']) {
  test(`in workerd a live session of ${username} runs over a real socket`, async (t) => {
    const { bank, address, requests, complaints } = await serve(t)
    await inWorkerd('socket', { address, authorizeToken: await bank.token(), username, code: 'done' })
    assert.deepEqual([complaints, bank.counts().broken, bank.counts().answersRepeated], [[], {}, 0])
    assert.ok(requests.length >= 2)
  })
}

test('in workerd a redirect over a real socket leads nowhere', async (t) => {
  const served = await serve(t)
  const elsewhere = await serve(t)
  served.elsewhere = `${elsewhere.address}/login`
  served.bank.fault({ on: 'answer', kind: 'redirect', status: 307 })
  const authorizeToken = await served.bank.token()
  await inWorkerd('socket', { address: served.address, authorizeToken, username: 'Greatday', code: 'redirected' })
  assert.deepEqual([served.requests.length, elsewhere.requests.length], [2, 0])
})

test('in workerd a test that fails is seen to fail', async (t) => {
  const { bank, address } = await serve(t)
  const bindings = { address, authorizeToken: await bank.token(), username: 'Greatday', code: 'refused' }
  await assert.rejects(inWorkerd('socket', bindings), /"done" is not "refused"/)
})
