/** The tables of the guide's page on endings, from the codes of the sources and the texts of the installed package. */
import { readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'

const { developer, en } = await import(pathToFileURL(resolve('bank-mfa/texts')))
const pathOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url))
const read = (path) => readFileSync(pathOf(path), 'utf8')

export const page = pathOf('www/docs/endings.md')

const kebab = (name) => name.replace(/(?<=.)[A-Z]/g, '-$&').toLowerCase()

/** The next action of each code, from the two tables of the sources, in their order. */
const nextOf = new Map(
  [
    ...read('src/failure.rs').matchAll(/^ {4}[A-Z]\w+ "([\w-]+)" ([A-Z]\w+)/gm),
    ...read('pkg-template/src/edge/problem.ts').matchAll(/^ {2}([A-Z_]+): { status: \d+, next: '([\w-]+)'/gm),
  ].map(([, code, next]) => [code, kebab(next)]),
)
const order = Object.keys(en.next)
export const codes = [...nextOf.keys()].sort((a, b) => order.indexOf(nextOf.get(a)) - order.indexOf(nextOf.get(b)))
const isRefusal = (code) => code === code.toUpperCase()

const codeRow = (code) => {
  const { title, sentence } = en.codes[code]
  return `| \`${code}\` | \`${nextOf.get(code)}\` | ${title}. ${sentence} | ${developer.en.codes[code]} |`
}
const nextRow = (next) => {
  const { sentence, button } = en.next[next]
  return `| \`${next}\` | ${developer.en.next[next]} | ${sentence} | ${button ?? 'none'} |`
}

/** The rows of each table, by the heading above it. */
export const tables = {
  'The next action': order.map(nextRow),
  'Codes that end a flow': codes.filter((code) => !isRefusal(code)).map(codeRow),
  'Codes that refuse a call': codes.filter(isRefusal).map(codeRow),
}

/** Matches what stands before the rows below a heading, and the rows. */
const tableBelow = (heading) => new RegExp(`(\n## ${heading}\n[^#]*?\n\\|[-|]+\\|\n)((?:\\|.*\n)+)`)

/** The rows of the first table below a heading of the page. */
export const rowsBelow = (text, heading) => tableBelow(heading).exec(text)?.[2].trimEnd().split('\n')

/** The page with the rows below a heading replaced. */
export const withRows = (text, heading, rows) =>
  text.replace(tableBelow(heading), (_, before) => `${before}${rows.join('\n')}\n`)
