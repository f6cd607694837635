/** Flows in which time passes: expiry, polling, time limits and cancelling. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

test('a challenge expires after eight minutes, and nothing is sent', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.waitForRound()
  assert.match(await visitor.round.getByRole('timer').textContent(), /^Time left to answer: (8:00|7:5\d)$/)
  await visitor.click('#skip-to-expiry')
  const { ending, code, next } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'session-expired', next: 'start-over' })
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203'])
})

test('the flow polls a slow bank until it has finished', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_pending')
  await visitor.waitForState('waiting')
  assert.match(await visitor.page.getByRole('timer').textContent(), /^Next check in 0:\d\d$/)
  await visitor.skipWait()
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['interim 202', 'interim 202', 'ok 200'])
})

test('a bank that never finishes makes the flow time out', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_for_ever')
  await visitor.skipWaitsUntil('#outcome', '#skip-five-minutes')
  const { ending, code, next, 'retry-at': retryAt } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'timed-out', next: 'retry-later' })
  assert.match(retryAt, /, in \d+ minutes$/)
})

/** States in which a flow can be cancelled: the state, the next action, and how to start it. */
const CANCELLED = {
  'at a challenge': ['asking', 'start-over', 'Greatday', {}],
  'while it waits for the bank': ['waiting', 'start-over', 'slow_pending', { mode: 'cached' }],
  'while the start request is in progress': ['sending', 'retry-later', 'Greatday', { fault: ['hang', 'start'] }],
}

for (const [when, [state, next, ...setup]] of Object.entries(CANCELLED)) {
  test(`a flow that is cancelled ${when} fails at once, with next action ${next}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(...setup)
    await visitor.waitForVendor(setup[1].mode === 'cached' ? 'cachedStarts' : 'liveStarts')
    await visitor.waitForState(state)
    await visitor.click('#cancel')
    const { ending, code, ...facts } = await visitor.readOutcome()
    assert.deepEqual({ ending, code, next: facts.next }, { ending: 'failed', code: 'cancelled', next })
    assert.equal(facts['retry-at'] === undefined, next !== 'retry-later')
    assert.equal((await visitor.vendorCalls()).length, 1)
  })
}
