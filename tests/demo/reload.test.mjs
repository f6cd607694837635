/** A page that is reloaded in the middle of a flow: taken up again, and nothing submitted twice. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { visit } from './bench.mjs'

test('a flow that stands at a challenge is taken up after a reload, and goes on to its end', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call')
  await visitor.asked()
  await visitor.tick('(•••) •••-4821', 'Text')
  await visitor.asked(2)

  await visitor.reload()
  assert.ok(await visitor.page.locator('input[value="text_or_call"]').isChecked())
  await visitor.press('#restore')
  await visitor.answer('123456', 2)
  assert.equal((await visitor.ended()).ending, 'done')
  const { liveStarts, answers, tokensMinted } = await visitor.counts()
  assert.deepEqual({ liveStarts, answers, tokensMinted }, { liveStarts: 1, answers: 2, tokensMinted: 1 })
})

test('a flow that waits for the bank is taken up after a reload', async (t) => {
  const visitor = await visit(t)
  await visitor.start('slow_pending')
  await visitor.reaches('waiting')
  await visitor.reload()
  await visitor.press('#restore')
  await visitor.hurry()
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).liveStarts, 1)
})

for (const [mode, sent] of Object.entries({ live: 'liveStarts', credentials: 'credentials' })) {
  test(`a start (${mode}) that was on its way at the reload is not sent again`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode, fault: ['hang', 'start'] })
    await visitor.received(sent)
    await visitor.reload()
    await visitor.press('#restore')
    const { code, next, 'retry-at': retryAt } = await visitor.ended()
    assert.deepEqual({ code, next }, { code: 'outcome-unknown', next: 'retry-later' })
    assert.match(retryAt, /, in \d+ minutes$/)
    assert.equal((await visitor.counts())[sent], 1)
  })
}

test('an answer that was on its way at the reload is looked for, and not sent again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['hang', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.received('answers')
  await visitor.reload()
  await visitor.press('#restore')
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  const { answers, liveStarts, cachedStarts } = await visitor.counts()
  assert.deepEqual({ answers, liveStarts, cachedStarts }, { answers: 1, liveStarts: 1, cachedStarts: 1 })
})

test('a challenge that is taken up after a reload still expires', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.asked()
  await visitor.reload()
  await visitor.press('#restore')
  await visitor.asked()
  await visitor.press('#expire')
  assert.equal((await visitor.ended()).code, 'session-expired')
})

test('a flow that is forgotten is not offered again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.asked()
  await visitor.reload()
  await visitor.press('#forget')
  await visitor.reload()
  assert.equal(await visitor.page.locator('#restore').count(), 0)
})

test('after an ending a reload offers nothing, and a window keeps no token', async (t) => {
  const visitor = await visit(t)
  await visitor.start('greatday_nomfa')
  await visitor.ended()
  const { flow, tokens } = await visitor.kept()
  assert.deepEqual({ flow, tokens }, { flow: null, tokens: {} })
  await visitor.reload()
  assert.equal(await visitor.page.locator('#restore').count(), 0)
})

test('what a window keeps for a reload holds no answer and no password', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call', { mode: 'credentials' })
  await visitor.asked()
  await visitor.tick('(•••) •••-4821', 'Call')
  await visitor.type('123456', 2)
  const { flow } = await visitor.kept()
  assert.ok(flow.snapshot)
  for (const secret of ['Everyday', '123456']) assert.ok(!JSON.stringify(flow).includes(secret), secret)
})
