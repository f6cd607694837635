/** Each part of the bench runs once, with counts as small as possible. Nobody judges its times here. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from '../lib/test.mjs'
import { blocksOf, file, page, plotFile, withFigures } from './lib/page.mjs'
import { loadPart, selectParts } from './lib/parts.mjs'
import { plotOf } from './lib/plots.mjs'
import { quantile, summary } from './lib/stats.mjs'
import { format, tablesOf, toMarkdown } from './lib/tables.mjs'

const isFigure = (value) =>
  typeof value === 'object'
    ? value.q1 <= value.median && value.median <= value.q3
    : typeof value === 'string' || Number.isFinite(value)

describe('the parts of the bench', () => {
  for (const name of selectParts()) {
    test(`the part "${name}" returns tables of figures, and says its method`, async () => {
      const { title, method, measure } = await loadPart(name)
      assert.match(method, /\.$/)
      assert.ok(title)
      const { tables } = await measure({ short: true })
      assert.ok(tables.length > 0)
      for (const { heading, rows } of tables) {
        assert.ok(heading && rows.length > 1, heading)
        for (const { name, ...figures } of rows) {
          assert.equal(typeof name, 'string')
          assert.ok(Object.keys(figures).length > 0, `${heading}: ${name}`)
          for (const [key, value] of Object.entries(figures)) assert.ok(isFigure(value), `${heading}: ${name}: ${key}`)
        }
      }
    })
  }
})

describe('the page of the bench', () => {
  const text = readFileSync(page, 'utf8')
  const bench = JSON.parse(readFileSync(file, 'utf8'))

  test('the page has a block for each part', () => {
    assert.deepEqual(blocksOf(text), [...selectParts(), 'versions'])
    assert.deepEqual(Object.keys(bench.parts).sort(), selectParts().sort())
  })

  test('the page and the plots show the figures of bench.json (if not: node tests/bench/write-page.mjs)', () => {
    assert.ok(withFigures(text, bench) === text)
    for (const [name, figures] of Object.entries(bench.parts)) {
      const { svg } = plotOf(name, figures)
      assert.ok(readFileSync(plotFile(name), 'utf8') === svg, name)
      assert.doesNotMatch(svg, /NaN/, name)
    }
  })

  test('the figures name a machine, and no path of it', () => {
    for (const { machine } of Object.values(bench.parts))
      assert.deepEqual(Object.keys(machine), ['cpu', 'cores', 'memoryGiB', 'node'])
    assert.doesNotMatch(JSON.stringify(bench), /\/(home|root|tmp|work|Users)\//)
  })
})

test('PARTS selects parts in the order of the page, and an unknown part is an error', () => {
  assert.deepEqual(selectParts('flows'), ['flows'])
  assert.throws(() => selectParts('flows,speed'), /unknown parts: speed/)
})

test('a summary has the median and the quartiles', () => {
  assert.deepEqual(summary([4, 1, 3, 2, 5]), { q1: 2, median: 3, q3: 4 })
  assert.equal(quantile([1, 2], 0.5), 1.5)
})

test('a table shows a median with its quartiles, and groups thousands', () => {
  assert.equal(format(1234567), '1\u00a0234\u00a0567')
  assert.equal(format(0.12345), '0.123')
  const rows = [
    { name: 'a', share: { median: 0.5, q1: 0.4, q3: 0.6 } },
    { name: 'b', calls: 3 },
  ]
  const [table] = tablesOf({ tables: [{ heading: 'x', rows }] })
  assert.equal(
    toMarkdown(table),
    [
      '|  | share of the limit | calls to the vendor |',
      '|---|---|---|',
      '| a | 0.5 (0.4–0.6) | – |',
      '| b | – | 3 |',
    ].join('\n'),
  )
})
