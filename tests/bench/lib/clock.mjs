/** Clocks without real time. */

const NOON = Date.UTC(2026, 0, 21, 12)

/** A clock on which a wait for the vendor ends at once, and one for the person never. */
export function jumpingClock() {
  let now = NOON
  const clock = {
    now: () => now,
    wait(ms, _, waitsFor) {
      if (waitsFor === 'person') return new Promise(() => {})
      now += ms
      return Promise.resolve()
    },
    /** The same for a program that only sleeps. */
    sleep: (ms) => clock.wait(ms),
  }
  return clock
}
