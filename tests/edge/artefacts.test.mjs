/**
 * No code that a page may load accepts a vendor's secret. `bank-mfa/connect` and `bank-mfa/remote`, which only pages
 * use, have no such code at all. The entries with flows also serve back ends: there, one known file accepts the
 * API key of MX. Only the edge accepts the secret key of Flinks.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import test from '../lib/test.mjs'
import { app } from '../lib/package.mjs'

const dist = join(app, 'node_modules/bank-mfa/dist')

/** Code that accepts a secret of Flinks contains one of these: the option, the slots, or the call that needs it. */
const FLINKS = /secretKey|FlinksSecretKey|FlinksApiKey|FlinksBearer|GenerateAuthorizeToken|x-api-key/
const MX = /apiKey|MxBasic|Basic /
const ANY = new RegExp(`${FLINKS.source}|${MX.source}|authorizeToken\\s*[(:]|FlinksAuthorizeToken`)

/** The files of an entry: those that it imports, directly or not. */
function files(entry, found = new Set()) {
  if (found.has(entry)) return found
  found.add(entry)
  const text = readFileSync(entry, 'latin1')
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g))
    files(join(dirname(entry), path), found)
  return found
}

/** The code of a file, without comments. If a wasm is inlined, the code is that of the wasm. */
function code(file) {
  const text = readFileSync(file, 'latin1')
  const [, inlined] = /_inline\.js$/.test(file) ? (/["'`]([A-Za-z0-9+/=]{1000,})["'`]/.exec(text) ?? []) : []
  if (inlined !== undefined) return Buffer.from(inlined, 'base64').toString('latin1')
  return file.endsWith('.js') ? text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '') : text
}

/** The files whose code matches. */
const matching = (sources, needle) => sources.filter(({ text }) => needle.test(text)).map(({ name }) => name)
const sources = (entry) =>
  [...files(join(dist, entry))].map((file) => ({ name: relative(dist, file), text: code(file) }))
const wasm = { name: 'wasm/bank_mfa_bg.wasm', text: code(join(dist, 'wasm/bank_mfa_bg.wasm')) }

for (const entry of ['entries/connect.js', 'entries/remote.js']) {
  test(`${entry} accepts no secret of a vendor`, () => assert.deepEqual(matching(sources(entry), ANY), []))
}

for (const entry of ['entries/index.js', 'entries/index.workerd.js', 'entries/mx.js', 'entries/mx-slim.js']) {
  test(`${entry} accepts no secret of Flinks, and the API key of MX in one file`, () => {
    const all = [...sources(entry), wasm]
    assert.ok(all.length > 8)
    assert.deepEqual(matching(all, FLINKS), [])
    assert.deepEqual(matching(all, /apiKey|Basic \$/), ['flow/mx.js'])
  })
}

for (const entry of ['entries/flinks.js', 'entries/flinks-slim.js', 'entries/flinks.workerd.js']) {
  test(`${entry} accepts no secret of Flinks or MX`, () => {
    assert.deepEqual(matching([...sources(entry), wasm], FLINKS), [])
    assert.deepEqual(matching(sources(entry), MX), [])
  })
}

test('the inlined wasm is the one next to it', () => {
  const inlined = sources('entries/index.js').find(({ name }) => name.endsWith('_inline.js'))
  assert.equal(inlined.text, wasm.text)
})

test('the search finds the edge’s code that accepts a secret key', () => {
  assert.deepEqual(matching(sources('entries/edge.js'), FLINKS), ['edge/vendors/flinks/flow.js'])
})

for (const planted of [
  "const headers = { 'flinks-auth-key': host.secretKey }",
  'fetch(`${base}/BankingServices/GenerateAuthorizeToken`)',
  'secrets = { FlinksSecretKey: host.key }',
  "headers['x-api-key'] = key",
]) {
  test(`the search finds planted code: ${planted}`, () => {
    for (const [entry, needle] of [
      ['entries/index.js', FLINKS],
      ['entries/connect.js', ANY],
    ]) {
      const [first, ...rest] = sources(entry)
      const name = first.name
      assert.ok(matching([{ name, text: `${first.text}\n${planted}` }, ...rest], needle).includes(name))
    }
  })
}

test('the search finds planted code that accepts the API key of MX', () => {
  const [first] = sources('entries/connect.js')
  const text = `${first.text}\nconst basic = \`Basic \${btoa(id + ':' + apiKey)}\``
  assert.deepEqual(matching([{ ...first, text }], ANY), ['entries/connect.js'])
})
