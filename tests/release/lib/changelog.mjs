/** The changelog, and whether it has a line for a change. */
import { createHash } from 'node:crypto'
import { differences } from './surface.mjs'

/** The newest section: its version, its date or `null` if it is not released, and its list items. */
export function newestSection(changelog) {
  const [, heading, body] = /^## (.+)\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog) ?? []
  const found = /^(\d+\.\d+\.\d+), (?:(not yet released)|(\d{4}-\d{2}-\d{2}))$/.exec(heading ?? '')
  if (!found) throw new Error('CHANGELOG.md must begin with "## <version>, not yet released" or "## <version>, <date>"')
  const items = body.split(/^- /m).slice(1)
  return { version: found[1], date: found[3] ?? null, lines: items.map((item) => item.replace(/\s+/g, ' ').trim()) }
}

/** Lines as they are recorded. */
export const lineHashes = (lines) => lines.map((line) => createHash('sha256').update(line).digest('hex').slice(0, 16))

/**
 * Compares a surface with the recorded one, `{ surface, lines }`. A changed surface needs a line that was not there when
 * the last one was recorded. Returns the changed parts, and what is wrong, or `null`.
 */
export function judge(recorded, surface, { date, lines }) {
  const changed = differences(recorded.surface, surface)
  if (changed.length === 0) return { changed, fault: null }
  const what = changed.join(', ')
  if (date !== null)
    return { changed, fault: `changed after the release: ${what}. Begin a new section in CHANGELOG.md` }
  const isNew = lineHashes(lines).some((line) => !recorded.lines.includes(line))
  return { changed, fault: isNew ? null : `changed without a line in CHANGELOG.md: ${what}` }
}
