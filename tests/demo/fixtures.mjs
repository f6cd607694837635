/** Shared by the demo's tests: one demo server, one browser, and windows that tests reuse. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { after } from '../lib/test.mjs'
import { launch } from '../lib/browser.mjs'
import { app } from '../lib/package.mjs'
import { Visitor } from './visitor.mjs'

/** Generous, for a busy machine. */
const LOCATOR_LIMIT_MS = 20_000

// The demo as users have it: from the installed tarball.
const { serve } = await import(pathToFileURL(join(app, 'node_modules/bank-mfa/demo/server/serve.js')))
export const demo = await serve({ page: 0, vendor: 0, connect: 0 })
export const browser = await launch()
after(() => demo.close())

export const pageUrl = `${demo.url}/`

const people = await (await fetch(`${demo.vendor}/s/nobody/control/people`)).json()
export const person = (username) => people.find((person) => person.username === username)

/** The browser reports failed requests, which many tests cause on purpose. */
function isExpected(message) {
  const { url } = message.location()
  const isCall = [`${demo.vendor}/s/`, `${demo.url}/token`, `${demo.url}/edge/`].some((base) => url.startsWith(base))
  const hasFailed = isCall && message.text().startsWith('Failed to load resource')
  return hasFailed || message.text().startsWith(`Access to fetch at '${demo.vendor}/s/`)
}

/** Windows that no test uses now. Opening a window or loading the page takes longer than most tests. */
const freeWindows = []

async function openWindow() {
  const context = await browser.newContext({ locale: 'en-CA' })
  context.setDefaultTimeout(LOCATOR_LIMIT_MS)
  return new Visitor(await context.newPage(), demo)
}

/**
 * Opens the demo in a window with a simulated vendor of its own. If another test has left a window, this one reuses
 * it: it cancels the flow there and resets the form and the vendor. `reload` loads the page before and after the test.
 * After each test the page must have reported no error, and the vendor must have received nothing twice.
 */
export async function visit(t, { width = 1280, height = 900, colorScheme = 'light', reload = false } = {}) {
  const visitor = freeWindows.pop() ?? (await openWindow())
  const { page } = visitor
  await page.setViewportSize({ width, height })
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
  const errors = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error' && !isExpected(message)) errors.push(message.text())
  })
  t.after(async () => {
    const counts = await visitor.vendorCounts()
    visitor.needsLoad = reload || errors.length > 0
    await leaveWindow(visitor)
    assert.deepEqual(errors, [], 'the page reports no error')
    assert.ok(!counts?.answersRepeated && !counts?.credentialsRepeated, 'the vendor receives nothing twice')
  })
  if (reload || visitor.needsLoad) await visitor.load()
  else await visitor.reset()
  return visitor
}

async function leaveWindow(visitor) {
  const { page } = visitor
  for (const event of ['pageerror', 'console', 'request', 'response']) page.removeAllListeners(event)
  const pages = page.context().pages()
  await Promise.all(pages.filter((other) => other !== page).map((other) => other.close()))
  freeWindows.push(visitor)
}
