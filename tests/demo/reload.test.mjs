/** Flows that a reload interrupts: they can be resumed, and submit nothing twice. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

test('a flow at a challenge can be resumed after a reload', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call')
  await visitor.waitForRound()
  await visitor.choose('(•••) •••-4821', 'Text')
  await visitor.waitForRound(2)

  await visitor.reload()
  assert.ok(await visitor.page.locator('input[value="text_or_call"]').isChecked())
  await visitor.click('#resume')
  await visitor.answer('123456', 2)
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { liveStarts, answers, tokensMinted } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, answers, tokensMinted }, { liveStarts: 1, answers: 2, tokensMinted: 1 })
})

test('a flow that waits for the bank can be resumed after a reload', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_pending')
  await visitor.waitForState('waiting')
  await visitor.reload()
  await visitor.click('#resume')
  await visitor.skipWait()
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).liveStarts, 1)
})

for (const [mode, counter] of Object.entries({ live: 'liveStarts', credentials: 'credentials' })) {
  test(`a start (${mode}) that was in progress at the reload is not sent again`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode, fault: ['hang', 'start'] })
    await visitor.waitForVendor(counter)
    await visitor.reload()
    await visitor.click('#resume')
    const { code, next, retryMinutes } = await visitor.readOutcome()
    assert.deepEqual({ code, next }, { code: 'outcome-unknown', next: 'retry-later' })
    assert.ok(retryMinutes > 0)
    assert.equal((await visitor.vendorCounts())[counter], 1)
  })
}

test('an answer that was in progress at the reload is not sent again, and the flow reads the cached data', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['hang', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.waitForVendor('answers')
  await visitor.reload()
  await visitor.click('#resume')
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { answers, liveStarts, cachedStarts } = await visitor.vendorCounts()
  assert.deepEqual({ answers, liveStarts, cachedStarts }, { answers: 1, liveStarts: 1, cachedStarts: 1 })
})

test('a challenge that is resumed after a reload still expires', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.waitForRound()
  await visitor.reload()
  await visitor.click('#resume')
  await visitor.waitForRound()
  await visitor.click('#skip-to-expiry')
  assert.equal((await visitor.readOutcome()).code, 'session-expired')
})

test('a discarded flow is not offered again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.waitForRound()
  await visitor.reload()
  await visitor.click('#discard')
  await visitor.reload()
  assert.equal(await visitor.page.locator('#resume').count(), 0)
})

test('after an ending a reload offers no flow, and the window stores no token', async (t) => {
  const visitor = await visit(t)
  await visitor.start('greatday_nomfa')
  await visitor.readOutcome()
  const { flow, tokens } = await visitor.storedState()
  assert.deepEqual({ flow, tokens }, { flow: null, tokens: {} })
  await visitor.reload()
  assert.equal(await visitor.page.locator('#resume').count(), 0)
})

test('the stored state contains no answer and no password', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call', { mode: 'credentials' })
  await visitor.waitForRound()
  await visitor.choose('(•••) •••-4821', 'Call')
  await visitor.waitForRound(2)
  await visitor.field.fill('123456')
  const { flow } = await visitor.storedState()
  assert.ok(flow.snapshot)
  for (const secret of ['Everyday', '123456']) assert.ok(!JSON.stringify(flow).includes(secret), secret)
})
