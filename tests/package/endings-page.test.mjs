/** The guide's page on endings has every code and next action, with the texts of `bank-mfa/texts`. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const { developer, en } = await import(pathToFileURL(resolve('bank-mfa/texts')))
const read = (path) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
const page = read('www/docs/endings.md')

const kebab = (name) => name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()

/** The next action of each code, from the two tables of the sources, in their order. */
const nextOf = new Map(
  [
    ...read('src/failure.rs').matchAll(/^ {4}[A-Z]\w+ "([\w-]+)" ([A-Z]\w+)/gm),
    ...read('pkg-template/src/edge/problem.ts').matchAll(/^ {2}([A-Z_]+): { status: \d+, next: '([\w-]+)'/gm),
  ].map(([, code, next]) => [code, kebab(next)]),
)
const order = Object.keys(en.next)
const codes = [...nextOf.keys()].sort((a, b) => order.indexOf(nextOf.get(a)) - order.indexOf(nextOf.get(b)))
const isRefusal = (code) => code === code.toUpperCase()

const codeRow = (code) => {
  const { title, sentence } = en.codes[code]
  return `| \`${code}\` | \`${nextOf.get(code)}\` | ${title}. ${sentence} | ${developer.en.codes[code]} |`
}
const nextRow = (next) => {
  const { sentence, button } = en.next[next]
  return `| \`${next}\` | ${developer.en.next[next]} | ${sentence} | ${button ?? 'none'} |`
}

/** The rows of the table below a heading, without its head. */
const rowsBelow = (heading) =>
  page
    .split(`\n## ${heading}\n`)[1]
    ?.match(/(?<=\n\|[-|]+\n)(\|.*\n)+/)?.[0]
    .trimEnd()
    .split('\n')

for (const [heading, rows] of [
  ['The next action', order.map(nextRow)],
  ['Codes that end a flow', codes.filter((code) => !isRefusal(code)).map(codeRow)],
  ['Codes that refuse a call', codes.filter(isRefusal).map(codeRow)],
]) {
  test(`the table "${heading}" has the texts of the package`, () => {
    assert.deepEqual(rowsBelow(heading), rows)
  })
}

test('the page has every code of the texts', () => {
  assert.deepEqual([...codes].sort(), Object.keys(en.codes).sort())
})
