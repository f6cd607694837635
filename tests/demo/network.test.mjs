/** Flows that meet an error of the network, of the vendor's servers or of the browser. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

/** The outcome of a lost live start cannot be found out, and it must not be sent again. */
const UNKNOWN = { code: 'outcome-unknown', next: 'retry-later', retryMinutes: 8 }

/** Each fault of a live start: the calls in the log, and the ending. */
const FAULTS = {
  'lost-reply': [['lost 200'], UNKNOWN],
  html: [['ok 200'], UNKNOWN],
  broken: [['error 500'], UNKNOWN],
  'huge-body': [['interim 203'], UNKNOWN],
  busy: [['error 429'], { code: 'busy', next: 'retry-later', retryMinutes: 1 }],
  redirect: [['error 0'], { code: 'redirected', next: 'fix-integration', retryMinutes: null }],
}

for (const [fault, [calls, expected]] of Object.entries(FAULTS)) {
  test(`a live start with the fault ${fault} fails with ${expected.code}, and is not sent again`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode: 'credentials', fault: [fault, 'start'] })
    const { ending, code, next, retryMinutes } = await visitor.readOutcome()
    assert.deepEqual({ ending, code, next, retryMinutes }, { ending: 'failed', ...expected })
    assert.deepEqual(await visitor.vendorCalls(), calls)
    assert.equal((await visitor.vendorCounts()).credentials, 1)
  })
}

test('a cached start that gets HTML is repeated with a new token', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'cached', fault: ['html', 'start'] })
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['ok 200', 'ok 200'])
  const { cachedStarts, tokensMinted } = await visitor.vendorCounts()
  assert.deepEqual({ cachedStarts, tokensMinted }, { cachedStarts: 2, tokensMinted: 2 })
})

test('if the reply to an answer is lost, the flow reads the cached data and does not send the answer again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['lost-reply', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203', 'lost 200', 'ok 200'])
  const { answers, cachedStarts, polls } = await visitor.vendorCounts()
  assert.deepEqual({ answers, cachedStarts, polls }, { answers: 1, cachedStarts: 1, polls: 0 })
})

test('if AuthorizeAsync is activated and the reply to an answer is lost, the flow polls the vendor', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { authorizeAsync: true, fault: ['lost-reply', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { answers, cachedStarts, polls } = await visitor.vendorCounts()
  assert.deepEqual({ answers, cachedStarts, polls }, { answers: 1, cachedStarts: 0, polls: 1 })
})

test('if an answer is lost, the flow fails with outcome-unknown and a time to retry', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { fault: ['lost-request', 'answer'] })
  await visitor.answer('Montreal')
  await visitor.skipWait()
  const { ending, code, next, retryMinutes } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next, retryMinutes }, { ending: 'failed', ...UNKNOWN })
  assert.equal((await visitor.vendorCounts()).answers, 1)
})

test('if cross-origin requests are blocked, the flow fails with unreachable and sends nothing', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'credentials', corsBlocked: true })
  const { ending, code, next, message } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'unreachable', next: 'retry-later' })
  assert.match(message, /cross-origin/)
  const { liveStarts, cachedStarts, credentials } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, cachedStarts, credentials }, { liveStarts: 0, cachedStarts: 0, credentials: 0 })
})

test('once cross-origin requests are allowed again, a flow works', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { corsBlocked: true })
  assert.equal((await visitor.readOutcome()).code, 'unreachable')
  await visitor.page.locator('[name="corsBlocked"]').uncheck()
  await visitor.click('#start')
  await visitor.waitForRound()
})

for (const fault of ['lost-reply', 'busy']) {
  test(`if the token request fails (${fault}), nothing is sent to the vendor`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { fault: [fault, 'token'] })
    const { ending, code } = await visitor.readOutcome()
    assert.deepEqual({ ending, code }, { ending: 'failed', code: 'host-error' })
    const log = (await visitor.requestLog()).map(({ to, status }) => [to, status])
    assert.deepEqual(log, [['own-server', '502']])
  })
}
