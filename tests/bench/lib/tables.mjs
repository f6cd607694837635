/**
 * The tables of the bench as texts. A part returns `{ tables: [{ heading, rows }] }`. A row has a `name` and figures:
 * each is a number, a text, or `{ median, q1, q3 }`.
 */

/** The heading of each column. */
const COLUMNS = {
  share: 'share of the limit',
  aboveFetchMs: 'ms above bare fetch',
  aboveLimitMs: 'ms above the limit',
  addedMs: 'CPU ms added',
  cpuMs: 'CPU ms',
  ms: 'ms',
  times: 'times bank-mfa/flinks',
  brotli: 'bytes, brotli',
  raw: 'bytes, minified',
  linear: 'time to the end, over that of 1 000',
  heapKiB: 'heap, KiB a flow',
  wasmKiB: 'wasm, KiB a flow',
  openMs: 'ms to the challenge',
  endMs: 'ms to the end',
  lostSeconds: 'seconds lost',
  lostSeconds90: 'seconds lost, 90th percentile',
  calls: 'calls to the vendor',
}

/** A number with three digits, and a space, at which no line breaks, as separator of thousands. */
export function format(value) {
  if (typeof value !== 'number') return value
  const text = Math.abs(value) >= 100 ? `${Math.round(value)}` : `${Number(value.toPrecision(3))}`
  return text.replace(/\B(?=(\d{3})+$)/g, text.includes('.') ? '' : '\u00a0')
}

/** The text of a cell: a median is followed by its quartiles. */
function cell(figure) {
  if (figure === undefined || figure === null) return '–'
  if (typeof figure !== 'object') return format(figure)
  return `${format(figure.median)} (${format(figure.q1)}–${format(figure.q3)})`
}

/** The tables of a part, with texts as cells and headings as keys. */
export const tablesOf = ({ tables }) =>
  tables.map(({ heading, rows }) => {
    const keys = [...new Set(rows.flatMap(Object.keys))].filter((key) => key !== 'name')
    return {
      heading,
      columns: keys.map((key) => COLUMNS[key] ?? key),
      rows: rows.map((row) => [row.name, ...keys.map((key) => cell(row[key]))]),
    }
  })

/** A table as Markdown. */
export function toMarkdown({ columns, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(['', ...columns]), `|${'---|'.repeat(columns.length + 1)}`, ...rows.map(line)].join('\n')
}

/** A table for a terminal. */
export function toText({ heading, columns, rows }) {
  const lines = [['', ...columns], ...rows]
  const widths = lines[0].map((_, at) => Math.max(...lines.map((cells) => cells[at].toString().length)))
  return [
    heading,
    ...lines.map((cells) => `  ${cells.map((text, at) => `${text}`.padEnd(widths[at])).join('  ')}`),
  ].join('\n')
}
