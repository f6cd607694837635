/** The summary of `make release`. */

const mark = (ok) => (ok === null ? 'NOT CHECKED' : ok ? 'ok' : 'FAILED')

export function tableOf(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows
    .map(({ name, ok, says }) => `  ${name.padEnd(width)}  ${mark(ok).padEnd(11)}  ${says.replace(/\s+/g, ' ').trim()}`)
    .join('\n')
}

/** The checks that need a network, and so may be made elsewhere. */
const NEED_NETWORK = ['crate-advisories', 'npm-advisories']

/** The names in a comma-separated `list`. Throws if one is not in `known`. */
export function namesIn(option, list, known) {
  const names = (list ?? '').split(',').filter((name) => name !== '')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new Error(`${option} has ${unknown.join()}, and can have ${known.join()}`)
  return names
}

/** The names in ALLOW_UNCHECKED. */
export const allowedIn = (list) => namesIn('ALLOW_UNCHECKED', list, NEED_NETWORK)

/**
 * The exit code: 1 if a check failed, 3 if one was left out or could not be made. Only one that could not be made can be
 * in `allowed`.
 */
export function verdictOf(rows, allowed) {
  const namesOf = (some) => rows.filter(some).map(({ name }) => name)
  const failed = namesOf(({ ok }) => ok === false)
  const leftOut = namesOf((row) => row.leftOut)
  const unchecked = namesOf((row) => row.ok === null && !row.leftOut)
  const refused = unchecked.filter((name) => !allowed.includes(name))
  if (failed.length > 0) return { code: 1, says: `FAILED: ${failed.join(', ')}` }
  if (refused.length > 0) {
    const acceptable = refused.filter((name) => NEED_NETWORK.includes(name)).join()
    const how = acceptable && ` Check elsewhere, then accept with ALLOW_UNCHECKED=${acceptable}`
    return { code: 3, says: `NOT CHECKED: ${refused.join(', ')}.${how}` }
  }
  if (leftOut.length > 0) return { code: 3, says: `NOT CHECKED, left out by STEPS: ${leftOut.join(', ')}` }
  return { code: 0, says: unchecked.length > 0 ? `ok, but NOT CHECKED: ${unchecked.join(', ')}` : 'ok' }
}

/** Whether RECORD asks to record the release. */
export function asksToRecord(text) {
  if (!['', '0', '1'].includes(text ?? '')) throw new Error(`RECORD is ${text}, and can be 1`)
  return text === '1'
}
