/** The types of the installed package, as a user's compiler sees them. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const run = promisify(execFile)

/** Module resolution as in a bundler, with the strictest options. */
const STRICTEST = {
  module: 'esnext',
  moduleResolution: 'bundler',
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  verbatimModuleSyntax: true,
  isolatedModules: true,
}

/** The types of React, which the app does not have. */
const REACT = {
  jsx: 'react-jsx',
  paths: {
    react: [here('../node_modules/@types/react/index.d.ts')],
    'react/*': [here('../node_modules/@types/react/*.d.ts')],
  },
}

/** Compiles consumer.ts, or `text`, as a file of the app that the package is installed in. Returns the errors. */
async function compile(t, { lib = ['es2022', 'dom', 'dom.iterable'], options = {}, text, name = 'consumer.ts' } = {}) {
  const folder = mkdtempSync(join(app, 'types-'))
  t.after(() => rmSync(folder, { recursive: true }))
  if (text === undefined) copyFileSync(here('consumer.ts'), join(folder, 'consumer.ts'))
  else writeFileSync(join(folder, name), text)
  const compilerOptions = {
    noEmit: true,
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib,
    types: [],
    ...options,
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [name] }))
  try {
    await run(here('../node_modules/.bin/tsc'), ['--project', folder])
    return ''
  } catch ({ message, stdout }) {
    return stdout || message
  }
}

test('consumer.ts compiles', async (t) => {
  assert.equal(await compile(t), '')
})

test('consumer.ts compiles with the module resolution of a bundler and the strictest options', async (t) => {
  assert.equal(await compile(t, { options: STRICTEST }), '')
})

test('consumer.ts compiles in a worker, which has no DOM', async (t) => {
  assert.equal(await compile(t, { lib: ['es2022', 'webworker', 'webworker.iterable'] }), '')
})

test('connect-consumer.ts compiles with the DOM', async (t) => {
  assert.equal(await compile(t, { text: readFileSync(here('connect-consumer.ts'), 'utf8') }), '')
})

test('texts-consumer.ts compiles without a DOM', async (t) => {
  const text = readFileSync(here('texts-consumer.ts'), 'utf8')
  assert.equal(await compile(t, { lib: ['es2022'], options: STRICTEST, text }), '')
})

test('react-consumer.tsx compiles with the strictest options', async (t) => {
  const text = readFileSync(here('react-consumer.tsx'), 'utf8')
  assert.equal(await compile(t, { name: 'consumer.tsx', text, options: { ...STRICTEST, ...REACT } }), '')
})

test('element-consumer.ts compiles with the DOM and the strictest options', async (t) => {
  const text = readFileSync(here('element-consumer.ts'), 'utf8')
  assert.equal(await compile(t, { options: STRICTEST, text }), '')
})

test('an app without a DOM compiles connectWebView, with types that are not any', async (t) => {
  // As in React Native, whose own types define a few globals of a browser.
  const text = `
    import { connectWebView, readLandingUrl, vendorEvents, type MountableConnect } from 'bank-mfa/connect'
    declare const step: MountableConnect
    const bridge = connectWebView(step, {
      onEvent: vendorEvents((event) => void (event.kind === 'redirect' && event.accountIds.length)),
    })
    const [uri, accepted]: [Promise<string>, boolean] = [bridge.url(), bridge.message('{}', 'https://x.example')]
    const landing = readLandingUrl('myapp://back', 'myapp://back')
    const code: 'denied' | undefined = landing?.error?.code === 'denied' ? landing.error.code : undefined
    // @ts-expect-error: the bridge has no such function
    bridge.open()
    // @ts-expect-error: a landing has no such property
    void [uri, accepted, code, landing?.loginid]
  `
  assert.equal(await compile(t, { lib: ['es2022'], options: STRICTEST, text }), '')
})
/** Without `dom.iterable`, TypeScript does not know that `Headers` is iterable. */
const HOST_FETCH =
  "import { flinks, type Fetch } from 'bank-mfa'\nexport const own: Fetch = (url, init) => fetch(url, init)\n"
const ENTRIES = [
  '',
  '/flinks',
  '/flinks/slim',
  '/mx',
  '/mx/slim',
  '/connect',
  '/remote',
  '/texts',
  '/element',
  '/calls',
  '/edge',
  '/edge/data',
  '/simulator',
]
const EVERY_ENTRY = ENTRIES.map((entry, index) => `export * as entry${index} from 'bank-mfa${entry}'\n`).join('')

for (const [what, lib, text] of [
  ['the library es2022 alone', ['es2022'], EVERY_ENTRY],
  ['dom without dom.iterable', ['es2022', 'dom'], EVERY_ENTRY + HOST_FETCH],
]) {
  test(`every entry compiles with ${what}`, async (t) => {
    assert.equal(await compile(t, { lib, text }), '')
  })
}

for (const [what, options] of [
  ['a worker', { lib: ['es2022', 'webworker', 'webworker.iterable'] }],
  ['a Node server', { options: STRICTEST }],
]) {
  test(`edge-consumer.ts compiles in ${what}`, async (t) => {
    assert.equal(await compile(t, { text: readFileSync(here('edge-consumer.ts'), 'utf8'), ...options }), '')
  })
}

for (const [entry, minimum, file = 'consumer.ts'] of [
  ['flow/index', 30],
  ['vendors/flinks-types', 10],
  ['vendors/mx-types', 4],
  ['calls/index', 15],
  ['remote/index', 10],
  ['connect/index', 10, 'connect-consumer.ts'],
  ['texts/index', 10, 'texts-consumer.ts'],
  ['react/index', 3, 'react-consumer.tsx'],
  ['element/index', 7, 'element-consumer.ts'],
  ['edge/index', 25, 'edge-consumer.ts'],
  ['edge/data', 5, 'edge-consumer.ts'],
]) {
  test(`the consumers use every export of ${entry}`, () => {
    const exported = readFileSync(join(app, `node_modules/bank-mfa/dist/${entry}.d.ts`), 'utf8')
    const lists = [...exported.matchAll(/^export (?:type )?{([^}]*)}/gm)].flatMap(([, names]) => names.split(','))
    const names = lists.map((name) => name.replace('type', '').trim().split(' as ').at(-1)).filter(Boolean)
    const consumer = readFileSync(here(file), 'utf8')
    assert.ok(names.length > minimum)
    assert.deepEqual(
      names.filter((name) => !new RegExp(`\\b${name}\\b`).test(consumer)),
      [],
    )
  })
}

test('the compiler reports a wrong argument', async (t) => {
  const text = "import { flinks } from 'bank-mfa'\nflinks.authorize({ loginId: 7 }, { instance: '', customerId: '' })\n"
  assert.match(await compile(t, { text }), /TS2322.*number.*string/)
})
