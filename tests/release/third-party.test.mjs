/** The licences in the package are of all that is compiled into its wasms. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { chosen, print, thirdParty } from '../tools/third-party.mjs'
import { pkg, root } from './lib/record.mjs'

const BUILDS = [
  'wasm32-unknown-unknown',
  ...['flinks', 'mx', 'calls', 'simulator'].map((name) => `${name}/wasm32-unknown-unknown`),
]
/** Our own crate, and those of the standard library that its entry covers. */
const COVERED = ['bank_mfa', 'alloc', 'core', 'std', 'compiler_builtins', '__rustc', 'rustc']
const parts = thirdParty()
const text = readFileSync(join(pkg, 'THIRD-PARTY-LICENSES'), 'utf8')

/** The crates whose names are in the symbols of a wasm, before wasm-opt removes them. Rust mangles in two ways. */
function cratesIn(file) {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(readFileSync(file)), 'name')
  const symbols = Buffer.from(section)
    .toString('latin1')
    .match(/_(ZN|R)[\w.$]+/g)
  const found = symbols.flatMap((symbol) => {
    if (symbol.startsWith('_R')) {
      return [...symbol.matchAll(/Cs[0-9A-Za-z]+_(\d+)/g)].map((match) =>
        symbol
          .slice(match.index + match[0].length)
          .replace(/^_(?=_)/, '')
          .slice(0, Number(match[1])),
      )
    }
    const [, length, rest] = /^_ZN(\d+)(.*)/.exec(symbol)
    const first = rest.slice(0, Number(length))
    return first.includes('$') ? first.split(/\$\w+\$/).flatMap((part) => /^(\w+)\.\./.exec(part)?.[1] ?? []) : [first]
  })
  return new Set(found)
}

test('each crate whose code is in a wasm is in THIRD-PARTY-LICENSES', () => {
  const listed = parts.map(({ title }) => title.split(' ')[0].replaceAll('-', '_'))
  const found = new Set(BUILDS.flatMap((build) => [...cratesIn(join(root, 'target', build, 'release/bank_mfa.wasm'))]))
  const missing = [...found].filter((crate) => ![...COVERED, ...listed].includes(crate))
  assert.deepEqual(missing, [])
  for (const crate of ['core', 'talc', 'wasm_bindgen', 'hashbrown', 'serde_json']) assert.ok(found.has(crate), crate)
})

test('the file in the package is that of Cargo.lock, with a text for each part', () => {
  assert.equal(text, print(parts))
  for (const { title, licence, text: own } of parts) {
    assert.ok(text.includes(`${title} · ${licence}\n`), title)
    for (const name of licence.split(' AND ')) {
      const phrase = { MIT: /free of charge/i, 'Apache-2.0': /Apache License/, 'Unicode-3.0': /UNICODE LICENSE V3/ }[
        name
      ]
      assert.match(own, phrase, `${title} has the text of ${name}`)
    }
    assert.doesNotMatch(own, /<(year|copyright holders)>/, title)
  }
})

for (const [expression, expected] of [
  ['MIT', ['MIT']],
  ['Apache-2.0 OR MIT', ['MIT']],
  ['Apache-2.0/MIT', ['MIT']],
  ['Unlicense OR MIT', ['MIT']],
  ['(MIT OR Apache-2.0) AND Unicode-3.0', ['MIT', 'Unicode-3.0']],
  ['GPL-3.0-only', null],
  ['MIT AND GPL-3.0-only', null],
]) {
  test(`of the licence ${expression}, the package takes ${expected?.join(' and ') ?? 'none'}`, () => {
    assert.deepEqual(chosen(expression), expected)
  })
}

test('a licence with an AND within an OR is refused', () => {
  assert.throws(() => chosen('MIT OR Apache-2.0 AND Zlib'), /cannot read the licence/)
})
