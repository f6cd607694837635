/** The checks of `make release`: what they let pass, what they refuse, and what they say if they could not check. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { thirdParty } from '../tools/third-party.mjs'
import { lineHashes } from './lib/changelog.mjs'
import { root } from './lib/record.mjs'
import { allowedIn, asksToRecord, namesIn, tableOf, verdictOf } from './lib/table.mjs'
import { judgeAudits, lockedFolders, readAudit } from './steps/npm-advisories.mjs'
import { compareWithRelease } from './steps/last-release.mjs'
import { faultOf, withoutFolder } from './steps/sbom.mjs'

const counts = (more) =>
  JSON.stringify({ metadata: { vulnerabilities: { low: 0, moderate: 0, high: 0, critical: 0, ...more } } })
const refused = '{"message":"405 Method Not Allowed","error":{"summary":""}}'

test('an audit that the registry refuses is not checked, and one with a high severity fails', () => {
  const judged = (...outputs) => judgeAudits(outputs.map((output) => readAudit('tests', output)))
  assert.deepEqual(judged(counts()), { ok: true, says: 'no package has one' })
  assert.deepEqual(judged(counts({ moderate: 2 })), { ok: true, says: 'tests: 2 moderate' })
  assert.deepEqual(judged(counts(), counts({ high: 1 })), { ok: false, says: 'tests: 1 high' })
  assert.deepEqual(judged(refused, refused), { ok: null, says: 'tests, tests: 405 Method Not Allowed' })
  assert.deepEqual(judged(refused, counts({ critical: 1 })).ok, false)
  for (const output of ['', '{}', 'not found']) assert.equal(judged(output).ok, null, output)
})

test('npm audits each folder whose packages the Makefile installs', () => {
  const installed = readFileSync(join(root, 'Makefile'), 'utf8').matchAll(
    /^\S+: (\S+)\/package\.json \1\/package-lock/gm,
  )
  const folders = [...installed].map(([, folder]) => folder)
  assert.ok(folders.includes('tests/mutants'))
  assert.deepEqual(
    folders.filter((folder) => !lockedFolders(root).includes(folder)),
    [],
  )
})

test('a check that could not be made fails the release, unless it is accepted by name', () => {
  const row = (name, ok) => ({ name, ok, says: '' })
  const rows = [row('tests', true), row('crate-advisories', null), row('npm-advisories', null)]
  const { code, says } = verdictOf(rows, [])
  assert.deepEqual([code, /^NOT CHECKED: crate-advisories, npm-advisories\./.test(says)], [3, true])
  assert.match(tableOf(rows), /npm-advisories +NOT CHECKED/)
  assert.equal(verdictOf(rows, ['sbom', 'npm-advisories']).code, 3)
  const accepted = verdictOf(rows, ['crate-advisories', 'npm-advisories'])
  assert.deepEqual([accepted.code, accepted.says], [0, 'ok, but NOT CHECKED: crate-advisories, npm-advisories'])
  assert.equal(verdictOf([...rows, row('sbom', false)], ['crate-advisories']).code, 1)
  assert.deepEqual(verdictOf([row('tests', true)], []), { code: 0, says: 'ok' })
})

test('only checks that need a network can be accepted, and a name must be that of a check', () => {
  assert.deepEqual(allowedIn('crate-advisories,npm-advisories'), ['crate-advisories', 'npm-advisories'])
  assert.deepEqual([allowedIn(undefined), allowedIn('')], [[], []])
  for (const list of ['tests', 'npm-advisories,builds', 'npm'])
    assert.throws(() => allowedIn(list), /^Error: ALLOW_UNCHECKED/)
  assert.throws(
    () => namesIn('STEPS', 'sbom,size', ['sbom', 'sizes']),
    /^Error: STEPS has size, and can have sbom,sizes$/,
  )
})

test('a check that STEPS leaves out cannot be accepted, so the release is not recorded', () => {
  const rows = ['tests', 'npm-advisories'].map((name) => ({ name, ok: null, leftOut: true, says: '' }))
  const { code, says } = verdictOf(rows, ['tests', 'npm-advisories'])
  assert.deepEqual([code, says], [3, 'NOT CHECKED, left out by STEPS: tests, npm-advisories'])
})

test('only RECORD=1 records a release', () => {
  assert.deepEqual([undefined, '', '0', '1'].map(asksToRecord), [false, false, false, true])
  assert.throws(() => asksToRecord('no'), /^Error: RECORD is no/)
})

test('a bill of materials must fit CycloneDX, have each part of the wasms, and no path of the builder', async () => {
  const components = thirdParty().map(({ title }) => {
    const [, name, version] = /^(.+?) (\d[\w.]*)/.exec(title)
    return { type: 'library', name, version }
  })
  const bom = (more) => JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1, components, ...more })
  assert.equal(await faultOf(bom(), root), null)
  assert.match(await faultOf(bom({ bomFormat: 'SPDX' }), root), /does not fit/)
  assert.match(await faultOf(bom({ components: [{ name: 'talc' }] }), root), /does not fit/)
  const withoutTalc = components.filter(({ name }) => name !== 'talc')
  assert.match(await faultOf(bom({ components: withoutTalc }), root), /^lacks talc /)
  const of = (name) => bom({ metadata: { component: { type: 'library', name } } })
  const folder = '/home/a builder/bank-mfa/'
  for (const name of [
    '/home/a builder/bank-mfa',
    '/home/a builder/bank-mfa/src',
    'path+file:///home/a%20builder/bank-mfa#0.1.0',
    'pkg:cargo/bank-mfa?download_url=file%3A%2F%2F%2Fhome%2Fa%20builder%2Fbank-mfa',
  ])
    assert.equal(await faultOf(of(name), folder), 'contains the path of the build machine', name)
  assert.equal(await faultOf(of('bank-mfa'), folder), null)
})

test('the references of a bill of materials lose the folder, also one whose name has a space', () => {
  assert.equal(withoutFolder('"path+file:///home/ann/bank-mfa#0.1.0"', '/home/ann/bank-mfa/'), '"wasm#0.1.0"')
  assert.equal(withoutFolder('"path+file:///home/a%20b/bank-mfa#0.1.0"', '/home/a b/bank-mfa/'), '"wasm#0.1.0"')
})

test('a release has its own section in the changelog, and does not change once it is recorded', () => {
  const last = { version: '0.2.0', surface: { types: '1' }, lines: lineHashes(['One.']) }
  const section = (version, lines = ['One.', 'Two.']) => ({ version, date: null, lines })
  const judged = (...args) => compareWithRelease(...args).ok
  assert.equal(judged(null, { types: '1' }, '0.1.0', section('0.1.0')), true)
  assert.equal(judged(null, { types: '1' }, '0.1.0', section('0.1.0', [])), false)
  assert.equal(judged(last, { types: '2' }, '0.3.0', section('0.2.0')), false)
  assert.equal(
    compareWithRelease(last, { types: '2' }, '0.2.0', section('0.2.0')).says,
    '0.2.0 is released, and differs in types',
  )
  assert.equal(judged(last, { types: '1' }, '0.2.0', section('0.2.0', ['One.'])), true, 'made anew')
  assert.deepEqual(compareWithRelease(last, { types: '2' }, '0.3.0', section('0.3.0')), {
    ok: true,
    says: 'since 0.2.0, 1 lines: types',
  })
  assert.equal(judged(last, { types: '1' }, '0.10.0', section('0.10.0')), true)
  assert.equal(
    compareWithRelease(last, { types: '1' }, '0.3.0', section('0.3.0', ['One.'])).says,
    'the lines of 0.3.0 in CHANGELOG.md are those of 0.2.0',
  )
})

test('a release comes after the last one', () => {
  const says = (version, last) =>
    compareWithRelease({ version: last, surface: {}, lines: [] }, {}, version, { version, date: null, lines: ['One.'] })
  assert.deepEqual(says('0.1.9', '0.2.0'), { ok: false, says: '0.1.9 comes before 0.2.0, which is released' })
  assert.equal(says('0.9.0', '0.10.0').ok, false)
  assert.equal(says('1.0.0', '0.10.0').ok, true)
})
