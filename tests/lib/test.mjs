/**
 * node:test with a time limit on each test: a test that hangs fails with its name, and the next one runs. After each test,
 * no secret may be anywhere but in requests.
 */
import test from 'node:test'
import { assertNoLeaks, begin } from './canary.mjs'

export { after, before, describe } from 'node:test'

export const LIMIT_MS = Number(process.env.TEST_LIMIT_MS ?? 60_000)

/** `test(name, run)` or `test(name, { timeout, skip, … }, run)`, as in node:test. */
export default function testWithLimit(name, ...rest) {
  const run = rest.pop()
  return test(name, { timeout: LIMIT_MS, ...rest[0] }, async (t) => {
    // node:test's own timer does not keep the process alive, and a test may wait for nothing that does.
    const alive = setInterval(() => {}, LIMIT_MS)
    const end = begin()
    t.signal.addEventListener('abort', () => {
      clearInterval(alive)
      end()
    })
    let hasPassed = false
    try {
      const result = await run(t)
      await assertNoLeaks()
      hasPassed = true
      return result
    } finally {
      clearInterval(alive)
      // What the test's own `t.after` does comes before this.
      t.after(() => (hasPassed ? assertNoLeaks(false).finally(end) : void end()))
    }
  })
}

export { testWithLimit as test }
