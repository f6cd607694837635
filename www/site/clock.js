/**
 * The flow's clock: real time plus an offset. The page can move it forward, so that nobody has to wait for a poll
 * interval or an expiry. The simulated vendor's clock moves by the same amount.
 */
export function createClock(offsetMs = 0) {
  const waits = new Set()
  const clock = {
    now: () => Date.now() + offsetMs,

    /** Resolves after `ms` of this clock's time. */
    wait(ms, signal) {
      return new Promise((resolve, reject) => {
        const due = clock.now() + ms
        const wait = { timer: undefined, check }
        const end = (settle) => {
          clearTimeout(wait.timer)
          waits.delete(wait)
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
        waits.add(wait)
        check()
      })
    },

    advance(ms) {
      offsetMs += ms
      for (const wait of [...waits]) wait.check()
    },
  }
  return clock
}

/** Writes `format('7:05')` into `element` every second, until the time has passed or the element has left the page. */
export function countDown(element, clock, until, format) {
  const tick = () => {
    const left = Math.max(0, until - clock.now())
    element.textContent = format(minutesAndSeconds(left))
    if (left === 0 || !element.isConnected) clearInterval(timer)
  }
  const timer = setInterval(tick, 1000)
  tick()
}

function minutesAndSeconds(ms) {
  const seconds = Math.ceil(ms / 1000)
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}
