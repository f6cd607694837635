/**
 * Prints the table of the last run, and fails if a cell is not ok. `table.mjs --write` also writes the table into the
 * guide, if every cell is ok. `table.mjs --clear` removes the results of the last run. `table.mjs --check` prints where the
 * guide's table differs from the cells that exist.
 */
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'

process.env.MATRIX_LIST = '1'
const { COLUMNS, RESULTS, cells, resultFile } = await import('./matrix.mjs')
const here = new URL('.', import.meta.url)
for (const file of readdirSync(here).sort()) if (file.endsWith('.test.mjs')) await import(new URL(file, here))

const page = new URL('../../www/docs/runtimes.md', import.meta.url)
const MARKS = ['<!-- the table of `make matrix` -->\n\n', '\n<!-- the end of the table -->']

const groupBy = (list, key) => [...new Set(list.map((one) => one[key]))]
/** The rows and the columns, in the order of the files and of `COLUMNS`. */
const rows = groupBy(cells, 'row')
const columns = Object.keys(COLUMNS).filter((column) => cells.some((cell) => cell.column === column))

/** Where the guide's table and the cells differ: one text each. A cell of the guide is empty if there is no such test. */
function differences() {
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(MARKS[0]) + MARKS[0].length, text.indexOf(MARKS[1])]
  const shown = text.slice(from, to).replaceAll(/\| *ok */g, '| x ')
  const wanted = markdown(cells.map((cell) => ({ ...cell, state: 'x' })))
  const withoutVersion = (table) =>
    table
      .trim()
      .split('\n')
      .map((line) =>
        line
          .split(/ *\| */)
          .filter((_, index) => index !== 2)
          .join('|'),
      )
  const [guide, tests] = [shown, wanted].map(withoutVersion)
  const columnsOfGuide = [...text.slice(to).matchAll(/^\| ([\w-]+) \|/gm)].map(([, name]) => name).slice(1)
  return [
    ...guide.filter((line) => !tests.includes(line)).map((line) => `no test: ${line}`),
    ...tests.filter((line) => !guide.includes(line)).map((line) => `not in the guide: ${line}`),
    ...columns.filter((name) => !columnsOfGuide.includes(name)).map((name) => `the guide does not explain ${name}`),
  ]
}

function results() {
  return cells.map((cell) => {
    const file = resultFile(cell)
    return existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : { ...cell, state: 'failed', reason: 'it did not run' }
  })
}

function markdown(all) {
  const line = (texts) => `| ${texts.join(' | ')} |`
  const body = rows.map((row) => {
    const own = all.filter((result) => result.row === row)
    const version = own.find((result) => result.version)?.version ?? ''
    const state = (column) => own.find((result) => result.column === column)?.state ?? ''
    return line([row, version, ...columns.map(state)])
  })
  return [line(['', 'version', ...columns]), `|${'---|'.repeat(columns.length + 2)}`, ...body].join('\n')
}

/** The same with columns of one width, for a terminal. */
function aligned(table) {
  const lines = table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
  lines.splice(1, 1)
  const widths = lines[0].map((_, index) => Math.max(...lines.map((line) => line[index].length)))
  return lines
    .map((line) =>
      line
        .map((cell, index) => cell.padEnd(widths[index]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function main(flag) {
  if (flag === '--clear') return rmSync(RESULTS, { recursive: true, force: true })
  if (flag === '--check') return differences().forEach((line) => console.log(line))
  const all = results()
  const table = markdown(all)
  console.log(`\n${aligned(table)}\n`)
  const bad = all.filter(({ state }) => state !== 'ok')
  for (const { row, column, state, reason } of bad) console.log(`${row}, ${column}: ${state}: ${reason.split('\n')[0]}`)
  console.log(`${all.length - bad.length} of ${all.length} cells are ok`)
  if (bad.length > 0) process.exitCode = 1
  else if (flag === '--write') {
    const text = readFileSync(page, 'utf8')
    const [from, to] = [text.indexOf(MARKS[0]) + MARKS[0].length, text.indexOf(MARKS[1])]
    writeFileSync(page, `${text.slice(0, from)}${table}\n${text.slice(to)}`)
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) main(process.argv[2])
