/** Flows at the edge, followed by pages in Chromium: offline and back, hidden, reloaded, and twice at once. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { launch } from '../tools/browser.mjs'
import { resolve } from './bench.mjs'
import { ANSWERING, DONE, asks, buffered, edgeStub } from './edge-stub.mjs'

const dist = join(dirname(resolve('bank-mfa/remote')), '..')
const browser = await launch()
const context = await browser.newContext()
/** Windows that no test uses at the moment. */
const free = []

/** What a page of a company does: it keeps the handle, and shows where the flow stands. */
async function app() {
  const { remote } = await import('/bank-mfa/entries/remote.js')
  const there = remote('/mfa')
  const handle = sessionStorage.getItem('flow')
  const flow = handle ? there.resume(handle) : there.start({ connection: 'chequing' })
  const show = () => {
    const { kind, round, failure } = flow.current
    document.title = [kind, round?.number ?? failure?.code].filter(Boolean).join(' ')
    sessionStorage.setItem('flow', flow.snapshot())
  }
  flow.subscribe(show)
  window.flow = flow
  window.answer = (text) => flow.current.answer({ '1.1.answer': text }).then(() => 'taken', String)
}

const replies = {
  '/page': ['text/html', '<!doctype html><script type="module" src="/app.js"></script>'],
  '/app.js': ['text/javascript', `await (${app})()`],
}

/** An edge, and windows with pages of its origin, which no other test's edge has. */
async function bench(t) {
  const edge = await edgeStub(t, (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const file = pathname.match(/^\/bank-mfa\/([\w/-]+\.js)$/)
    const [type, body] = file ? ['text/javascript', readFileSync(join(dist, file[1]))] : (replies[pathname] ?? [])
    response.writeHead(body ? 200 : 404, type && { 'content-type': type }).end(body)
  })
  const open = async (own) => {
    const page = own ?? free.pop() ?? (await context.newPage())
    await page.goto(`${new URL(edge.address).origin}/page`)
    t.after(async () => {
      if (own) return own.close()
      await context.setOffline(false)
      await page.goto('about:blank')
      free.push(page)
    })
    return page
  }
  return { edge, open }
}

/** Until the page shows this. */
const shows = (page, title) => page.waitForFunction((title) => document.title === title, title)
const answer = (page, text = 'Montreal') => page.evaluate((text) => window.answer(text), text)
const kept = (page) => page.evaluate(() => sessionStorage.getItem('flow'))

test('a page walks through a flow', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await shows(page, 'working')
  edge.to(asks(1))
  await shows(page, 'challenge 1')
  assert.equal(await answer(page), 'taken')
  await shows(page, 'working')
  edge.to(DONE)
  await shows(page, 'done')
  assert.deepEqual([edge.of('stream').length, edge.of('poll').length], [1, 0])
  await edge.quiet()
})

test('nothing is stored but by the page itself', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  edge.to(asks(1))
  await shows(page, 'challenge 1')
  await answer(page)
  edge.to(DONE)
  await shows(page, 'done')
  const stored = await page.evaluate(async () => [
    { ...sessionStorage },
    localStorage.length,
    (await indexedDB.databases()).length,
    (await caches.keys()).length,
  ])
  assert.deepEqual(stored, [{ flow: 'flow-1' }, 0, 0, 0])
  assert.deepEqual(await context.cookies(), [])
})

test('a page that goes offline goes on when it is back, with what happened meanwhile', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  await context.setOffline(true)
  edge.drop()
  await edge.quiet()
  edge.to(asks(1))
  await context.setOffline(false)
  await shows(page, 'challenge 1')
  edge.to(DONE)
  await shows(page, 'done')
})

test('an answer that is given offline arrives once, when the page is back', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  edge.to(asks(1))
  await shows(page, 'challenge 1')
  await context.setOffline(true)
  const answered = answer(page)
  // The page has tried, and has seen that it is offline.
  await page.evaluate(() => fetch('/mfa').catch(() => {}))
  assert.equal(edge.of('answer').length, 0)
  await context.setOffline(false)
  assert.equal(await answered, 'taken')
  assert.deepEqual(
    edge.of('answer').map(({ body }) => body),
    [{ round: 1, answers: { '1.1.answer': 'Montreal' } }],
  )
})

test('a reload goes on by the handle alone', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  edge.to(asks(1))
  await shows(page, 'challenge 1')
  assert.equal(await kept(page), 'flow-1')
  await page.reload()
  await shows(page, 'challenge 1')
  await answer(page)
  await page.reload()
  await shows(page, 'working')
  edge.to(DONE)
  await shows(page, 'done')
  await page.reload()
  await shows(page, 'done')
  assert.deepEqual([edge.of('start').length, edge.of('answer').length, edge.most], [1, 1, 1])
})

test('an answer under way when the page is left is not taken back', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  edge.to(asks(1))
  await shows(page, 'challenge 1')
  const held = new Promise((resolve) => edge.next('answer', (_, response, reply) => resolve({ response, reply })))
  await page.evaluate(() => void window.answer('Montreal'))
  const { response, reply } = await held
  await page.reload()
  await shows(page, 'challenge 1')
  assert.ok(!response.destroyed)
  reply()
  await shows(page, 'working')
  assert.deepEqual([edge.flow.step, edge.of('answer').length], [ANSWERING, 1])
})

test('two tabs that answer the same round see the same outcome', async (t) => {
  const { edge, open } = await bench(t)
  const pages = [await open(), await open()]
  await edge.call('stream', 2)
  edge.to(asks(1))
  await Promise.all(pages.map((page) => shows(page, 'challenge 1')))
  // Both are under way before either is answered.
  const held = []
  for (const _ of pages) edge.next('answer', (call, response, reply) => held.push(reply))
  const answered = pages.map((page, at) => answer(page, ['Montreal', 'Toronto'][at]))
  await edge.call('answer', 2)
  for (const reply of held) reply()
  assert.deepEqual(await Promise.all(answered), ['taken', 'taken'])
  await Promise.all(pages.map((page) => shows(page, 'working')))
  edge.to(DONE)
  await Promise.all(pages.map((page) => shows(page, 'done')))
})

test('two tabs wait by long poll beside each other', async (t) => {
  const { edge, open } = await bench(t)
  edge.always('stream', (_, response) => response.writeHead(406).end())
  const pages = [await open(), await open()]
  await edge.call('poll', 2)
  assert.equal(edge.waiting.size, 2)
  edge.to(DONE)
  await Promise.all(pages.map((page) => shows(page, 'done')))
})

test('a stream that a proxy holds back is left for long poll', async (t) => {
  const { edge, open } = await bench(t)
  edge.always('stream', buffered)
  // A clock is the whole context's: this window has one of its own.
  const page = await browser.newPage()
  await page.clock.install()
  await open(page)
  await edge.call('stream')
  await page.clock.runFor(5_000)
  await edge.call('poll')
  edge.to(DONE)
  await shows(page, 'done')
})

test('a tab looks at once when it is shown again, and not when it is hidden', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  // Headless pages are always shown: the page is told otherwise.
  const turn = (hidden) =>
    page.evaluate((hidden) => {
      Object.defineProperty(document, 'hidden', { value: hidden, configurable: true })
      document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))
    }, hidden)
  await turn(true)
  assert.equal(edge.of('stream').length, 1)
  await turn(false)
  await edge.call('stream', 2)
  edge.to(DONE)
  await shows(page, 'done')
  assert.equal(edge.of('stream').length, 2)
})

test('a flow that has ended listens to nothing any more', async (t) => {
  const { edge, open } = await bench(t)
  const page = await open()
  await edge.call('stream')
  edge.to(DONE)
  await shows(page, 'done')
  await edge.quiet()
  await page.evaluate(() => {
    for (const name of ['online', 'visibilitychange']) window.dispatchEvent(new Event(name))
    return fetch('/')
  })
  assert.deepEqual(
    edge.calls.map(({ route }) => route),
    ['start', 'stream'],
  )
})
