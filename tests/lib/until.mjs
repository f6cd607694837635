/**
 * Waits until `condition()` gives a truthy value, and returns that value. A condition may be async.
 * After `limitMs` of real time it throws an error with `name`.
 */
export async function until(condition, name, { limitMs = 10_000 } = {}) {
  // Mocked timers and the virtual clock change neither of these two.
  const deadline = performance.now() + limitMs
  for (;;) {
    const value = await condition()
    if (value) return value
    if (performance.now() > deadline) throw new Error(`timeout after ${limitMs} ms: ${name}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}
