/**
 * The flow's clock: real time, which the page can set forward so that nobody need sit out a
 * polling interval, or eight minutes, to see what comes after. The vendor's clock is set forward
 * by the same amount.
 */
export function createClock(ahead = 0) {
  const waiting = new Set()
  const clock = {
    now: () => Date.now() + ahead,

    /** Resolves after `ms` of this clock's time. */
    wait(ms, signal) {
      return new Promise((resolve, reject) => {
        const due = clock.now() + ms
        const wait = { timer: undefined, check }
        const end = (settle) => {
          clearTimeout(wait.timer)
          waiting.delete(wait)
          settle()
        }
        function check() {
          clearTimeout(wait.timer)
          const left = due - clock.now()
          if (left <= 0) end(resolve)
          else wait.timer = setTimeout(check, left)
        }
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', () => end(() => reject(signal.reason)), { once: true })
        waiting.add(wait)
        check()
      })
    },

    advance(ms) {
      ahead += ms
      for (const wait of [...waiting]) wait.check()
    },
  }
  return clock
}

/** Calls `tell` with the milliseconds left, now and every second, until `element` has left the page or nothing is left. */
export function countDown(element, clock, until, tell) {
  const tick = () => {
    const left = Math.max(0, until - clock.now())
    tell(left)
    if (left === 0 || !element.isConnected) clearInterval(timer)
  }
  const timer = setInterval(tick, 1000)
  tick()
}

/** `7:05` */
export function minutes(ms) {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
