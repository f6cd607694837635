/** A virtual clock: time advances to the next wait as soon as nothing else runs. */
export function clockOf(isBusy) {
  let now = 0
  const sleepers = new Set()
  function reach(time) {
    now = Math.max(now, time)
    for (const sleeper of [...sleepers]) {
      if (sleeper.at > now) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
  return {
    now: () => now,
    reach,
    wait: (ms, signal, waitsFor) =>
      new Promise((wake) => {
        const sleeper = { at: now + ms, wake }
        sleepers.add(sleeper)
        signal.addEventListener('abort', () => sleepers.delete(sleeper), { once: true })
        // The wait may be over already. A request that waits for a turn of this process is woken by the turn.
        setTimeout(() => {
          if (sleepers.has(sleeper) && (waitsFor === 'vendor' || !isBusy())) reach(sleeper.at)
        })
      }),
  }
}
