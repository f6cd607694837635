/** A clock in which nobody waits: time moves on at once where nothing else is under way. */
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
        // What it waits for may have happened already, and then it does not wait. A request that waits while its flow is
        // under way in this process is woken by the flow.
        setTimeout(() => {
          if (sleepers.has(sleeper) && (waitsFor === 'vendor' || !isBusy())) reach(sleeper.at)
        })
      }),
  }
}
