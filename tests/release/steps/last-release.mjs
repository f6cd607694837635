/** The package beside the last release: its types and formats, its sizes, and the line in the changelog. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { sizesOf, sum } from '../../lib/size.mjs'
import { lineHashes, newestSection } from '../lib/changelog.mjs'
import { changelog, compareVersions, lastRelease, readRecord } from '../lib/record.mjs'
import { differences } from '../lib/surface.mjs'

const budgetOf = (root) => JSON.parse(readFileSync(join(root, 'tests/size/budget.json'), 'utf8'))

/** The bytes after brotli of each app of tests/size. */
export async function measureSizes({ root, app }) {
  const folder = mkdtempSync(join(app, 'sizes-'))
  try {
    cpSync(join(root, 'tests/size'), folder, { recursive: true })
    const sizes = {}
    for (const name of Object.keys(budgetOf(root))) {
      sizes[name] = sum(await sizesOf(join(folder, `${name}.js`), join(folder, 'shipped')), 'brotli')
    }
    return sizes
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const percent = (now, before) => `${now >= before ? '+' : ''}${((now / before - 1) * 100).toFixed(1)}%`

export async function sizes(context) {
  const now = await measureSizes(context)
  const budget = budgetOf(context.root)
  const before = lastRelease()?.sizes
  const rows = Object.entries(now).map(
    ([name, bytes]) => `${name} ${bytes}${before?.[name] ? ` (${percent(bytes, before[name])})` : ''}`,
  )
  const above = Object.keys(budget).filter((name) => now[name] > budget[name].limit)
  const says = above.length > 0 ? `above the budget: ${above.join(', ')}` : `brotli bytes: ${rows.join(', ')}`
  return { ok: above.length === 0, says }
}

/** Compares a surface with the last release, or `null`; `newest` is the changelog's newest section. */
export function compareWithRelease(last, surface, version, newest) {
  if (newest.version !== version)
    return { ok: false, says: `CHANGELOG.md begins with ${newest.version}, and the package is ${version}` }
  if (newest.lines.length === 0) return { ok: false, says: `CHANGELOG.md has no line for ${version}` }
  if (last === null) return { ok: true, says: `no earlier release; the changelog has ${newest.lines.length} lines` }
  const changed = differences(last.surface, surface).join(', ')
  const order = compareVersions(version, last.version)
  if (order < 0) return { ok: false, says: `${version} comes before ${last.version}, which is released` }
  if (order === 0 && changed !== '') return { ok: false, says: `${version} is released, and differs in ${changed}` }
  if (order === 0) return { ok: true, says: `${version} is released, and nothing that it promises has changed` }
  const added = lineHashes(newest.lines).filter((line) => !last.lines.includes(line)).length
  if (added === 0) return { ok: false, says: `the lines of ${version} in CHANGELOG.md are those of ${last.version}` }
  return { ok: true, says: `since ${last.version}, ${added} lines: ${changed || 'no type or format has changed'}` }
}

/** `make test` compares the recorded surface with the package. This compares it with the last release. */
export const changes = ({ version }) =>
  compareWithRelease(lastRelease(), readRecord().surface, version, newestSection(changelog()))
