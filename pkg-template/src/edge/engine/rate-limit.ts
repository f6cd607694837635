import type { Clock } from '../../flow/host.js'
import type { Records } from '../records/records.js'

/**
 * Counts a use under an id, and returns 0. If there were `limit` uses within the last `windowMs` milliseconds, it counts
 * nothing and returns the milliseconds until the next use is allowed.
 */
export async function countUse(
  records: Records,
  clock: Clock,
  id: string,
  limit: number,
  windowMs: number,
): Promise<number> {
  for (;;) {
    const { counter, version } = await records.read(id)
    const now = clock.now()
    const recent = (counter?.times ?? []).filter((time) => time > now - windowMs)
    if (recent.length >= limit) return (recent.at(-limit) ?? now) + windowMs - now
    if (await records.writeCounter(id, version, [...recent, now], now + windowMs)) return 0
  }
}
