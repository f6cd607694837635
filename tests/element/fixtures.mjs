/**
 * A page with `<bank-mfa>` in Chromium, under a strict content security policy, with a simulated bank in the page and an
 * edge behind it. One browser and one server for all test files.
 */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { NOON, customerId } from '../lib/bank.mjs'
import { launch } from '../lib/browser.mjs'
import { resolve, simulator } from '../lib/package.mjs'
import { after } from '../lib/test.mjs'

const dist = join(dirname(resolve('bank-mfa/element')), '..')
const here = (name) => fileURLToPath(new URL(name, import.meta.url))
const { edge, memoryStore, nodeHandler } = await import(pathToFileURL(resolve('bank-mfa/edge')))
export const texts = await import(pathToFileURL(resolve('bank-mfa/texts')))

/** The origins of the vendors' pages. The tests answer them with the simulator. */
const FRAMES = 'https://toolbox-iframe.private.fin.ag https://int-widgets.moneydesktop.com'
export const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  'img-src data:',
  "connect-src 'self'",
  `frame-src ${FRAMES}`,
  "form-action 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
].join('; ')

const require = createRequire(import.meta.url)

const FILES = {
  '/page': ['text/html; charset=utf-8', here('page.html')],
  '/page.css': ['text/css', here('page.css')],
  '/harness.js': ['text/javascript', here('harness.js')],
  '/fill.js': ['text/javascript', here('../lib/fill.mjs')],
  '/axe.js': ['text/javascript', require.resolve('axe-core/axe.min.js')],
}

/** The edge of each test, by the first part of the path. */
const edges = new Map()

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost')
  const handle = edges.get(pathname.split('/')[1])
  if (handle) return handle(request, response)
  const reply = (type, file) =>
    response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(readFileSync(file))
  const script = pathname.match(/^\/bank-mfa\/([\w/-]+\.js)$/)
  if (script) return reply('text/javascript', join(dist, script[1]))
  const [type, file] = FILES[pathname] ?? []
  return type ? reply(type, file) : response.writeHead(404).end()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
export const origin = `http://127.0.0.1:${server.address().port}`
const browser = await launch()
after(() => {
  server.closeAllConnections()
  server.close()
})

/** Pages that no test uses now. Loading one takes longer than most tests. */
const idlePages = []

/** A page without a flow. After the test it must have reported no error and no violation of its policy. */
export async function visit(t, { width = 800, height = 900, colorScheme = 'light', fresh = false } = {}) {
  const page = (fresh ? undefined : idlePages.pop()) ?? (await newPage())
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => void (message.type() === 'error' && errors.push(message.text())))
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  const run = (name, ...args) => page.evaluate(([name, args]) => window.harness[name](...args), [name, args])
  await run('reset', fresh === 'undefined')
  await page.mouse.move(0, 0)
  const visitor = new Visitor(page, run)
  await page.context().unrouteAll()
  await page.context().route(/^https:/, (route) => visitor.answerVendor(route))
  t?.after(async () => {
    const violations = await run('violations')
    page.removeAllListeners()
    for (const other of page.context().pages()) if (other !== page) await other.close()
    await run('reset')
    if (fresh) await page.context().close()
    else idlePages.push(page)
    assert.deepEqual([...errors, ...violations], [], 'the page reports no error')
  })
  return visitor
}

async function newPage() {
  const context = await browser.newContext({ locale: 'en-CA' })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.goto(`${origin}/page`)
  await page.evaluate(() => import('/harness.js'))
  return page
}

class Visitor {
  constructor(page, run) {
    this.page = page
    /** Calls a function of harness.js in the page. */
    this.run = run
    this.element = page.locator('bank-mfa')
    this.focused = page.locator('bank-mfa :focus')
    /** The simulated vendor behind an edge. Without an edge, it is in the page. */
    this.bank = undefined
  }

  /** Answers a request for a vendor's page. */
  async answerVendor(route) {
    const request = route.request()
    const [url, method, body] = [request.url(), request.method(), request.postData()]
    const headers = { 'content-type': request.headers()['content-type'] ?? '' }
    if (!this.bank) {
      const reply = await this.run('vendor', url, { method, body, headers })
      return route.fulfill({ ...reply, body: Buffer.from(reply.body, 'base64') })
    }
    const reply = await this.bank.fetch(url, { method, headers, ...(body && { body }) })
    const policy = reply.headers.get('content-security-policy')?.replace(/; frame-ancestors [^;]*/, '')
    return route.fulfill({
      status: reply.status,
      headers: { ...Object.fromEntries(reply.headers), ...(policy && { 'content-security-policy': policy }) },
      body: Buffer.from(await reply.arrayBuffer()),
    })
  }

  /** Starts a flow at an edge of its own, whose connections `connections(bank)` gives. */
  async startRemote(t, connections, name) {
    const bank = (this.bank = simulator({ seed: 1, now: NOON }))
    const id = `edge-${edges.size}`
    const all = connections(bank)
    const key = Buffer.alloc(32, 1).toString('base64')
    const handle = edge({
      authenticate: () => 'ann',
      resolve: (_, connection) => all[connection] ?? null,
      origins: [origin],
      seal: { current: 'k1', keys: { k1: key } },
      store: memoryStore(),
      onFlowEnded: () => {},
      fetch: bank.fetch,
      clock: bank.clock,
      onError: (error) => console.error(error),
    })
    edges.set(id, nodeHandler(handle))
    t.after(() => {
      bank.clock.advance(3 * 3_600_000)
      edges.delete(id)
    })
    await this.run('startRemote', `/${id}`, name)
  }

  /** Waits until the element is in a state. */
  async state(...states) {
    const selector = states.map((state) => `[part=box][data-state=${state}]`).join(', ')
    await this.element.locator(selector).waitFor()
    return this.element.locator('[part=box]').getAttribute('data-state')
  }

  button(name) {
    return this.element.getByRole('button', { name })
  }

  /** The title of the view. */
  title() {
    return this.element.getByRole('heading').textContent()
  }
}

export { customerId }
