/** The tarball: its files, how its entries resolve, and what a bundler makes of it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { app } from '../lib/package.mjs'
import { BROWSER } from '../lib/size.mjs'
import test from '../lib/test.mjs'

const run = promisify(execFile)
const installed = join(app, 'node_modules/bank-mfa')
const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
const files = readdirSync(installed, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ parentPath, path, name }) => join(parentPath ?? path, name))

/** Runs a script in the app's folder, and returns its output. */
async function node(script, ...flags) {
  const { stdout } = await run(process.execPath, [...flags, '--input-type=module', '--eval', script], { cwd: app })
  return stdout.trim()
}

/** Runtimes that forbid compiling bytes have entries of their own, which import the wasm as a module. */
const CONDITIONS = ['default', 'workerd', 'edge-light']
const entries = {
  'bank-mfa': 'index',
  'bank-mfa/flinks': 'flinks',
  'bank-mfa/mx': 'mx',
  'bank-mfa/calls': 'calls',
  'bank-mfa/edge': 'edge',
  'bank-mfa/edge/data': 'edge-data',
  'bank-mfa/simulator': 'simulator',
}
/** The same file for every runtime. */
const portableEntries = {
  'bank-mfa/flinks/slim': 'entries/flinks-slim.js',
  'bank-mfa/mx/slim': 'entries/mx-slim.js',
  'bank-mfa/connect': 'entries/connect.js',
  'bank-mfa/remote': 'entries/remote.js',
  'bank-mfa/element': 'entries/element.js',
  'bank-mfa/texts': 'entries/texts.js',
  'bank-mfa/react': 'entries/react.js',
  'bank-mfa/flinks.wasm': 'wasm/flinks_bg.wasm',
  'bank-mfa/mx.wasm': 'wasm/mx_bg.wasm',
}

for (const condition of CONDITIONS) {
  test(`every entry resolves under the condition ${condition}`, async () => {
    const ending = condition === 'default' ? '.js' : `.${condition}.js`
    const expected = [
      ...Object.values(entries).map((name) => `entries/${name}${ending}`),
      ...Object.values(portableEntries),
    ]
    const names = [entries, portableEntries].flatMap(Object.keys)
    const script = names.map((entry) => `console.log(import.meta.resolve('${entry}'))`)
    assert.deepEqual(
      (await node(script.join('\n'), `--conditions=${condition}`)).split('\n'),
      expected.map((file) => pathToFileURL(join(installed, 'dist', file)).href),
    )
  })
}

test('internal files cannot be imported', async () => {
  for (const inner of ['bank-mfa/dist/entries/index.js', 'bank-mfa/dist/wasm/bank_mfa.js', 'bank-mfa/flow/transport']) {
    await assert.rejects(node(`await import('${inner}')`), /ERR_PACKAGE_PATH_NOT_EXPORTED/)
  }
})

test('the manifest names files that exist, with types first', () => {
  const targets = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  )
  assert.ok(targets.length > 8)
  for (const target of [...targets, ...manifest.sideEffects]) assert.ok(existsSync(join(installed, target)), target)
  for (const entry of Object.values(manifest.exports)) {
    if (typeof entry !== 'string') assert.equal(Object.keys(entry)[0], 'types')
  }
})

/** What the scripts of a folder may import, in addition to each other. The first folder that fits counts. */
const IMPORTS = [
  ['dist/react/', /^react$/],
  ['dist/cli/', /^node:/],
  // Node runs the demo's servers. The demo's page gets this package from `/pkg`, and shows code that imports it.
  ['demo/', /^(node:|bank-mfa(\/|$)|\/pkg\/)/],
  // A template that imports this package and a database driver.
  ['worker/', /./],
  ['', /^$/],
]

test('the package has no dependencies but React, for one entry and only if the app has it', () => {
  const { dependencies, peerDependencies, peerDependenciesMeta, optionalDependencies, scripts: hooks } = manifest
  assert.ok([dependencies, optionalDependencies, hooks].every((none) => none === undefined))
  assert.deepEqual([peerDependencies, peerDependenciesMeta], [{ react: '>=18' }, { react: { optional: true } }])
  const scripts = files.filter((file) => /\.(js|ts)$/.test(file))
  const imports = scripts.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/(?:\bfrom|\bimport\(?) ?['"]([^'"]+)['"]/g)].map(([, from]) => [
      file.slice(installed.length + 1),
      from,
    ]),
  )
  assert.ok(imports.length > 10)
  const isAllowed = ([file, from]) => IMPORTS.find(([folder]) => file.startsWith(folder))[1].test(from)
  assert.deepEqual(
    imports.filter(([file, from]) => !/^\.\.?\//.test(from) && !isAllowed([file, from])),
    [],
  )
})

test('the entry for React is marked as code of the client, and exports by name, as Next needs it', () => {
  const script = readFileSync(join(installed, 'dist/entries/react.js'), 'utf8')
  assert.match(script, /^(\/\*\*.*\*\/\n)?'use client';\n/)
  assert.doesNotMatch(script, /^export \*/m)
})

/** The files under a folder of the repository, relative to it. */
function filesIn(folder) {
  const root = fileURLToPath(new URL(`../../${folder}`, import.meta.url))
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path, name }) => relative(root, join(parentPath ?? path, name)))
}

/** What the tarball contains of each source, of each wasm, and of the folders that are copied. */
const SCRIPTS = filesIn('pkg-template/src').filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
const WASMS = ['bank_mfa', 'calls', 'flinks', 'mx', 'simulator']
const EXPECTED = [
  ...['package.json', 'README.md', 'openapi.json', 'LICENSE-APACHE', 'LICENSE-MIT', 'THIRD-PARTY-LICENSES'],
  ...SCRIPTS.map((file) => `dist/${file.replace(/ts$/, 'js')}`),
  ...SCRIPTS.filter((file) => !file.startsWith('cli/')).map((file) => `dist/${file.replace(/ts$/, 'd.ts')}`),
  ...WASMS.flatMap((name) =>
    ['.js', '.d.ts', '_bg.wasm', '_bg.d.wasm.ts', '_inline.js', '_inline.d.ts'].map((end) => `dist/wasm/${name}${end}`),
  ),
  ...filesIn('pkg-template/worker').map((file) => `worker/${file}`),
  ...['site', 'server'].flatMap((folder) => filesIn(`www/${folder}`).map((file) => `demo/${folder}/${file}`)),
]

test('the tarball contains exactly these files', () => {
  const packed = files.map((file) => file.slice(installed.length + 1))
  assert.deepEqual(packed.sort(), EXPECTED.sort())
  assert.ok(readFileSync(join(installed, 'README.md'), 'utf8').includes('# bank-mfa'))
  assert.match(manifest.version, /^\d+\.\d+\.\d+$/)
})

test('no file contains the path of the build machine', () => {
  const repository = fileURLToPath(new URL('../../', import.meta.url))
  for (const file of files) {
    const content = readFileSync(file, 'latin1')
    for (const place of [repository, join(homedir(), '/')])
      assert.ok(!content.includes(place), `${file} contains ${place}`)
  }
})

async function bundle(contents, options) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: app },
    outdir: app,
    write: false,
    ...BROWSER,
    logLevel: 'error',
    ...options,
  })
  return outputFiles.map(({ path, text }) => ({ path, text }))
}

const wasms = (bundled) => bundled.filter(({ path }) => path.endsWith('.wasm')).length
const inlined = (bundled) =>
  bundled.flatMap(({ text, path }) => (path.endsWith('.js') ? text.match(/AGFzbQ/g) : null) ?? []).length

for (const [what, contents, expected] of [
  [
    'the slim entry and its wasm',
    "import { load } from 'bank-mfa/flinks/slim'; import wasm from 'bank-mfa/flinks.wasm'; load(wasm)",
    [1, 0],
  ],
  ['the slim entry alone', "import { load } from 'bank-mfa/mx/slim'; load()", [0, 0]],
  ['the connect entry', "import { mount } from 'bank-mfa/connect'; mount()", [0, 0]],
  ['the remote entry', "import { remote } from 'bank-mfa/remote'; remote()", [0, 0]],
  ['the element, imported for its side effect', "import 'bank-mfa/element'", [0, 0]],
  ['the texts', "import { fr } from 'bank-mfa/texts'; console.log(fr)", [0, 0]],
  ['the default entry', "import { flinks } from 'bank-mfa'; flinks.authorize()", [0, 1]],
  ['the entry of Flinks', "import { flinks } from 'bank-mfa/flinks'; flinks.authorize()", [0, 1]],
  ['the entry of MX', "import { mx } from 'bank-mfa/mx'; mx.member()", [0, 1]],
  [
    'both entries',
    "import { flinks } from 'bank-mfa/flinks'; import { mx } from 'bank-mfa/mx'; mx.member(flinks)",
    [0, 2],
  ],
  ['the single calls', "import { flinks } from 'bank-mfa/calls'; flinks.pollRequest()", [0, 1]],
  ['the edge', "import { edge } from 'bank-mfa/edge'; edge()", [0, 1]],
  ['the data readers of the edge', "import { accounts } from 'bank-mfa/edge/data'; accounts()", [0, 1]],
  ['the default entry, imported for its side effect', "import 'bank-mfa'", [0, 1]],
  ['the default entry, imported for FlowError', "import { FlowError } from 'bank-mfa'; console.log(FlowError)", [0, 1]],
]) {
  test(`${what} bundles to ${expected[0]} wasm files and ${expected[1]} inlined ones`, async () => {
    const bundled = await bundle(contents)
    assert.deepEqual([wasms(bundled), inlined(bundled)], expected)
    assert.ok(!bundled.some(({ text }) => text.includes('rightAnswers')), 'no simulator')
  })
}

test('only an edge with data readers contains the wasm of the single calls', async () => {
  const plain = "import { edge } from 'bank-mfa/edge'; edge()"
  const withData =
    "import { edge } from 'bank-mfa/edge'; import { accounts } from 'bank-mfa/edge/data'; edge(accounts())"
  for (const [contents, count] of [
    [plain, 1],
    [withData, 2],
  ]) {
    assert.equal(wasms(await bundle(contents, { conditions: ['workerd'] })), count)
  }
})

test('a bundle with English texts has no other language and no text for developers', async () => {
  const [{ text }] = await bundle("import { describe } from 'bank-mfa/texts'; console.log(describe)")
  assert.match(text, /Please try again/)
  assert.doesNotMatch(text, /Veuillez|por favor|cross-origin/)
})

test('a bundle that imports the element for its side effect defines it, with English texts alone', async () => {
  const [{ text }] = await bundle("import 'bank-mfa/element'")
  assert.match(text, /customElements\.define\("bank-mfa"/)
  assert.match(text, /Please try again/)
  assert.doesNotMatch(text, /Veuillez|por favor|cross-origin/)
})

test('the element can be imported on a server, where it defines nothing', async () => {
  const script = "const { BankMfaElement } = await import('bank-mfa/element'); console.log(typeof BankMfaElement)"
  assert.equal(await node(script), 'function')
})

test('a bundle with useFlow alone has no element, and one with BankMfa defines it', async () => {
  for (const [name, expected] of [
    ['useFlow', false],
    ['BankMfa', true],
  ]) {
    const script = `import { ${name} } from 'bank-mfa/react'; console.log(${name})`
    const [{ text }] = await bundle(script, { external: ['react'] })
    assert.equal(text.includes('customElements.define('), expected, name)
    assert.match(text, /from"react"/)
  }
})

for (const [entry, name] of [
  ['bank-mfa', 'flinks'],
  ['bank-mfa/flinks', 'flinks'],
  ['bank-mfa/mx', 'mx'],
]) {
  test(`a bundle of ${entry} for workerd imports one wasm as a module`, async () => {
    const bundled = await bundle(`import { ${name} } from '${entry}'; ${name}.call()`, { conditions: ['workerd'] })
    assert.deepEqual([wasms(bundled), inlined(bundled)], [1, 0])
  })
}

for (const format of ['module', 'commonjs']) {
  test(`a bundle for Node of the type ${format} needs no other file`, async () => {
    const script = "import { Flow } from 'bank-mfa'; console.log(typeof Flow)"
    const options = { platform: 'node', format: format === 'module' ? 'esm' : 'cjs' }
    const [{ text }] = await bundle(script, options)
    const running = run(process.execPath, [`--input-type=${format}`, '-'], { cwd: tmpdir() })
    running.child.stdin.end(text)
    assert.equal((await running).stdout, 'function\n')
  })
}

for (const [decoder, setup] of [
  ['Buffer', ''],
  ['atob', 'delete globalThis.Buffer'],
  [
    'Uint8Array.fromBase64',
    "const { from } = Buffer; Uint8Array.fromBase64 = (text) => from(text, 'base64'); delete globalThis.Buffer; delete globalThis.atob",
  ],
]) {
  test(`the inlined wasm is decoded by ${decoder}`, async () => {
    assert.equal(
      await node(`${setup}; const { Flow } = await import('bank-mfa'); console.log(typeof Flow)`),
      'function',
    )
  })
}

test('the process exits after its flow has ended', async () => {
  const script = `
    import { flinks } from 'bank-mfa'
    import { simulator } from 'bank-mfa/simulator'
    const bank = simulator({ realTime: true })
    const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb', fetch: bank.fetch }
    const params = { loginId: bank.loginId('Greatday'), mostRecentCached: false }
    const flow = flinks.authorize(params, { ...host, authorizeToken: () => bank.token() })
    for await (const step of flow) if (step.kind === 'challenge') await step.answer({ '1.1.answer': 'Montreal' })
    console.log(flow.current.kind)`
  assert.equal(await node(script), 'done')
})
