/** The guide's page of the bench: its figures and plots, from www/docs/bench.json. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { plotOf } from './plots.mjs'
import { tablesOf, toMarkdown } from './tables.mjs'

const docs = (path) => fileURLToPath(new URL(`../../../www/docs/${path}`, import.meta.url))
export const file = docs('bench.json')
export const page = docs('measured.md')
export const plotFile = (name) => docs(`plots/${name}.svg`)

const machineOf = ({ cpu, cores, memoryGiB, node }) =>
  `${cpu}, ${cores} cores, ${memoryGiB} GiB of memory, Node ${node}`

/** The Markdown of a part: its method, its plot, its tables. */
function blockOf(name, figures) {
  const tables = tablesOf(figures).map((table) => `**${table.heading}**\n\n${toMarkdown(table)}`)
  const { alternative } = plotOf(name, figures)
  return [
    figures.method,
    `![${alternative}](./plots/${name}.svg)`,
    ...tables,
    `Measured on: ${machineOf(figures.machine)}.`,
  ].join('\n\n')
}

const versionsOf = (versions) =>
  [
    '| package | version |',
    '|---|---|',
    ...Object.entries(versions).map(([name, version]) => `| \`${name}\` | ${version} |`),
  ].join('\n')

/** Matches a block of the page: what is between `<!-- bench: name -->` and `<!-- end -->`. */
const BLOCK = /(<!-- bench: (\w+) -->\n)[^]*?(<!-- end -->)/g

/** The page with the figures of `bench` in its blocks. A block whose part was never measured stays. */
export const withFigures = (text, bench) =>
  text.replace(BLOCK, (block, before, name, after) => {
    const figures = bench.parts[name]
    if (name !== 'versions' && !figures) return block
    return `${before}\n${name === 'versions' ? versionsOf(bench.versions) : blockOf(name, figures)}\n\n${after}`
  })

/** The names of the page's blocks. */
export const blocksOf = (text) => [...text.matchAll(BLOCK)].map(([, , name]) => name)

/** Writes the figures into their file, the page and the plots. */
export function writePage(bench) {
  writeFileSync(file, `${JSON.stringify(bench, null, 2)}\n`)
  writeFileSync(page, withFigures(readFileSync(page, 'utf8'), bench))
  mkdirSync(docs('plots'), { recursive: true })
  for (const [name, figures] of Object.entries(bench.parts)) writeFileSync(plotFile(name), plotOf(name, figures).svg)
}
