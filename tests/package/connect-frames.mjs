/**
 * A page in Chromium, with a vendor and a stranger on origins of their own. Each test gives the script of the vendor's
 * iframe.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { after } from '../lib/test.mjs'
import { launch } from '../lib/browser.mjs'
import { resolve } from './setup.mjs'

const dist = join(dirname(resolve('bank-mfa/connect')), '..')

/** Every request to the server. */
export const requests = []

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  requests.push({ path: request.url, host: request.headers.host, referer: request.headers.referer })
  const reply = (type, body, headers = {}) => response.writeHead(200, { 'content-type': type, ...headers }).end(body)
  if (pathname === '/page') {
    const policy = `default-src 'none'; script-src 'self'; frame-src ${origins.vendor} ${origins.stranger}`
    return reply('text/html', '<!doctype html><main></main><aside></aside>', { 'content-security-policy': policy })
  }
  if (pathname === '/harness.js') return reply('text/javascript', `await (${harness})()`)
  if (pathname === '/frame') {
    return reply(
      'text/html',
      `<!doctype html><button>Go</button><script>${FUNCTIONS}\n${searchParams.get('do')}</script>`,
    )
  }
  if (pathname === '/elsewhere') return response.writeHead(302, { location: searchParams.get('to') }).end()
  if (pathname === '/popup') return reply('text/html', '<!doctype html><p>The bank</p>')
  const file = pathname.match(/^\/bank-mfa\/([\w/-]+\.js)$/)
  if (file) return reply('text/javascript', readFileSync(join(dist, file[1])))
  return response.writeHead(404).end()
})

/** Functions for the script of an iframe. */
const FUNCTIONS = `
  const post = (...messages) => messages.forEach((message) => top.postMessage(message, '*'))
  const nested = (address) => document.body.append(Object.assign(document.createElement('iframe'), { src: address }))`
/** The step of the last message that an iframe posts. */
export const END = 'ALL_POSTED'

await once(server.listen(0, '127.0.0.1'), 'listening')
// Chromium resolves these names to the loopback by itself. Each is an origin of its own, on one server.
const at = (name) => `http://${name}:${server.address().port}`
export const origins = { page: at('127.0.0.1'), vendor: at('localhost'), stranger: at('stranger.localhost') }
const browser = await launch()
const page = await browser.newPage()
await page.goto(`${origins.page}/page?private=1`)
await page.evaluate(() => import('/harness.js'))
after(() => {
  server.closeAllConnections()
  server.close()
})

/** The address of an iframe that runs a script. */
export function frameUrl(script, origin = origins.vendor) {
  return `${origin}/frame?do=${encodeURIComponent(script)}`
}

/** A script that posts messages in this order. */
export function postScript(...messages) {
  return `post(...${JSON.stringify(messages)})`
}

/** The page without an iframe. All tests share one page, as loading it takes longer than a test. */
export async function visit() {
  await page.evaluate(() => window.harness.reset())
  const run = (call, ...given) => page.evaluate(([name, args]) => window.harness[name](...args), [call, given])
  return {
    page,
    /** Creates a step and mounts it. */
    mount: (address, settings = {}) => run('mount', address, settings),
    remount: (place) => run('remount', place),
    unmount: () => run('unmount'),
    leave: () => run('leave'),
    /** The calls of the page's listeners and of the flow. */
    read: () => run('read'),
    /** Reads once the iframe has posted its last message. */
    async readAll() {
      await page.waitForFunction((step) => window.harness.has(step), END)
      return run('read')
    },
    /** Reads once so many messages were refused. */
    async readRefused(count) {
      await page.waitForFunction((count) => window.harness.read().refused >= count, count)
      return run('read')
    },
  }
}

/** Runs a script in an iframe of a fresh page, and reads the page after the last message. */
export async function postAndRead(script, settings) {
  const visitor = await visit()
  await visitor.mount(frameUrl(`${script}\n${postScript({ step: END, mx: true, type: END })}`), settings)
  return visitor.readAll()
}

/** Runs in the page. Its steps are fakes that record their calls. */
async function harness() {
  const listeners = new Set()
  const { addEventListener, removeEventListener } = window
  window.addEventListener = (type, listener, ...rest) => {
    if (type === 'message') listeners.add(listener)
    addEventListener.call(window, type, listener, ...rest)
  }
  window.removeEventListener = (type, listener, ...rest) => {
    if (type === 'message') listeners.delete(listener)
    removeEventListener.call(window, type, listener, ...rest)
  }
  const { mount, vendorEvents, FlowError } = await import('/bank-mfa/entries/connect.js')

  let calls, events, reasons, failures, controller, step, mounted, options
  const called = (name, refusal) => (given) => {
    calls.push(given === undefined ? [name] : [name, given])
    if (refusal) throw new FlowError({ code: refusal, next: 'fix-integration', message: '', path: null, fields: [] })
  }
  const failed = ({ name, code, path }) => void failures.push({ name, code, path })
  window.harness = {
    reset() {
      mounted?.unmount()
      for (const frame of document.querySelectorAll('iframe')) frame.remove()
      if (listeners.size > 0) throw new Error('a listener is left from the last test')
      ;[calls, events, reasons, failures] = [[], [], [], []]
      controller = new AbortController()
      step = mounted = options = undefined
    },
    mount(address, { kind = 'connect', purpose, refusal, rejects, aborted, silent, ...given }) {
      if (aborted) controller.abort()
      const both = { kind, signal: controller.signal, returned: called('returned', refusal) }
      const ask = async () => {
        calls.push(['address'])
        if (rejects) throw new FlowError({ code: rejects, next: 'start-over', message: '', path: null, fields: [] })
        return address
      }
      const reports = { tokenRefused: called('tokenRefused'), sessionExpired: called('sessionExpired') }
      step = { ...both, purpose, pageUrl: ask, ...(kind === 'connect' && reports) }
      options = {
        ...given,
        onEvent: vendorEvents((event) => {
          events.push(event)
          if (silent) throw new Error('planted in the listener')
        }),
        onRefused: (refused) => reasons.push(refused),
        onFailed: failed,
      }
      window.harness.remount('main')
    },
    remount(place) {
      try {
        mounted = mount(step, document.querySelector(place), options)
      } catch (error) {
        failed(error)
      }
    },
    unmount: () => mounted.unmount(),
    leave: () => controller.abort(),
    has: (wanted) => events.some(({ step }) => step === wanted),
    read() {
      const frames = [...document.querySelectorAll('iframe')].map((frame) => ({
        place: frame.parentElement.localName,
        ...Object.fromEntries([...frame.attributes].map(({ name, value }) => [name, value])),
      }))
      const { refused } = mounted ?? {}
      return {
        calls,
        events,
        reasons: reasons.map(({ reason }) => reason),
        refused,
        failures,
        frames,
        listeners: listeners.size,
      }
    },
  }
}
