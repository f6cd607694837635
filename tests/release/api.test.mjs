/** The package's types, formats and manifest are those that are recorded, and each change of them is in the changelog. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { apiReports } from './lib/api.mjs'
import { isCurrent, judge, lineHashes, newestSection } from './lib/changelog.mjs'
import { changelog, lastRelease, pkg, readRecord, readReport, reportNames, root } from './lib/record.mjs'
import { differences, formats, surfaceOf } from './lib/surface.mjs'

const HOW = 'Add a line to CHANGELOG.md, run `make api`, and commit tests/release'
const reports = apiReports(pkg)

for (const [name, report] of Object.entries(reports)) {
  test(`the types of the entry ${name} are those of tests/release/api/${name}.api.md`, () => {
    assert.equal(report, readReport(name), `the types of ${name} have changed. ${HOW}`)
  })
}

test('each report is of an entry', () => assert.deepEqual(reportNames().sort(), Object.keys(reports).sort()))

test('the recorded surface is that of the package', async () => {
  const changed = differences(readRecord().surface, await surfaceOf(root, pkg, reports))
  assert.deepEqual(changed, [], `the surface has changed. ${HOW}`)
})

test('the recorded lines are those of the changelog', () => {
  // With an older record, a line of another change would pass for that of the next one.
  assert.ok(isCurrent(readRecord(), newestSection(changelog())), 'CHANGELOG.md has changed. Run `make api`')
})

test('the newest section of the changelog has the version of the package, and lines', () => {
  const { version, date, lines } = newestSection(changelog())
  const manifest = JSON.parse(readFileSync(join(pkg, 'package.json'), 'utf8'))
  assert.equal(version, manifest.version)
  assert.ok(lines.length > 0)
  if (lastRelease()?.version === version) assert.notEqual(date, null, 'a recorded release has a date')
})

test('the types of an entry include those that it uses and does not export', () => {
  assert.match(reports['flinks'], /^export interface AuthorizeParams /m)
  assert.match(reports['remote'], /^interface Failure /m)
})

const SECTION =
  '# Changes\n\n## 0.2.0, not yet released\n\n- One\n  line.\n- Another.\n\n## 0.1.0, 2026-01-21\n\n- Old.\n'
const recorded = { surface: { types: '1', formats: '2' }, version: '0.2.0', lines: lineHashes(['One line.']) }
const same = recorded.surface
const other = { types: '3', formats: '2' }

test('the newest section of a changelog ends at the one before it', () => {
  assert.deepEqual(newestSection(SECTION), { version: '0.2.0', date: null, lines: ['One line.', 'Another.'] })
  assert.equal(newestSection('## 0.1.0, 2026-01-21\n\n- Old.\n').date, '2026-01-21')
  assert.throws(() => newestSection('# Changes\n\n## Soon\n\n- One.\n'), /must begin with/)
})

test('the rows of a table are lines, its head is none', () => {
  const table = '| was | is |\n|---|---|\n| `a` | `b` |\n| `c` | `d` |\n\nText.\n'
  const { lines } = newestSection(
    `## 0.1.0, not yet released\n\n- One.\n\n### Renamed\n\n${table}\n### Gone\n\n- Two.\n`,
  )
  assert.deepEqual(lines, ['One.', '| `a` | `b` |', '| `c` | `d` |', 'Two.'])
})

test('a changed surface needs one more line than there were when the last one was recorded', () => {
  const judged = (surface, lines, { version = '0.2.0', date = null } = {}) =>
    judge(recorded, surface, { version, date, lines })
  assert.equal(judged(same, ['One line.']).fault, null)
  assert.equal(judged(other, ['One line.']).fault, 'changed without a new line in CHANGELOG.md: types')
  assert.equal(judged(other, []).fault, 'changed without a new line in CHANGELOG.md: types')
  assert.match(judged(other, ['One line!']).fault, /^changed without/, 'a line that is worded anew is no new one')
  assert.deepEqual(judged(other, ['One line.', 'Another.']), { changed: ['types'], fault: null })
  assert.equal(judged(other, ['Another.'], { version: '0.3.0' }).fault, null, 'the first line of a section is new')
  assert.match(
    judged(other, ['One line.'], { version: '0.3.0' }).fault,
    /^changed without/,
    'a renamed section has none',
  )
  assert.match(judged(other, ['Another.'], { date: '2026-01-21' }).fault, /^changed after the release: types/)
  assert.deepEqual(judged({ formats: '2' }, ['One line.', 'Another.']).changed, ['types'], 'a part that is gone')
})

test('a record is current as long as the changelog has its lines', () => {
  const current = (version, lines) => isCurrent(recorded, { version, lines })
  assert.ok(current('0.2.0', ['One line.']))
  assert.ok(!current('0.2.0', ['One line.', 'Another.']))
  assert.ok(!current('0.2.0', ['One line!']))
  assert.ok(!current('0.3.0', ['One line.']))
})

test('the sources say the version of each format', () => {
  assert.equal(Object.keys(formats(root)).length, 4)
  for (const version of Object.values(formats(root))) assert.match(version, /^(bm)?\d+$/)
})
