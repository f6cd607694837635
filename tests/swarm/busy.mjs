/**
 * When an edge may say that it is unavailable. With Retry-After, another turn kept the request out. Without, its store or
 * its company did not work.
 */
const MINUTE = 60_000

/** So long does a request wait for another turn. */
const LONG_POLL_MS = 25_000

/** A request takes its steps in this time. */
const MAX_HOPS_MS = 1_000

/** The faults that a page may hear of. The address of an iframe needs a token of the vendor, too. */
const mayFail = (path, what) =>
  /^(store|company) /.test(what) || (path.endsWith('/message') && what.startsWith('vendor '))

/** Whether a 503 says what is true. `history` is what was stored of the flow, the newest last: `{ at, isLeased, kind }`. */
export function isUnavailable({ path, problem, retryAfter, sent, from, now, history, happenedAt }) {
  if (problem.code !== 'UNAVAILABLE' || problem.next !== 'retry-later') return false
  const happened = (since, explains) => happenedAt.some(({ what, at }) => at >= since && explains(what))
  if (retryAfter === null) return happened(from - MINUTE, (what) => mayFail(path, what))
  if (retryAfter !== '1' || !/\/(answer|message)$/.test(path)) return false
  const since = history.findLastIndex(({ at }) => at <= from)
  const during = history.slice(Math.max(since, 0))
  const last = during.at(-1)
  const isHeld = last?.isLeased && now - last.at >= LONG_POLL_MS - MAX_HOPS_MS
  // A slow store also delays a turn that has not stored anything yet.
  const isSlow = happened(from, (what) => what === 'store is slow')
  if (now - from >= LONG_POLL_MS && (isHeld || isSlow)) return true
  // Another turn has got this address for the window, or none. Somebody may have opened it.
  const isOther = during.some(({ isLeased, kind }) => isLeased || kind !== 'redirect')
  return sent?.kind === 'window-opened' && (isOther || happened(from, (what) => what.startsWith('vendor ')))
}
