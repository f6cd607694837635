/** node:test with a time limit on each test: a test that hangs fails with its name, and the next one runs. */
import test from 'node:test'

export { after, before, describe } from 'node:test'

export const LIMIT_MS = Number(process.env.TEST_LIMIT_MS ?? 60_000)

/** `test(name, run)` or `test(name, { timeout, skip, … }, run)`, as in node:test. */
export default function testWithLimit(name, ...rest) {
  const run = rest.pop()
  return test(name, { timeout: LIMIT_MS, ...rest[0] }, async (t) => {
    // node:test's own timer does not keep the process alive, and a test may wait for nothing that does.
    const alive = setInterval(() => {}, LIMIT_MS)
    t.signal.addEventListener('abort', () => clearInterval(alive))
    try {
      return await run(t)
    } finally {
      clearInterval(alive)
    }
  })
}

export { testWithLimit as test }
