/** Remote flows in Chromium: offline and back, hidden, reloaded, and in two tabs. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { launch } from '../lib/browser.mjs'
import { ANSWERING, DONE, buffered, challenge, edgeStub } from './edge-stub.mjs'

const dist = join(dirname(resolve('bank-mfa/remote')), '..')
const browser = await launch()
const context = await browser.newContext()
/** Pages that no test uses now. */
const idlePages = []

/** The script of a page: it stores the flow's id, and shows the current step in its title. */
async function app() {
  const { remote } = await import('/bank-mfa/entries/remote.js')
  const mfa = remote('/mfa')
  const id = sessionStorage.getItem('flow')
  const flow = id ? mfa.resume(id) : mfa.start({ connection: 'chequing' })
  const show = () => {
    const { kind, round, failure } = flow.current
    document.title = [kind, round?.number ?? failure?.code].filter(Boolean).join(' ')
    sessionStorage.setItem('flow', flow.snapshot())
  }
  flow.subscribe(show)
  window.flow = flow
  window.answer = (text) => flow.current.answer({ '1.1.answer': text }).then(() => 'accepted', String)
}

const replies = {
  '/page': ['text/html', '<!doctype html><script type="module" src="/app.js"></script>'],
  '/app.js': ['text/javascript', `await (${app})()`],
}

/** An edge, and a function that opens pages of its origin. */
async function setup(t) {
  const edge = await edgeStub(t, (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = pathname.match(/^\/bank-mfa\/([\w/-]+\.js)$/)
    const [type, body] = file ? ['text/javascript', readFileSync(join(dist, file[1]))] : (replies[pathname] ?? [])
    response.writeHead(body ? 200 : 404, type && { 'content-type': type }).end(body)
  })
  const open = async (own) => {
    const page = own ?? idlePages.pop() ?? (await context.newPage())
    await page.goto(`${new URL(edge.address).origin}/page`)
    t.after(async () => {
      if (own) return own.close()
      await context.setOffline(false)
      await page.goto('about:blank')
      idlePages.push(page)
    })
    return page
  }
  return { edge, open }
}

/** Waits until the page has this title. */
const untilTitle = (page, title) => page.waitForFunction((title) => document.title === title, title)
const answer = (page, text = 'Montreal') => page.evaluate((text) => window.answer(text), text)
const storedId = (page) => page.evaluate(() => sessionStorage.getItem('flow'))

test('a page follows a flow to its end', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await untilTitle(page, 'working')
  edge.setStep(challenge(1))
  await untilTitle(page, 'challenge 1')
  assert.equal(await answer(page), 'accepted')
  await untilTitle(page, 'working')
  edge.setStep(DONE)
  await untilTitle(page, 'done')
  assert.deepEqual([edge.callsOf('stream').length, edge.callsOf('poll').length], [1, 0])
  await edge.untilIdle()
})

test('the package stores nothing in the browser', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  edge.setStep(challenge(1))
  await untilTitle(page, 'challenge 1')
  await answer(page)
  edge.setStep(DONE)
  await untilTitle(page, 'done')
  const stored = await page.evaluate(async () => [
    { ...sessionStorage },
    localStorage.length,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ])
  assert.deepEqual(stored, [{ flow: 'flow-1' }, 0, 0, 0])
  assert.deepEqual(await context.cookies(), [])
})

test('a page that was offline shows the current step once it is online', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  await context.setOffline(true)
  edge.dropConnections()
  await edge.untilIdle()
  edge.setStep(challenge(1))
  await context.setOffline(false)
  await untilTitle(page, 'challenge 1')
  edge.setStep(DONE)
  await untilTitle(page, 'done')
})

test('an answer given offline is sent once the page is online', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  edge.setStep(challenge(1))
  await untilTitle(page, 'challenge 1')
  await context.setOffline(true)
  const answered = answer(page)
  // The client sends this request after the first try of the answer, and it fails, too.
  await page.evaluate(() => fetch('/mfa').catch(() => {}))
  assert.equal(edge.callsOf('answer').length, 0)
  await context.setOffline(false)
  assert.equal(await answered, 'accepted')
  assert.deepEqual(
    edge.callsOf('answer').map(({ body }) => body),
    [{ round: 1, answers: { '1.1.answer': 'Montreal' } }],
  )
})

test('a reloaded page resumes the flow by its id', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  edge.setStep(challenge(1))
  await untilTitle(page, 'challenge 1')
  assert.equal(await storedId(page), 'flow-1')
  await page.reload()
  await untilTitle(page, 'challenge 1')
  await answer(page)
  await page.reload()
  await untilTitle(page, 'working')
  edge.setStep(DONE)
  await untilTitle(page, 'done')
  await page.reload()
  await untilTitle(page, 'done')
  assert.deepEqual([edge.callsOf('start').length, edge.callsOf('answer').length, edge.maxWaiting], [1, 1, 1])
})

test('an answer arrives even if the user leaves the page', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  edge.setStep(challenge(1))
  await untilTitle(page, 'challenge 1')
  const held = new Promise((resolve) => edge.replyOnce('answer', (_, response, reply) => resolve({ response, reply })))
  await page.evaluate(() => void window.answer('Montreal'))
  const { response, reply } = await held
  await page.reload()
  await untilTitle(page, 'challenge 1')
  assert.ok(!response.destroyed)
  reply()
  await untilTitle(page, 'working')
  assert.deepEqual([edge.flow.step, edge.callsOf('answer').length], [ANSWERING, 1])
})

test('two tabs that answer the same round get the same outcome', async (t) => {
  const { edge, open } = await setup(t)
  const pages = [await open(), await open()]
  await edge.untilCall('stream', 2)
  edge.setStep(challenge(1))
  await Promise.all(pages.map((page) => untilTitle(page, 'challenge 1')))
  // Both answers are sent before either reply.
  const held = []
  for (const _ of pages) edge.replyOnce('answer', (call, response, reply) => held.push(reply))
  const answered = pages.map((page, at) => answer(page, ['Montreal', 'Toronto'][at]))
  await edge.untilCall('answer', 2)
  for (const reply of held) reply()
  assert.deepEqual(await Promise.all(answered), ['accepted', 'accepted'])
  await Promise.all(pages.map((page) => untilTitle(page, 'working')))
  edge.setStep(DONE)
  await Promise.all(pages.map((page) => untilTitle(page, 'done')))
})

test('long polls of two tabs do not block each other', async (t) => {
  const { edge, open } = await setup(t)
  edge.replyAlways('stream', (_, response) => response.writeHead(406).end())
  const pages = [await open(), await open()]
  await edge.untilCall('poll', 2)
  assert.equal(edge.waiting.size, 2)
  edge.setStep(DONE)
  await Promise.all(pages.map((page) => untilTitle(page, 'done')))
})

test('a page falls back to long polling if a proxy buffers the stream', async (t) => {
  const { edge, open } = await setup(t)
  edge.replyAlways('stream', buffered)
  // Playwright's clock replaces the time of a whole context: this page gets a context of its own.
  const page = await browser.newPage()
  await page.clock.install()
  await open(page)
  await edge.untilCall('stream')
  await page.clock.runFor(5_000)
  await edge.untilCall('poll')
  edge.setStep(DONE)
  await untilTitle(page, 'done')
})

test('a tab requests the step again when it becomes visible, and not when it becomes hidden', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  // A headless page is always visible: the test overrides that.
  const setHidden = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    }, hidden)
  await setHidden(true)
  assert.equal(edge.callsOf('stream').length, 1)
  await setHidden(false)
  await edge.untilCall('stream', 2)
  edge.setStep(DONE)
  await untilTitle(page, 'done')
  assert.equal(edge.callsOf('stream').length, 2)
})

test('a flow that has ended reacts to no event', async (t) => {
  const { edge, open } = await setup(t)
  const page = await open()
  await edge.untilCall('stream')
  edge.setStep(DONE)
  await untilTitle(page, 'done')
  await edge.untilIdle()
  await page.evaluate(() => {
    for (const name of ['online', 'visibilitychange']) window.dispatchEvent(new Event(name))
    return fetch('/')
  })
  assert.deepEqual(
    edge.calls.map(({ route }) => route),
    ['start', 'stream'],
  )
})
