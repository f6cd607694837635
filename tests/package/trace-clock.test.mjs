/** The times of a trace with a clock that is set back, or that is broken. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { LIVE, person, setup, untilStep } from './setup.mjs'

/** A flow that asks a question, with a clock that `setNow` replaces. */
async function askingFlow(t) {
  const env = setup(t)
  const { clock: real } = env.bank
  let now = () => real.now()
  const clock = { now: () => now(), wait: (...args) => real.wait(...args) }
  const flow = env.start(LIVE(person('Greatday')), { clock })
  return { flow, step: await untilStep(flow, 'challenge'), real, setNow: (next) => (now = next) }
}

test('a clock that is set back makes no time of a trace negative', async (t) => {
  const { flow, step, real, setNow } = await askingFlow(t)
  real.advance(2_000)
  await assert.rejects(step.answer({}))
  setNow(() => real.now() - 3_600_000)
  await assert.rejects(step.answer({}))
  real.advance(1_000)
  flow.cancel()
  const { events, times, duration } = flow.trace()
  assert.deepEqual([times, duration], [{ person: 3_000, vendor: 0, waiting: 0, host: 0 }, 3_000])
  assert.deepEqual([events.at(-2).at, events.at(-2).lastAt, events.at(-1).at], [2_000, 2_000, 3_000])
})

for (const broken of [NaN, 5n, undefined]) {
  test(`a clock that returns ${broken} leaves the times of a trace as they were`, async (t) => {
    const { flow, real, setNow } = await askingFlow(t)
    real.advance(2_000)
    const { times } = flow.trace()
    setNow(() => broken)
    assert.deepEqual(flow.trace().times, times)
    flow.cancel()
    assert.equal(flow.current.kind, 'failed')
    assert.deepEqual(flow.trace().times, times)
  })
}
