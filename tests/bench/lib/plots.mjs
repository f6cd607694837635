/** The plots of the page, as SVG. A phone is as wide as they are. */
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { format } from './tables.mjs'

const WIDTH = 380
const STYLES = {
  fontFamily: 'system-ui, sans-serif',
  fontSize: '13px',
  width: '100%',
  maxWidth: '480px',
  height: 'auto',
}
/** Both are readable on white and on the dark page. */
const OWN = '#3a7bd5'
const OTHER = '#85858a'
const colorOf = ({ name }) => (name.includes('bank-mfa') ? OWN : OTHER)

/** As a file by itself, a plot follows the system's colours. In a page it has the page's, as `:root` is another element. */
const STYLE = `<style>
svg:root { color: #222; background: #fff }
@media (prefers-color-scheme: dark) { svg:root { color: #ddd; background: #1b1b1f } }
</style>`

function toSvg(options, alternative) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg = Plot.plot({ document, width: WIDTH, style: STYLES, ...options })
  for (const style of svg.querySelectorAll('style')) style.remove()
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', alternative)
  svg.removeAttribute('class')
  return `${svg.outerHTML.replace(/(<svg[^>]*>)/, `$1${STYLE}`)}\n`
}

const medianOf = (figure) => figure?.median ?? figure

/** Bars with a line from quartile to quartile, and the text of each above its bar. */
function bars(rows, { column, label }) {
  const data = rows
    .filter((row) => row[column] !== undefined)
    .map((row, at) => ({ ...row, at, value: medianOf(row[column]), spread: row[column] }))
  const alternative = `Bars of ${label}. ${data.map(({ name, value }) => `${name}: ${format(value)}`).join('. ')}.`
  const tickFormat = Math.max(...data.map(({ value }) => value)) < 1_000 ? '~f' : '~s'
  const spread = data.filter(({ spread }) => spread.q1 < spread.q3)
  const options = {
    height: 46 * data.length + 56,
    marginLeft: 12,
    marginRight: 20,
    marginBottom: 42,
    marginTop: 14,
    x: { label, labelAnchor: 'left', labelArrow: 'none', ticks: 4, tickFormat, nice: true, zero: true },
    y: { axis: null, padding: 0.55 },
    marks: [
      Plot.gridX({ ticks: 4 }),
      Plot.barX(data, { x: 'value', y: 'at', fill: colorOf }),
      Plot.ruleY(spread, {
        y: 'at',
        x1: ({ spread }) => spread.q1,
        x2: ({ spread }) => spread.q3,
        stroke: 'currentColor',
        strokeWidth: 2,
      }),
      Plot.text(data, {
        x: 0,
        y: 'at',
        text: ({ name, value }) => `${name}: ${format(value)}`,
        textAnchor: 'start',
        dy: -18,
        fill: 'currentColor',
      }),
      Plot.ruleX([0]),
    ],
  }
  return { alternative, svg: toSvg(options, alternative) }
}

/** All flows together against their number, on logarithmic scales, where a straight line at 45 degrees is linear. */
function lines(rows) {
  const points = rows.flatMap(({ name, endMs, heapKiB, wasmKiB }) => {
    const flows = parseInt(name, 10)
    return [
      { series: 'time to the end, ms', flows, value: endMs.median * flows, color: OTHER },
      { series: 'memory, KiB', flows, value: (heapKiB.median + wasmKiB.median) * flows, color: OWN },
    ]
  })
  const drawn = points.filter(({ value }) => value > 0)
  const last = drawn.filter(({ flows }) => flows === Math.max(...drawn.map((point) => point.flows)))
  const text = ({ series, flows, value }) => `${format(flows)} flows, ${series}: ${format(value)}`
  const alternative = `Lines of the number of open flows against all their memory and time. ${points.map(text).join('. ')}.`
  const powersOfTen = (of) => {
    const [low, high] = [Math.min, Math.max].map((pick) => Math.round(Math.log10(pick(...drawn.map(of)))))
    return Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at))
  }
  const [flowsOf, valueOf] = ['flows', 'value'].map((key) => (point) => point[key])
  const options = {
    height: 340,
    marginLeft: 56,
    marginRight: 24,
    marginTop: 50,
    marginBottom: 42,
    x: { type: 'log', label: 'open flows', labelArrow: 'none', tickFormat: '~s', ticks: powersOfTen(flowsOf) },
    y: {
      type: 'log',
      label: 'all flows together',
      labelArrow: 'none',
      tickFormat: '~s',
      ticks: powersOfTen(valueOf),
      grid: true,
    },
    marks: [
      Plot.line(drawn, { x: 'flows', y: 'value', z: 'series', stroke: 'color', strokeWidth: 2 }),
      Plot.dot(drawn, { x: 'flows', y: 'value', fill: 'color', r: 4 }),
      // One label is above its line, the other below.
      ...last.map((point) =>
        Plot.text([point], {
          x: 'flows',
          y: 'value',
          text: 'series',
          textAnchor: 'end',
          dx: -12,
          dy: point.color === OWN ? -12 : 22,
          fill: 'currentColor',
        }),
      ),
    ],
  }
  return { alternative, svg: toSvg(options, alternative) }
}

/** How each part is drawn: the table, and its column. A part without an entry has no plot. */
const DRAWN = {
  size: ({ tables: [table] }) => bars(table.rows, { column: 'brotli', label: 'bytes after brotli' }),
  ready: ({ tables: [table] }) => bars(table.rows, { column: 'ms', label: 'milliseconds to the first reply' }),
  flows: ({ tables }) =>
    bars(
      [0, 2].flatMap((at) =>
        tables[at].rows.slice(1).map((row) => ({ ...row, name: `${tables[at].heading.split(',')[0]}, ${row.name}` })),
      ),
      { column: 'share', label: 'share of the limit (in memory; 1 is bare fetch)' },
    ),
  memory: ({ tables: [table] }) => lines(table.rows),
  polling: ({ tables: [table] }) =>
    bars(table.rows, { column: 'lostSeconds', label: 'seconds lost to polling, median' }),
  screen: ({ tables: [table] }) =>
    bars(table.rows, { column: 'ms', label: "milliseconds added to the vendor's delay" }),
  edge: ({ tables: [table] }) => bars(table.rows, { column: 'cpuMs', label: 'CPU milliseconds for a request' }),
  cold: ({ tables: [table] }) => bars(table.rows, { column: 'ms', label: 'milliseconds to the first reply' }),
}

/** `{ svg, alternative }` of a part. */
export const plotOf = (name, figures) => DRAWN[name](figures)
