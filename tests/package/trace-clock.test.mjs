/** What the times of a trace are, also with a clock that is set back, or that is broken. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { app } from '../lib/package.mjs'
import { LIVE, person, setup, untilStep } from './setup.mjs'

const { Recorder } = await import(pathToFileURL(join(app, 'node_modules/bank-mfa/dist/flow/recorder.js')))

/** A recorder of an edge's page, or of a vendor's flow, whose calls take 100 ms. */
function recording(vendor) {
  let now = 0
  const recorder = new Recorder({ clock: { now: () => now }, onEvent: undefined, vendor }, false)
  const request = { method: 'GET', url: 'https://a.example/status' }
  const pass = (ms) => (now += ms)
  const call = (read = () => ({})) => recorder.call(request, async () => pass(100), read)
  return { recorder, pass, call }
}

/** A flow that asks a question, with a clock that `setNow` replaces. */
async function askingFlow(t) {
  const env = setup(t)
  const { clock: real } = env.bank
  let now = () => real.now()
  const clock = { now: () => now(), wait: (...args) => real.wait(...args) }
  const flow = env.start(LIVE(person('Greatday')), { clock })
  return { flow, step: await untilStep(flow, 'challenge'), real, setNow: (next) => (now = next) }
}

test('the time of a call is the vendor’s, and the time around it the host’s', async () => {
  const { recorder, pass, call } = recording('flinks')
  pass(1)
  await call()
  pass(10)
  assert.deepEqual(recorder.trace().times, { person: 0, vendor: 100, waiting: 0, host: 11 })
})

test('a page does not know what its edge waits for, and calls it the vendor', async () => {
  const { recorder, pass, call } = recording(null)
  pass(1)
  await call()
  pass(10)
  assert.deepEqual(recorder.trace().times, { person: 0, vendor: 111, waiting: 0, host: 0 })
})

test('the time of a call while the user is asked is the user’s', async () => {
  const { recorder, call } = recording('mx')
  recorder.step({ kind: 'challenge', round: { number: 1, refused: false, challenges: [] } })
  await call()
  assert.deepEqual(recorder.trace().times, { person: 100, vendor: 0, waiting: 0, host: 0 })
})

test('a call that ends after its flow is neither read nor recorded', async () => {
  const { recorder, call } = recording('mx')
  recorder.step({ kind: 'done' })
  const { events } = recorder.trace()
  await call(() => assert.fail('it is read'))
  assert.deepEqual(recorder.trace().events, events)
})

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

const fails = () => {
  throw new Error('the clock is gone')
}
for (const broken of [() => NaN, () => 5n, () => undefined, fails]) {
  test(`the clock ${`${broken}`.replace(/\s+/g, ' ')} leaves the times of a trace as they were`, async (t) => {
    const { flow, real, setNow } = await askingFlow(t)
    real.advance(2_000)
    const { times } = flow.trace()
    setNow(broken)
    assert.deepEqual(flow.trace().times, times)
    flow.cancel()
    assert.equal(flow.current.kind, 'failed')
    assert.deepEqual(flow.trace().times, times)
  })
}
