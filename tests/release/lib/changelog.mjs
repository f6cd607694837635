/** The changelog, and whether it has a line for a change. */
import { createHash } from 'node:crypto'
import { differences } from './surface.mjs'

/** The head of a table and its rule. */
const HEAD = /^\|.*\n\|[-:| ]+\n/gm
/** A list item or a row of a table, to the next one, an empty line or a heading. */
const ITEM = /^(?:- |\| ).*(?:\n(?!- |\||#|\s*$).+)*/gm

/** The newest section: its version, its date or `null` if it is not released, and its list items and table rows. */
export function newestSection(changelog) {
  const [, heading, body] = /^## (.+)\n([^]*?)(?=^## |$(?![^]))/m.exec(changelog) ?? []
  const found = /^(\d+\.\d+\.\d+), (?:(not yet released)|(\d{4}-\d{2}-\d{2}))$/.exec(heading ?? '')
  if (!found) throw new Error('CHANGELOG.md must begin with "## <version>, not yet released" or "## <version>, <date>"')
  const items = body.replace(HEAD, '').match(ITEM) ?? []
  const lines = items.map((item) => item.replace(/^- /, '').replace(/\s+/g, ' ').trim())
  return { version: found[1], date: found[3] ?? null, lines }
}

/** Lines as they are recorded. */
export const lineHashes = (lines) => lines.map((line) => createHash('sha256').update(line).digest('hex').slice(0, 16))

/**
 * Compares a surface with the recorded one, `{ surface, version, lines }`. A changed surface needs one more line than
 * there were when the last one was recorded: a line that is only worded anew is none. Returns the changed parts, and what
 * is wrong, or `null`.
 */
export function judge(recorded, surface, { version, date, lines }) {
  const changed = differences(recorded.surface, surface)
  if (changed.length === 0) return { changed, fault: null }
  const what = changed.join(', ')
  if (date !== null)
    return { changed, fault: `changed after the release: ${what}. Begin a new section in CHANGELOG.md` }
  const hashes = lineHashes(lines)
  const added = hashes.filter((line) => !recorded.lines.includes(line)).length
  const gone = recorded.version === version ? recorded.lines.filter((line) => !hashes.includes(line)).length : 0
  return { changed, fault: added > gone ? null : `changed without a new line in CHANGELOG.md: ${what}` }
}

/** Whether a record has the lines of the newest section. */
export const isCurrent = (recorded, { version, lines }) =>
  recorded.version === version && recorded.lines.join() === lineHashes(lines).join()
