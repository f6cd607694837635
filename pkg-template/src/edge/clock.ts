import { readClock, realTime, type Clock } from '../flow/host.js'

/**
 * The clock of an edge. It checks each time: after a NaN, every flow would have expired. It does not check earlier: the
 * clock of a worker may need a request. After a wait that ends too early, requests wait again, so other tasks must run in
 * between.
 */
export function clockOf({ clock }: { clock?: Clock | undefined }): Clock {
  if (clock === undefined) return realTime
  const now = () => readClock(clock)
  const wait: Clock['wait'] = async (ms, ...args) => {
    const until = now() + ms
    await clock.wait(ms, ...args)
    if (now() < until) await new Promise((resolve) => setTimeout(resolve))
  }
  return { now, wait }
}
