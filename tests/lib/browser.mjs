/**
 * Chromium for tests: it runs as root, too, and makes no requests of its own. After each test, no page may show or keep
 * what somebody has typed: see canary.mjs.
 */
import { mark, see, watchPlace, watchSource } from './canary.mjs'
import { after } from './test.mjs'
import { chromium } from 'playwright-core'

/** Starts a browser, which the caller closes. */
export const startBrowser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  })

let launched

/** The browser of this process, which is closed after the tests. Call it while a test file loads. */
export function launch() {
  if (launched) return launched
  launched = startBrowser().then(watchContexts)
  after(async () => (await launched).close())
  return launched
}

// What pages show and keep ----------------------------------------------------------------------

function watchContexts(browser) {
  const { newContext } = browser
  // `newPage` calls it, too.
  browser.newContext = async (options) => {
    const context = await newContext.call(browser, options)
    context.on('console', (message) => see('console', message.text()))
    context.on('weberror', (error) => see('error', String(error.error().stack)))
    const typed = []
    await context.exposeBinding('canaryTyped', ({ page }, kind, text) => {
      // The demo's address names the person, and some people sign in with that name.
      if (page.url().includes(text)) return
      // Whoever types letter by letter has typed only the last text.
      if (text.startsWith(typed.at(-1)?.text ?? '\n')) typed.pop()
      typed.push({ kind, text })
    })
    await context.addInitScript(noteTyped)
    watchSource(() => typed.splice(0).forEach(({ kind, text }) => mark(kind, text)))
    const readAll = async (what) => (await Promise.all(context.pages().map((page) => read(page, what)))).flat()
    watchPlace('page outside inputs', () => readAll(shown))
    watchPlace('storage of the page', () => readAll(stored))
    return context
  }
  return browser
}

/** Runs in a page: reports what somebody types into `<bank-mfa>` or into a vendor's page in an iframe. */
function noteTyped() {
  addEventListener(
    'input',
    (event) => {
      const [input, ...path] = event.composedPath()
      const isForBank = window !== top || path.some(({ localName }) => localName === 'bank-mfa')
      if (isForBank && input.localName === 'input' && ['text', 'password', 'tel'].includes(input.type)) {
        window.canaryTyped(/username|password/.test(input.autocomplete) ? 'credential' : 'answer', input.value)
      }
    },
    true,
  )
}

/** Parts of the demo's page that name right answers and credentials on purpose: links, notes, people and example code. */
const ON_PURPOSE = 'nav, #tester-notes, #people, #code'

/** Runs in a page: its address and its elements, also those of open shadow roots. Values of inputs are not in them. */
function shown(onPurpose) {
  const rootsIn = (root) =>
    [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) =>
      shadowRoot ? [shadowRoot, ...rootsIn(shadowRoot)] : [],
    )
  const page = document.documentElement.cloneNode(true)
  for (const part of page.querySelectorAll(onPurpose)) part.remove()
  const html = [page.outerHTML, ...rootsIn(document).map(({ innerHTML }) => innerHTML)].join('\n')
  // The address of a vendor's page has a token or a RequestId.
  return [location.href, html.replace(/<iframe [^>]*>/g, '')]
}

function stored() {
  const entries = (storage) => JSON.stringify(Object.entries(storage))
  // A page without an origin has no storage.
  return location.protocol.startsWith('http') ? [entries(localStorage), entries(sessionStorage)] : []
}

/** Calls a function in a page. A page that closes or loads meanwhile shows nothing. */
async function read(page, what) {
  try {
    return await page.evaluate(what, ON_PURPOSE)
  } catch (error) {
    if (/closed|navigation|destroyed|crashed|denied/i.test(error.message)) return []
    throw error
  }
}
