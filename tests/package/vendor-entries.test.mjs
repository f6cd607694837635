/** The entries of one vendor: what a bundle of them contains, and what they share with the other entries. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { app, resolve } from '../lib/package.mjs'
import { BROWSER } from '../lib/size.mjs'
import test, { before } from '../lib/test.mjs'
import { LIVE, person, setup, tokensBySession, untilStep } from './setup.mjs'
import { job, setup as setupMx } from './mx-setup.mjs'

const run = promisify(execFile)
const importEntry = (entry) => import(pathToFileURL(resolve(entry)))
const [both, flinksEntry, flinksSlim, mxEntry, mxSlim, ...others] = await Promise.all(
  ['', '/flinks', '/flinks/slim', '/mx', '/mx/slim', '/calls', '/edge', '/remote'].map((path) =>
    importEntry(`bank-mfa${path}`),
  ),
)
const ENTRIES = [flinksEntry, flinksSlim, mxEntry, mxSlim, both]

/** Texts that the code of one vendor contains, in its wasm or its JavaScript. */
const TEXTS = {
  flinks: ['BankingServices', 'SecurityChallenges', 'fin.ag', 'flinks-reconnect'],
  mx: ['.mx.com', 'vnd.mx.api', 'Basic '],
}

/** All code of a bundle: its JavaScript without the inlined wasms, and the wasms. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: app },
    outdir: app,
    write: false,
    ...BROWSER,
    logLevel: 'error',
  })
  const script = outputFiles.find(({ path }) => path.endsWith('.js')).text
  const inlined = [...script.matchAll(/AGFzbQ[A-Za-z0-9+/=]+/g)].map(([base64]) => Buffer.from(base64, 'base64'))
  const files = outputFiles.filter(({ path }) => path.endsWith('.wasm')).map(({ contents }) => Buffer.from(contents))
  const wasms = [...inlined, ...files]
  const texts = [script.replaceAll(/AGFzbQ[A-Za-z0-9+/=]+/g, ''), ...wasms.map((wasm) => wasm.toString('latin1'))]
  return { wasms, text: texts.join('\n'), script }
}

for (const [vendor, other, use] of [
  ['flinks', 'mx', 'flinks.authorize()'],
  ['mx', 'flinks', 'mx.member()'],
]) {
  for (const [entry, code] of [
    [`bank-mfa/${vendor}`, `import { ${vendor} } from 'bank-mfa/${vendor}'; ${use}`],
    [
      `bank-mfa/${vendor}/slim`,
      `import { ${vendor}, load } from 'bank-mfa/${vendor}/slim'; import wasm from 'bank-mfa/${vendor}.wasm'; load(wasm); ${use}`,
    ],
  ]) {
    test(`a bundle of ${entry} has one wasm and nothing of ${other}`, async () => {
      const { wasms, text } = await bundle(code)
      assert.equal(wasms.length, 1)
      assert.deepEqual(
        TEXTS[vendor].filter((part) => !text.includes(part)),
        [],
      )
      assert.deepEqual(
        TEXTS[other].filter((part) => text.includes(part)),
        [],
      )
    })
  }
}

test('a bundle of bank-mfa has one wasm, with both vendors', async () => {
  const { wasms, text } = await bundle("import { flinks, mx } from 'bank-mfa'; flinks.authorize(mx.member())")
  assert.equal(wasms.length, 1)
  assert.deepEqual(
    Object.values(TEXTS)
      .flat()
      .filter((part) => !text.includes(part)),
    [],
  )
})

test('FlowError and Flow are the same class in every entry', async () => {
  assert.deepEqual(
    [...ENTRIES, ...others].map(({ FlowError }) => FlowError === both.FlowError),
    Array(8).fill(true),
  )
  assert.ok(ENTRIES.every(({ Flow }) => Flow === both.Flow))
})

test('FlowError and Flow are the same class in a bundle of both entries', async () => {
  const { script } = await bundle(`
    import * as flinks from 'bank-mfa/flinks'
    import * as mx from 'bank-mfa/mx'
    console.log(flinks.FlowError === mx.FlowError && flinks.Flow === mx.Flow)`)
  const running = run(process.execPath, ['--input-type=module', '-'])
  running.child.stdin.end(script)
  assert.equal((await running).stdout, 'true\n')
})

test('each entry exports the functions of its vendors', () => {
  const common = ['Flow', 'FlowError', 'restore']
  assert.deepEqual(
    ENTRIES.map((entry) => Object.keys(entry).sort()),
    [['flinks'], ['flinks', 'load'], ['mx'], ['load', 'mx'], ['flinks', 'mx']].map((own) => [...common, ...own].sort()),
  )
})

before(async () => {
  for (const [{ load }, vendor] of [
    [flinksSlim, 'flinks'],
    [mxSlim, 'mx'],
  ]) {
    await load(readFileSync(resolve(`bank-mfa/${vendor}.wasm`)))
  }
})

function hostOfMx(t) {
  const { bank, host } = setupMx(t)
  return host({ clock: bank.clock })
}

/** A host of each vendor, and the snapshot of a flow in the middle of a round: of Flinks, then of MX. */
async function snapshots(t) {
  const [flinksHost, mxHost] = [setup(t).host(), hostOfMx(t)]
  const flows = [
    flinksEntry.flinks.authorize(LIVE(person('Greatday')), flinksHost),
    mxEntry.mx.member(job('text'), mxHost),
  ]
  for (const flow of flows) await untilStep(flow, 'challenge')
  return { flinksHost, mxHost, texts: flows.map((flow) => flow.snapshot()) }
}

for (const [what, source] of [
  ['bytes', 'wasm'],
  ['a module', 'new WebAssembly.Module(wasm)'],
  [
    'a response of the type application/wasm',
    "new Response(wasm, { headers: { 'content-type': 'application/wasm' } })",
  ],
  ['a response of another type', "new Response(wasm, { headers: { 'content-type': 'application/octet-stream' } })"],
  ['a promise of a response', "fetch('data:application/wasm;base64,' + wasm.toString('base64'))"],
  ['a URL', "new URL('data:application/wasm;base64,' + wasm.toString('base64'))"],
  ['the text of a URL', "'data:text/plain;base64,' + wasm.toString('base64')"],
]) {
  test(`load takes ${what}`, async () => {
    const script = `
      import { readFileSync } from 'node:fs'
      import { FlowError, load, restore } from 'bank-mfa/mx/slim'
      const wasm = readFileSync(new URL(import.meta.resolve('bank-mfa/mx.wasm')))
      await load(${source})
      try {
        restore('', { environment: 'integration' })
      } catch (error) {
        console.log(error instanceof FlowError && error.code)
      }`
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: app })
    assert.equal(stdout, 'SNAPSHOT_UNREADABLE\n')
  })
}

/** Runs a program that uses the slim entry of Flinks. `start()` starts a flow, and `wasm` are the bytes. */
async function runSlim(code) {
  const script = `
    import assert from 'node:assert/strict'
    import { readFileSync } from 'node:fs'
    import { FlowError, flinks, load, restore } from 'bank-mfa/flinks/slim'
    const wasm = readFileSync(new URL(import.meta.resolve('bank-mfa/flinks.wasm')))
    const ID = '43387ca6-0391-4c82-857d-70d95f087ecb'
    const host = { instance: 'toolbox', customerId: ID, fetch: () => new Promise(() => {}) }
    const start = (loginId = ID) => flinks.authorize({ loginId }, host)
    ${code}
    process.exit()`
  await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: app })
}

test('a flow of a slim entry before load is refused with host-error', async () => {
  await runSlim(`
    for (const use of [() => start(), () => restore('', host)]) {
      assert.throws(use, { name: 'FlowError', code: 'host-error', next: 'fix-integration', message: /await load\\(\\)/ })
    }
    await load(wasm)
    start()`)
})

test('a second load that ends after a flow has started leaves the flow alone', async () => {
  await runSlim(`
    let arrive
    const slow = load(new Promise((resolve) => (arrive = resolve)))
    await load(wasm)
    const flow = start()
    const snapshot = flow.snapshot()
    arrive(wasm)
    await slow
    const other = start('5e115eac-1209-4f19-641c-08d6d484e2fe')
    assert.equal(flow.snapshot(), snapshot)
    assert.notEqual(other.snapshot(), snapshot)`)
})

test('after a load that failed, the next one loads', async () => {
  await runSlim(`
    await assert.rejects(load(new Response('<html>')), WebAssembly.CompileError)
    await load(wasm)
    start()`)
})

test('a slim entry loads also if the entry with the inlined wasm is imported, which then needs no second wasm', async () => {
  await runSlim(`
    await import('bank-mfa/flinks')
    await assert.rejects(load(new Response('<html>')), WebAssembly.CompileError)
    const { Module } = WebAssembly
    await load(new Module(wasm))
    WebAssembly.Module = class { constructor() { throw new Error('a second wasm') } }
    start()`)
})

/** What a snapshot of another vendor's flow is refused with. */
const NOT_INCLUDED = {
  name: 'FlowError',
  code: 'INVALID_INPUT',
  next: 'fix-integration',
  path: '/snapshot/vendor',
  message: 'INVALID_INPUT: /snapshot/vendor is a vendor that this import of bank-mfa does not include',
}

test('an entry of one vendor refuses the snapshot of the other, which bank-mfa restores', async (t) => {
  const { flinksHost, mxHost, texts } = await snapshots(t)
  for (const { restore } of [flinksEntry, flinksSlim]) assert.throws(() => restore(texts[1], flinksHost), NOT_INCLUDED)
  for (const { restore } of [mxEntry, mxSlim]) assert.throws(() => restore(texts[0], mxHost), NOT_INCLUDED)
  assert.equal(both.restore(texts[0], flinksHost).snapshot(), texts[0])
  assert.equal(both.restore(texts[1], mxHost).snapshot(), texts[1])
})

for (const [name, { flinks, restore }] of [
  ['bank-mfa/flinks', flinksEntry],
  ['bank-mfa/flinks/slim', flinksSlim],
]) {
  test(`a flow of ${name} is restored in the middle of a round and ends in done`, async (t) => {
    const env = setup(t)
    const host = env.host({ authorizeToken: tokensBySession(env) })
    const first = flinks.authorize(LIVE(person('Greatday')), host)
    await untilStep(first, 'challenge')
    const flow = restore(first.snapshot(), host)
    await (await untilStep(flow, 'challenge')).answer({ '1.1.answer': 'Montreal' })
    assert.equal((await flow.result()).institution, 'FlinksCapital')
  })
}

for (const [name, { mx, restore }] of [
  ['bank-mfa/mx', mxEntry],
  ['bank-mfa/mx/slim', mxSlim],
]) {
  test(`a flow of ${name} is restored in the middle of a round and ends in done`, async (t) => {
    const host = hostOfMx(t)
    const first = mx.member(job('text'), host)
    await untilStep(first, 'challenge')
    const flow = restore(first.snapshot(), host)
    await (await untilStep(flow, 'challenge')).answer({ '1.1.answer': 'Chicago' })
    assert.equal((await flow.result()).connectionStatus, 'CONNECTED')
  })
}
