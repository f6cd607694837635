import { readClock, realTime, type Clock } from '../flow/host.js'

/** The clock of an edge. It checks each time: after a NaN, every flow would have expired. */
export function clockOf({ clock }: { clock?: Clock | undefined }): Clock {
  return clock ? { now: () => readClock(clock), wait: (...args) => clock.wait(...args) } : realTime
}

/** Whether an option is a clock, and can tell the time. */
export function isClock(value: Clock): boolean {
  try {
    return typeof value.wait === 'function' && Number.isFinite(value.now())
  } catch {
    return false
  }
}
