/** What an edge may refuse with a status of a server's error, because of something that has happened and is not its fault. */
const MINUTE = 60_000

/** So long does a request wait for another turn. */
const LONG_POLL_MS = 25_000

/** So long can a call of a slow store take. */
const SLOW_STORE_MS = 20_000

/** A request takes its steps in this time. */
const MAX_HOPS_MS = 1_000

/** The faults with which a call of a store rejects. */
const STORE_FAILS = ['store refuses', 'store loses an acknowledgement']

/** The faults that a page may hear of. The address of an iframe needs a token of the vendor, too. */
const mayFail = (path, what) =>
  /^(store|company) /.test(what) || (path.endsWith('/message') && what.startsWith('vendor '))

/**
 * Whether a refusal is true. `stored` is what the record had since the request came, the newest last, and `format` what the
 * edge can read.
 */
export function isTrueRefusal(request, { status, code, next, retryAfter }, world) {
  if (code === 'SNAPSHOT_VERSION') {
    const isOther = request.stored.some(({ format }) => format !== request.format)
    return isOther && status === 500 && next === 'start-over' && retryAfter === null
  }
  if (status !== 503 || code !== 'UNAVAILABLE' || next !== 'retry-later') return false
  if (retryAfter === null) return happened(world, request.from - MINUTE, (what) => mayFail(request.path, what))
  return isKeptOut(request, Number(retryAfter), world) || waitsForLease(request, Number(retryAfter))
}

const happened = ({ happenedAt }, since, explains) => happenedAt.some(({ what, at }) => at >= since && explains(what))

/** The company may keep a request waiting for this time, and other turns for a shorter one. */
const MAX_WAIT_MS = 30_000

/** Whether a request has waited too long. A vendor waits for its webhook. */
export const waitedTooLong = ({ path, from, now }, world) =>
  !path.includes('/webhooks/') &&
  now - from > MAX_WAIT_MS + MAX_HOPS_MS &&
  !happened(world, from - SLOW_STORE_MS, (what) => what === 'store is slow')

/** Another turn of the flow has kept the request out for the whole wait, or has got the address for its window. */
function isKeptOut({ path, sent, from, now, stored }, retryAfter, world) {
  if (retryAfter !== 1 || !/\/(answer|message)$/.test(path)) return false
  const isHeld = stored.at(-1)?.leaseUntil > 0 && freeMs(stored, from, now) <= MAX_HOPS_MS
  // A slow store also delays a turn that has not stored anything yet, and may have begun before the request.
  const isSlow = happened(world, from - SLOW_STORE_MS, (what) => what === 'store is slow')
  if (now - from >= LONG_POLL_MS && (isHeld || isSlow)) return true
  // Another turn has got this address for the window, or none: somebody may have opened it, or the call of this request
  // for another address has failed.
  const isOther = stored.some(({ leaseUntil, kind }) => leaseUntil > 0 || kind !== 'redirect')
  const hasFailed = happened(world, from, (what) => what.startsWith('vendor ') || STORE_FAILS.includes(what))
  return sent?.kind === 'window-opened' && (isOther || hasFailed)
}

/** How long no turn had the lease. */
function freeMs(stored, from, now) {
  const ends = [...stored.slice(1).map(({ at }) => at), now]
  return stored.reduce((sum, { at, leaseUntil }, index) => {
    return leaseUntil > 0 ? sum : sum + ends[index] - Math.max(at, from)
  }, 0)
}

/** A start waits for the call of a flow whose record it cannot read. */
function waitsForLease({ path, now, stored, format: own }, retryAfter) {
  const { leaseUntil, format } = stored.at(-1) ?? {}
  const lateMs = now + retryAfter * 1_000 - leaseUntil
  return path.endsWith('/flows') && format !== own && lateMs >= 0 && lateMs <= 1_000 + MAX_HOPS_MS
}
