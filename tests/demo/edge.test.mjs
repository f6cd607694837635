/** Flows that run at the edge, on Durable Objects, while the page follows them. */
import assert from 'node:assert/strict'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import test from '../lib/test.mjs'
import { pageUrl, person, visit } from './fixtures.mjs'

const EDGE = { runtime: 'edge' }

/** The simulator's keys for the seed of the demo. */
const { secretKey, mx } = simulator({ seed: 1 })
const KEYS = [secretKey, mx.key.clientId, mx.key.apiKey, btoa(`${mx.key.clientId}:${mx.key.apiKey}`)]

/** Records the URL of each call, and the headers and bodies of the page's requests and replies. */
async function recordTraffic({ page }) {
  const urls = []
  page.on('request', (request) => request.resourceType() === 'fetch' && urls.push(request.url()))
  await page.evaluate(() => {
    const originalFetch = window.fetch
    const texts = []
    window.stopRecording = () => {
      window.fetch = originalFetch
      return texts.join('\n')
    }
    window.fetch = async (input, init) => {
      const request = new Request(input, init)
      // The control routes of the simulator are not part of a flow.
      if (request.url.includes('/control')) return originalFetch(request)
      texts.push(request.url, ...[...request.headers].flat(), await request.clone().text())
      const response = await originalFetch(request)
      texts.push(...[...response.headers].flat())
      // In chunks, because the page closes an event stream before its end.
      const write = (text) => void texts.push(text)
      const chunks = response.clone().body.pipeThrough(new TextDecoderStream())
      chunks.pipeTo(new WritableStream({ write })).catch(() => {})
      return response
    }
  })
  return async () => ({ urls, text: await page.evaluate(() => stopRecording()) })
}

/** The page called only the edge and the control routes. The traffic contains the whole flow, but no key and no secret. */
function assertNoSecrets({ urls, text }, answer, secrets) {
  for (const url of urls) assert.ok(url.startsWith(`${pageUrl}edge/`) || url.includes('/control'), url)
  assert.ok(text.includes(`"${answer}"`) && text.includes('"kind":"challenge"') && text.includes('"kind":"done"'))
  for (const secret of [...secrets, ...KEYS]) assert.ok(!text.includes(secret), secret)
}

test('a Flinks flow at the edge succeeds, and the page receives no LoginId, RequestId or key', async (t) => {
  const visitor = await visit(t)
  const readTraffic = await recordTraffic(visitor)
  await visitor.start('Greatday', EDGE)
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  const { ending, institution, ...facts } = await visitor.readOutcome()
  assert.deepEqual([ending, institution], ['done', 'FlinksCapital'])
  assert.deepEqual([facts.loginId, facts.requestId], [undefined, undefined])
  const { answers, liveStarts, tokensMinted, answersByRequestId } = await visitor.vendorCounts()
  assert.deepEqual([answers, liveStarts, tokensMinted], [2, 1, 1])
  const requestIds = Object.keys(answersByRequestId)
  assert.ok(requestIds.length > 0)
  assertNoSecrets(await readTraffic(), 'Canada', [person('Greatday').loginId, ...requestIds])
  await visitor.page.getByRole('tab', { name: 'Requests' }).click()
  assert.ok(await visitor.page.locator('#edge-note').isVisible())
})

test('an MX flow at the edge succeeds, and the page receives no guid or key', async (t) => {
  const visitor = await visit(t)
  const readTraffic = await recordTraffic(visitor)
  const { memberGuid, userGuid } = mx.member('text')
  await visitor.start('text', { vendor: 'mx', ...EDGE })
  await visitor.skipWaits()
  await visitor.answer('Chicago')
  await visitor.skipWaits(2)
  const { ending, connectionStatus: status, memberGuid: guid } = await visitor.readOutcome()
  assert.deepEqual([ending, status, guid], ['done', 'CONNECTED', undefined])
  const { broken, answers, jobs } = await visitor.vendorCounts()
  assert.deepEqual({ broken, answers, jobs }, { broken: {}, answers: 1, jobs: 1 })
  assertNoSecrets(await readTraffic(), 'Chicago', [memberGuid, userGuid])
})

test('a reconnect at the edge works in the Connect iframe and on the Connect page', async (t) => {
  const visitor = await visit(t)
  const { page, connect } = visitor
  const assertLive = async () => {
    const { ending, method, health } = await visitor.readOutcome()
    assert.deepEqual([ending, method, health], ['done', 'mid-session', 'live'])
  }
  await visitor.start('Greatday', { ...EDGE, mode: 'reconnect' })
  await connect.getByLabel('Your answer').waitFor()
  await visitor.answerConnect('Montreal')
  await assertLive()
  assert.ok(!(await page.locator('#requests').textContent()).includes(person('Greatday').loginId))

  await visitor.start('Greatday', { ...EDGE, mode: 'reconnect', presentation: 'page' })
  await visitor.click('#leave')
  await visitor.answerConnect('Montreal', page)
  await visitor.waitUntilReady()
  assert.equal(page.url(), `${pageUrl}#flinks/Greatday?runtime=edge&start=reconnect&answer=page`)
  await assertLive()
  assert.ok(await page.locator('#problem').isHidden())
})

test('an answer that is submitted offline is sent once the network is back, and only once', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday', EDGE)
  await visitor.field.fill('Montreal')
  await page.context().setOffline(true)
  try {
    await visitor.sendButton.click()
    await page.locator('#requests [data-outcome="lost"]', { hasText: '/answer' }).waitFor({ state: 'attached' })
    assert.equal((await visitor.vendorCounts()).answers, 0)
  } finally {
    await page.context().setOffline(false)
  }
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).answers, 1)
})

test('the page shows new steps of a flow once the network is back', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('slow_pending', EDGE)
  await visitor.waitForState('waiting')
  await page.context().setOffline(true)
  try {
    // Chromium keeps an open stream when it goes offline. The page opens a new one when the tab becomes visible.
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
    await page.locator('#requests [data-outcome="lost"]').first().waitFor({ state: 'attached' })
    assert.equal(await page.locator('body').getAttribute('data-state'), 'waiting')
  } finally {
    await page.context().setOffline(false)
  }
  await visitor.skipWaits()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).liveStarts, 1)
})

test('after a reload the page resumes the flow with only its stored handle', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call', EDGE)
  await visitor.waitForRound()
  await visitor.choose('(•••) •••-4821', 'Text')
  await visitor.waitForRound(2)
  const { flow, tokens } = await visitor.storedState()
  assert.match(flow.snapshot, /^[\w-]{43}\.[0-9a-f]{32}$/)
  assert.deepEqual(tokens, {})

  await visitor.reload()
  await visitor.click('#resume')
  await visitor.answer('123456', 2)
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { liveStarts, answers, tokensMinted } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, answers, tokensMinted }, { liveStarts: 1, answers: 2, tokensMinted: 1 })
})

test('a flow that is discarded after a reload is cancelled at the edge, and the next start does not join it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', EDGE)
  await visitor.waitForRound()
  const { flow } = await visitor.storedState()
  await visitor.reload()
  const cancelled = visitor.page.waitForResponse((response) => response.url().endsWith('/cancel'))
  await visitor.click('#discard')
  await cancelled
  await visitor.click('#start')
  await visitor.waitForRound()
  assert.notEqual((await visitor.storedState()).flow.snapshot, flow.snapshot)
  await visitor.answer('Montreal')
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).liveStarts, 2)
})

test('if two tabs answer the same round, one answer is sent and both show its outcome', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', EDGE)
  await visitor.waitForRound()
  const second = await visitor.openSecondTab()
  await second.click('#resume')
  const tabs = [visitor, second]
  for (const tab of tabs) await tab.field.fill('Montreal')

  // Holds both requests until both tabs have sent one.
  const bodies = []
  let release
  const bothSent = new Promise((resolve) => (release = resolve))
  const context = visitor.page.context()
  await context.route('**/answer', async (route) => {
    if (bodies.push(route.request().postData()) === 2) release()
    await bothSent
    await route.continue()
  })
  await Promise.all(tabs.map((tab) => tab.sendButton.click()))
  const endings = await Promise.all(tabs.map((tab) => tab.readOutcome()))
  await context.unroute('**/answer')
  assert.equal(bodies.length, 2)
  assert.equal(bodies[0], bodies[1])
  assert.equal(endings[0].ending, 'done')
  assert.deepEqual(endings[0], endings[1])
  const { answers, liveStarts } = await visitor.vendorCounts()
  assert.deepEqual({ answers, liveStarts }, { answers: 1, liveStarts: 1 })
})

test('the keyboard can choose the edge, which offers no start that needs credentials', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const modes = () => page.locator('[name="mode"]:visible').evaluateAll((all) => all.map(({ value }) => value))
  await page.locator('[name="mode"][value="credentials"]').check()
  await page.locator('[name="runtime"][value="page"]').focus()
  await page.keyboard.press('ArrowRight')
  assert.ok(await page.locator('[name="runtime"][value="edge"]').isChecked())
  assert.deepEqual(await modes(), ['live', 'cached', 'ask', 'reconnect', 'link'])
  assert.ok(await page.locator('[name="mode"][value="live"]').isChecked())
  await page.locator('[name="vendor"][value="flinks"]').focus()
  await page.keyboard.press('ArrowRight')
  await visitor.selectPerson('text')
  const memberStarts = page.locator('[name="memberStart"]:enabled')
  assert.deepEqual(await memberStarts.evaluateAll((all) => all.map(({ value }) => value)), ['aggregate', 'ask'])
  await page.locator('[name="runtime"][value="edge"]').focus()
  await page.keyboard.press('ArrowLeft')
  assert.equal(await memberStarts.count(), 4)
  assert.ok(await page.locator('#edge-note').isHidden())
})
