/** Says that a name is not in a list, and suggests the nearest one if it may be a slip of the keyboard. */
export function notFound(what: string, name: string, names: string[], list: string): RangeError {
  const nearest = names
    .map((other) => ({ other, edits: countEdits(`${name}`.toLowerCase(), other.toLowerCase()) }))
    .reduce((best, next) => (next.edits < best.edits ? next : best), { other: '', edits: Infinity })
  const suggestion = nearest.edits <= nearest.other.length / 3 ? `did you mean ${JSON.stringify(nearest.other)}? ` : ''
  return new RangeError(`no ${what} ${JSON.stringify(name)}; ${suggestion}${list} lists all`)
}

/** The Levenshtein distance: how many characters must be inserted, deleted or replaced. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let index = 0; index < from.length; index++) {
    const next = [index + 1]
    for (let at = 0; at < to.length; at++) {
      const replaced = row[at]! + (from[index] === to[at] ? 0 : 1)
      next.push(Math.min(replaced, row[at + 1]! + 1, next[at]! + 1))
    }
    row = next
  }
  return row[to.length]!
}
