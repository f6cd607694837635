/** Time that passes: for the person, for the bank, and for whoever has enough of it and cancels. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { visit } from './bench.mjs'

test('after eight minutes without an answer the session has expired, and nothing is sent', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.asked()
  assert.match(await visitor.round.getByRole('timer').textContent(), /^Your bank waits (8:00|7:5\d) more$/)
  await visitor.press('#expire')
  const { ending, code, next } = await visitor.ended()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'session-expired', next: 'start-over' })
  assert.deepEqual(await visitor.calls(), ['more 203'])
})

test('a bank that works on is asked again after a while, until it has done', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_pending')
  await visitor.reaches('waiting')
  assert.match(await visitor.page.getByRole('timer').textContent(), /^Next look in 0:\d\d$/)
  await visitor.hurry()
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(await visitor.calls(), ['more 202', 'more 202', 'ok 200'])
})

test('a bank that never comes to an end is given up after the time it documents', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_for_ever')
  for (let looks = 0; looks < 6; looks += 1) await visitor.hurry('#skip-long')
  const { ending, code, next, 'retry-at': retryAt } = await visitor.ended()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'timed-out', next: 'retry-later' })
  assert.match(retryAt, /, in \d+ minutes$/)
})

/** Where a flow can be cancelled: how to come there, and what is to be done after. */
const cancelled = {
  'at a challenge': ['asking', 'start-over', 'Greatday', {}],
  'while it waits for the bank': ['waiting', 'start-over', 'slow_pending', { mode: 'cached' }],
  'while the start is on its way': ['sending', 'retry-later', 'Greatday', { fault: ['hang', 'start'] }],
}

for (const [when, [state, next, ...setup]] of Object.entries(cancelled)) {
  test(`cancelled ${when}, a flow is over at once: ${next}`, async (t) => {
    const visitor = await visit(t)
    await visitor.start(...setup)
    await visitor.received(setup[1].mode === 'cached' ? 'cachedStarts' : 'liveStarts')
    await visitor.reaches(state)
    await visitor.press('#cancel')
    const { ending, code, ...facts } = await visitor.ended()
    assert.deepEqual({ ending, code, next: facts.next }, { ending: 'failed', code: 'cancelled', next })
    assert.equal(facts['retry-at'] === undefined, next !== 'retry-later')
    assert.equal((await visitor.calls()).length, 1)
  })
}
