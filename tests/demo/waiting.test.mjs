/** Flows in which time passes: expiry, polling, time limits and cancelling. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'
import { ENDED } from './visitor.mjs'

test('a challenge expires after eight minutes, and nothing is sent', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.waitForRound()
  assert.match(await visitor.element.getByRole('timer').textContent(), /^Time left to answer: (8 min|7 min 5\d sec)/)
  await visitor.click('#skip-to-expiry')
  const { ending, code, next } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'session-expired', next: 'start-over' })
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203'])
})

test('the flow polls a slow bank until it has finished', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_pending')
  await visitor.waitForState('waiting')
  await visitor.element.getByText(/^Next check in \d+ sec$/).waitFor()
  await visitor.skipWait()
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['interim 202', 'interim 202', 'ok 200'])
})

test('a bank that never finishes makes the flow time out', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_for_ever')
  await visitor.skipWaitsUntil(ENDED, '#skip-five-minutes')
  const { ending, code, next, retryMinutes } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'timed-out', next: 'retry-later' })
  assert.ok(retryMinutes > 0)
})

/** States in which a flow can be cancelled: the state, the next action, and how to start it. */
const CANCELLED = {
  'at a challenge': ['challenge', 'start-over', 'Greatday', {}],
  'while it waits for the bank': ['waiting', 'start-over', 'slow_pending', { mode: 'cached' }],
  'while the start request is in progress': ['working', 'retry-later', 'Greatday', { fault: ['hang', 'start'] }],
}

for (const [when, [state, next, ...setup]] of Object.entries(CANCELLED)) {
  test(`a flow that is cancelled ${when} fails at once, with next action ${next}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(...setup)
    await visitor.waitForVendor(setup[1].mode === 'cached' ? 'cachedStarts' : 'liveStarts')
    await visitor.waitForState(state)
    await visitor.cancelButton.click()
    const { ending, code, retryMinutes, ...failure } = await visitor.readOutcome()
    assert.deepEqual({ ending, code, next: failure.next }, { ending: 'failed', code: 'cancelled', next })
    assert.equal(retryMinutes === null, next !== 'retry-later')
    assert.equal((await visitor.vendorCalls()).length, 1)
  })
}

test('a person without a code starts over, and the second session brings the code', async (t) => {
  const visitor = await visit(t)
  await visitor.start('code_never_comes')
  await visitor.waitForRound()
  await visitor.page.getByText('I got no code').click()
  await visitor.element.getByText(/^Your bank allows the next try in (8 min|7 min 5\d sec)/).waitFor()
  await visitor.element.getByRole('button', { name: 'Start again' }).click()
  await visitor.waitForState('waiting')
  await visitor.skipWaits(2)
  await visitor.waitForRound(2)
  await visitor.field.fill('123456')
  await visitor.sendButton.click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { liveStarts, answers } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, answers }, { liveStarts: 2, answers: 1 })
})

test('a person without a code starts over in French, at the edge', async (t) => {
  const visitor = await visit(t)
  await visitor.start('code_never_comes', { runtime: 'edge', language: 'fr' })
  await visitor.waitForRound()
  await visitor.page.getByText('Je n’ai pas reçu de code').click()
  await visitor.element.getByRole('button', { name: 'Recommencer' }).click()
  await visitor.waitForState('waiting')
  await visitor.element.getByText(/^Votre banque permet le prochain essai dans/).waitFor()
})
