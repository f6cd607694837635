/** The summary of `make release`. */

const mark = (ok) => (ok === null ? 'NOT CHECKED' : ok ? 'ok' : 'FAILED')

export function tableOf(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows
    .map(({ name, ok, says }) => `  ${name.padEnd(width)}  ${mark(ok).padEnd(11)}  ${says.replace(/\s+/g, ' ').trim()}`)
    .join('\n')
}

/** The exit code: 1 if a check failed, 3 if one could not be made and its name is not in `allowed`. */
export function verdictOf(rows, allowed) {
  const failed = rows.filter(({ ok }) => ok === false).map(({ name }) => name)
  const unchecked = rows.filter(({ ok }) => ok === null).map(({ name }) => name)
  const refused = unchecked.filter((name) => !allowed.includes(name))
  if (failed.length > 0) return { code: 1, says: `FAILED: ${failed.join(', ')}` }
  if (refused.length > 0) {
    const how = 'Check them elsewhere, then accept with ALLOW_UNCHECKED='
    return { code: 3, says: `NOT CHECKED: ${refused.join(', ')}. ${how}${refused.join()}` }
  }
  return { code: 0, says: unchecked.length > 0 ? `ok, but NOT CHECKED: ${unchecked.join(', ')}` : 'ok' }
}
