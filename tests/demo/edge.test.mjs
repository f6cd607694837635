/** Flows that run at the edge, on Durable Objects, and are followed by the page: what it survives, and what it is never told. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import { home, person, visit } from './bench.mjs'

const EDGE = { home: 'edge' }

/** The simulator's own, for the seed that the demo has. */
const { secretKey, mx } = simulator({ seed: 1 })
const KEYS = [secretKey, mx.key.clientId, mx.key.apiKey, btoa(`${mx.key.clientId}:${mx.key.apiKey}`)]

/** Lets each wait for the vendor pass, until the flow stands before the person or at its end. */
async function settles({ page }, number = 1) {
  const still = page.locator(`#round[data-round="${number}"], #outcome`)
  const skip = page.locator('#skip')
  for (;;) {
    await still.or(skip).first().waitFor()
    if (await still.isVisible()) return
    const wait = await skip.elementHandle({ timeout: 1_000 }).catch(() => null)
    await wait?.evaluate((button) => button.click())
    await wait?.waitForElementState('hidden')
  }
}

async function startMx(visitor, name) {
  await visitor.start(name, { vendor: 'mx', home: 'edge' })
  await settles(visitor)
}

/** Notes all that the page's code sends and receives until it is read, heads and bodies, and where the browser sends anything. */
async function listen({ page }) {
  const urls = []
  page.on('request', (request) => urls.push(request.url()))
  await page.evaluate(() => {
    const send = window.fetch
    const said = []
    window.heard = () => {
      window.fetch = send
      return said.join('\n')
    }
    window.fetch = async (input, init) => {
      const request = new Request(input, init)
      // The simulator's own controls are no part of a flow.
      if (request.url.includes('/control')) return send(request)
      said.push(request.url, ...[...request.headers].flat(), await request.clone().text())
      const response = await send(request)
      said.push(...[...response.headers].flat())
      // Bit by bit: a stream is left before its end.
      const write = (text) => void said.push(text)
      const bits = response.clone().body.pipeThrough(new TextDecoderStream())
      bits.pipeTo(new WritableStream({ write })).catch(() => {})
      return response
    }
  })
  return async () => ({ urls, said: await page.evaluate(() => heard()) })
}

/** The page talked to the edge, and to the simulator's controls; none of these was said, and the rest was heard. */
function staysQuiet({ urls, said }, answer, secrets) {
  for (const url of urls) assert.ok(url.startsWith(`${home}edge/`) || url.includes('/control'), url)
  assert.ok(said.includes(`"${answer}"`) && said.includes('"kind":"challenge"') && said.includes('"kind":"done"'))
  for (const secret of [...secrets, ...KEYS]) assert.ok(!said.includes(secret), secret)
}

test('a Flinks flow at the edge leads to its end, and the page is told no LoginId, RequestId or key', async (t) => {
  const visitor = await visit(t)
  const heard = await listen(visitor)
  await visitor.start('Greatday', EDGE)
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  const { ending, institution, ...facts } = await visitor.ended()
  assert.deepEqual([ending, institution], ['done', 'FlinksCapital'])
  assert.deepEqual([facts['login-id'], facts['request-id']], [undefined, undefined])
  const { answers, liveStarts, tokensMinted, answersByRequestId } = await visitor.counts()
  assert.deepEqual([answers, liveStarts, tokensMinted], [2, 1, 1])
  const requestIds = Object.keys(answersByRequestId)
  assert.ok(requestIds.length > 0)
  staysQuiet(await heard(), 'Canada', [person('Greatday').loginId, ...requestIds])
  assert.ok(await visitor.page.locator('#names').isVisible())
})

test('an MX flow at the edge leads to its end, and the page is told no guid or key', async (t) => {
  const visitor = await visit(t)
  const heard = await listen(visitor)
  const { memberGuid, userGuid } = mx.member('text')
  await startMx(visitor, 'text')
  await visitor.answer('Chicago')
  await settles(visitor, 2)
  const { ending, 'connection-status': status, 'member-guid': guid } = await visitor.ended()
  assert.deepEqual([ending, status, guid], ['done', 'CONNECTED', undefined])
  const { broken, answers, jobs } = await visitor.counts()
  assert.deepEqual({ broken, answers, jobs }, { broken: {}, answers: 1, jobs: 1 })
  staysQuiet(await heard(), 'Chicago', [memberGuid, userGuid])
})

test('a reconnect at the edge goes through Flinks’ frame, and by the whole page', async (t) => {
  const visitor = await visit(t)
  const { page, connect } = visitor
  const ends = async () => {
    const { ending, method, health } = await visitor.ended()
    assert.deepEqual([ending, method.split(':')[0], health.split(':')[0]], ['done', 'Mid-session', 'Live'])
  }
  await visitor.start('Greatday', { ...EDGE, mode: 'reconnect' })
  await connect.getByLabel('Your answer').waitFor()
  await visitor.answerConnect('Montreal')
  await ends()
  assert.ok(!(await page.locator('#wire').textContent()).includes(person('Greatday').loginId))

  await visitor.start('Greatday', { ...EDGE, mode: 'reconnect', place: 'page' })
  await visitor.press('#leave')
  await visitor.answerConnect('Montreal', page)
  await visitor.ready()
  assert.equal(page.url(), home)
  await ends()
  assert.ok(await page.locator('#problem').isHidden())
})

test('an answer that is given offline arrives once the network is back, and once', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday', EDGE)
  await visitor.type('Montreal')
  await page.context().setOffline(true)
  try {
    await visitor.send.click()
    await page.locator('#wire [data-outcome="lost"]', { hasText: '/answer' }).waitFor()
    assert.equal((await visitor.counts()).answers, 0)
  } finally {
    await page.context().setOffline(false)
  }
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).answers, 1)
})

test('a flow that waits for its bank is followed again when the network is back', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('slow_pending', EDGE)
  await visitor.reaches('waiting')
  await page.context().setOffline(true)
  try {
    // Chromium leaves a stream alone that is open already: it is asked for anew where somebody comes back to the tab.
    await page.evaluate(() => dispatchEvent(new Event('visibilitychange')))
    await page.locator('#wire [data-outcome="lost"]').first().waitFor()
    assert.equal(await page.locator('body').getAttribute('data-state'), 'waiting')
  } finally {
    await page.context().setOffline(false)
  }
  await settles(visitor)
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).liveStarts, 1)
})

test('a reload goes on from the handle alone', async (t) => {
  const visitor = await visit(t)
  await visitor.start('text_or_call', EDGE)
  await visitor.asked()
  await visitor.tick('(•••) •••-4821', 'Text')
  await visitor.asked(2)
  const { flow, tokens } = await visitor.kept()
  assert.match(flow.snapshot, /^[\w-]{43}\.[0-9a-f]{32}$/)
  assert.deepEqual(tokens, {})

  await visitor.reload()
  await visitor.press('#restore')
  await visitor.answer('123456', 2)
  assert.equal((await visitor.ended()).ending, 'done')
  const { liveStarts, answers, tokensMinted } = await visitor.counts()
  assert.deepEqual({ liveStarts, answers, tokensMinted }, { liveStarts: 1, answers: 2, tokensMinted: 1 })
})

test('a flow that is forgotten after a reload is cancelled at the edge: the next start does not join it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', EDGE)
  await visitor.asked()
  const { flow } = await visitor.kept()
  await visitor.reload()
  const cancelled = visitor.page.waitForResponse((response) => response.url().endsWith('/cancel'))
  await visitor.press('#forget')
  await cancelled
  await visitor.press('#start')
  await visitor.asked()
  assert.notEqual((await visitor.kept()).flow.snapshot, flow.snapshot)
  await visitor.answer('Montreal')
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).liveStarts, 2)
})

test('two tabs answer the same round: one answer is sent, and both get its outcome', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', EDGE)
  await visitor.asked()
  const second = await visitor.second()
  await second.press('#restore')
  const tabs = [visitor, second]
  for (const tab of tabs) await tab.type('Montreal')

  // Neither goes out before both have been pressed.
  const pressed = []
  let both
  const ready = new Promise((resolve) => (both = resolve))
  const context = visitor.page.context()
  await context.route('**/answer', async (route) => {
    if (pressed.push(route.request().postData()) === 2) both()
    await ready
    await route.continue()
  })
  await Promise.all(tabs.map((tab) => tab.send.click()))
  const endings = await Promise.all(tabs.map((tab) => tab.ended()))
  await context.unroute('**/answer')
  assert.equal(pressed.length, 2)
  assert.equal(pressed[0], pressed[1])
  assert.equal(endings[0].ending, 'done')
  assert.deepEqual(endings[0], endings[1])
  const { answers, liveStarts } = await visitor.counts()
  assert.deepEqual({ answers, liveStarts }, { answers: 1, liveStarts: 1 })
})

test('the choice is made by the keyboard, and what needs credentials is not offered at the edge', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const modes = () => page.locator('[name="mode"]:visible').evaluateAll((all) => all.map(({ value }) => value))
  await page.locator('[name="mode"][value="credentials"]').check()
  await page.locator('[name="home"][value="page"]').focus()
  await page.keyboard.press('ArrowRight')
  assert.ok(await page.locator('[name="home"][value="edge"]').isChecked())
  assert.deepEqual(await modes(), ['live', 'cached', 'reconnect', 'link'])
  assert.ok(await page.locator('[name="mode"][value="live"]').isChecked())
  await page.locator('[name="vendor"][value="flinks"]').focus()
  await page.keyboard.press('ArrowRight')
  await visitor.choose('text')
  const beginnings = page.locator('[name="beginning"]:enabled')
  assert.deepEqual(await beginnings.evaluateAll((all) => all.map(({ value }) => value)), ['job'])
  await page.locator('[name="home"][value="edge"]').focus()
  await page.keyboard.press('ArrowLeft')
  assert.equal(await beginnings.count(), 3)
  assert.ok(await page.locator('#names').isHidden())
})
