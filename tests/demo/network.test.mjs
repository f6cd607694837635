/** What the network, the vendor's servers or the browser do wrong, and how a flow ends after that. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { visit } from './bench.mjs'

/** A live start that is lost cannot be asked about, and must not be sent again. */
const unclear = { code: 'outcome-unknown', next: 'retry-later', retry: 'in 8 minutes' }

/** What happens to a live start, how each call is shown, and how that ends. */
const starts = {
  'lost-reply': [['lost 200'], unclear],
  html: [['ok 200'], unclear],
  broken: [['refused 500'], unclear],
  'huge-body': [['more 203'], unclear],
  busy: [['refused 429'], { code: 'busy', next: 'retry-later', retry: 'in 1 minute' }],
  redirect: [['refused 0'], { code: 'redirected', next: 'fix-integration', retry: undefined }],
}

for (const [fault, [calls, expected]] of Object.entries(starts)) {
  test(`a live start that meets the fault ${fault} ends in ${expected.code}, and is not sent again`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode: 'credentials', fault: [fault, 'start'] })
    const { ending, code, next, 'retry-at': retryAt } = await visitor.ended()
    assert.deepEqual({ ending, code, next, retry: retryAt?.match(/, (in .*)$/)[1] }, { ending: 'failed', ...expected })
    assert.deepEqual(await visitor.calls(), calls)
    assert.equal((await visitor.counts()).credentials, 1)
  })
}

test('a cached start that meets a web page is repeated with a new token, and leads to the end', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'cached', fault: ['html', 'start'] })
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(await visitor.calls(), ['ok 200', 'ok 200'])
  const { cachedStarts, tokensMinted } = await visitor.counts()
  assert.deepEqual({ cachedStarts, tokensMinted }, { cachedStarts: 2, tokensMinted: 2 })
})

test('an answer whose reply is lost is looked for, not sent again: the bank had heard it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['lost-reply', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(await visitor.calls(), ['more 203', 'lost 200', 'ok 200'])
  const { answers, cachedStarts, polls } = await visitor.counts()
  assert.deepEqual({ answers, cachedStarts, polls }, { answers: 1, cachedStarts: 1, polls: 0 })
})

test('where AuthorizeAsync is activated, the vendor itself is asked about a lost answer', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { async: true, fault: ['lost-reply', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  const { answers, cachedStarts, polls } = await visitor.counts()
  assert.deepEqual({ answers, cachedStarts, polls }, { answers: 1, cachedStarts: 0, polls: 1 })
})

test('an answer that nobody can say anything about ends in outcome-unknown, with a time to come back', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['lost-request', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.hurry()
  const { ending, code, next, 'retry-at': retryAt } = await visitor.ended()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'outcome-unknown', next: 'retry-later' })
  assert.match(retryAt, /, in 8 minutes$/)
  assert.equal((await visitor.counts()).answers, 1)
})

test('where cross-origin calls are forbidden, a flow ends in unreachable before anything is submitted', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'credentials', forbid: true })
  const { ending, code, next } = await visitor.ended()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'unreachable', next: 'retry-later' })
  assert.match(await visitor.outcome.locator('h3').textContent(), /cross-origin/)
  const { liveStarts, cachedStarts, credentials } = await visitor.counts()
  assert.deepEqual({ liveStarts, cachedStarts, credentials }, { liveStarts: 0, cachedStarts: 0, credentials: 0 })
})

test('allowed again, cross-origin calls work at once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { forbid: true })
  assert.equal((await visitor.ended()).code, 'unreachable')
  await visitor.page.locator('[name="forbid"]').uncheck()
  await visitor.press('#start')
  await visitor.asked()
})

for (const fault of ['lost-reply', 'busy']) {
  test(`without a token (${fault}) nothing is sent to the vendor`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { fault: [fault, 'token'] })
    const { ending, code } = await visitor.ended()
    assert.deepEqual({ ending, code }, { ending: 'failed', code: 'unreachable' })
    const log = (await visitor.log()).map(({ to, status }) => [to, status])
    assert.deepEqual(log, [['own-server', '502']])
  })
}
