/**
 * What a page may load takes no vendor's secret. The entries that are a page's alone, `bank-mfa/connect` and
 * `bank-mfa/remote`, know none at all. The default and the slim entry serve back ends, too: MX's flow takes its API key
 * there, in one known file; what Flinks' secret key would be taken by is in no entry but the edge.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import test from 'node:test'
import { app } from '../package/bench.mjs'

const dist = join(app, 'node_modules/bank-mfa/dist')

/** What code that takes a secret of Flinks' cannot do without: its option, its slots, or the call that it is for. */
const FLINKS = /secretKey|FlinksSecretKey|FlinksApiKey|FlinksBearer|GenerateAuthorizeToken|x-api-key/
const MX = /apiKey|MxBasic|Basic /
const ANY = new RegExp(`${FLINKS.source}|${MX.source}|authorizeToken\\s*[(:]|FlinksAuthorizeToken`)

/** The files of an entry, by what they import. */
function files(entry, found = new Set()) {
  if (found.has(entry)) return found
  found.add(entry)
  const text = readFileSync(entry, 'latin1')
  for (const [, path] of text.matchAll(/(?:from|import)\s*\(?['"](\.[^'"]+)['"]/g))
    files(join(dirname(entry), path), found)
  return found
}

/** The text of a file as it runs: comments say what the code does not do. A wasm within it is read, too. */
function code(file) {
  const text = readFileSync(file, 'latin1')
  const [, inlined] = /_inline\.js$/.test(file) ? (/["'`]([A-Za-z0-9+/=]{1000,})["'`]/.exec(text) ?? []) : []
  if (inlined !== undefined) return Buffer.from(inlined, 'base64').toString('latin1')
  return file.endsWith('.js') ? text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '') : text
}

/** The files that take a secret. */
const taking = (sources, needle) => sources.filter(({ text }) => needle.test(text)).map(({ name }) => name)
const sources = (entry) =>
  [...files(join(dist, entry))].map((file) => ({ name: relative(dist, file), text: code(file) }))
const wasm = { name: 'wasm/bank_mfa_bg.wasm', text: code(join(dist, 'wasm/bank_mfa_bg.wasm')) }

for (const entry of ['entries/connect.js', 'entries/remote.js']) {
  test(`${entry}, which pages load, takes no secret of a vendor's`, () =>
    assert.deepEqual(taking(sources(entry), ANY), []))
}

for (const entry of ['entries/index.js', 'entries/slim.js', 'entries/index.workerd.js']) {
  test(`${entry} takes no secret of Flinks', and MX's in one place`, () => {
    const all = [...sources(entry), wasm]
    assert.ok(all.length > 8)
    assert.deepEqual(taking(all, FLINKS), [])
    assert.deepEqual(taking(all, /apiKey|Basic \$/), ['flow/mx.js'])
  })
}

test('the inlined wasm is read, and is the one beside it', () => {
  const inlined = sources('entries/index.js').find(({ name }) => name.endsWith('_inline.js'))
  assert.equal(inlined.text, wasm.text)
})

test('the edge takes them, so that the needles are known to find something', () => {
  assert.deepEqual(taking(sources('entries/edge.js'), FLINKS), ['edge/vendors/flinks/flow.js'])
})

for (const planted of [
  "const headers = { 'flinks-auth-key': host.secretKey }",
  'fetch(`${base}/BankingServices/GenerateAuthorizeToken`)',
  'secrets = { FlinksSecretKey: host.key }',
  "headers['x-api-key'] = key",
]) {
  test(`a planted one is found: ${planted}`, () => {
    for (const [entry, needle] of [
      ['entries/index.js', FLINKS],
      ['entries/connect.js', ANY],
    ]) {
      const [first, ...rest] = sources(entry)
      const name = first.name
      assert.ok(taking([{ name, text: `${first.text}\n${planted}` }, ...rest], needle).includes(name))
    }
  })
}

test('MX’s key planted in a page’s own entry is found', () => {
  const [first] = sources('entries/connect.js')
  const text = `${first.text}\nconst basic = \`Basic \${btoa(id + ':' + apiKey)}\``
  assert.deepEqual(taking([{ ...first, text }], ANY), ['entries/connect.js'])
})
