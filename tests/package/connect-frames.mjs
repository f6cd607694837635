/**
 * A page, a vendor and a stranger on three origins of the loopback, and a browser. The vendor's frames are written
 * by hand: each test says what its frame does.
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { after } from 'node:test'
import { launch } from '../tools/browser.mjs'
import { resolve } from './bench.mjs'

const dist = join(dirname(resolve('bank-mfa/connect')), '..')

/** What each window's server was asked for. */
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
    return reply('text/html', `<!doctype html><button>Go</button><script>${TALK}\n${searchParams.get('do')}</script>`)
  }
  if (pathname === '/elsewhere') return response.writeHead(302, { location: searchParams.get('to') }).end()
  if (pathname === '/popup') return reply('text/html', '<!doctype html><p>The bank</p>')
  const file = pathname.match(/^\/bank-mfa\/([\w/-]+\.js)$/)
  if (file) return reply('text/javascript', readFileSync(join(dist, file[1])))
  return response.writeHead(404).end()
})

/** Of a frame: how it talks to the page, and says that it has said all. */
const TALK = `
  const say = (...messages) => messages.forEach((message) => top.postMessage(message, '*'))
  const nested = (address) => document.body.append(Object.assign(document.createElement('iframe'), { src: address }))`
/** The last thing that a frame says. */
export const SAID = 'ALL_SAID'

await once(server.listen(0, '127.0.0.1'), 'listening')
// Names that Chromium knows without asking: each is an origin of its own, at one server.
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

/** The address of a frame that runs this script. */
export function frameOf(script, origin = origins.vendor) {
  return `${origin}/frame?do=${encodeURIComponent(script)}`
}

/** The script of a frame that says these, in this order. */
export function saying(...messages) {
  return `say(...${JSON.stringify(messages)})`
}

/** The page without a frame. One for all, as each load of it takes longer than a test: one ends before the next begins. */
export async function visit() {
  await page.evaluate(() => window.harness.anew())
  const run = (call, ...given) => page.evaluate(([name, args]) => window.harness[name](...args), [call, given])
  return {
    page,
    /** Makes a step, and mounts it. */
    mount: (address, settings = {}) => run('mount', address, settings),
    remount: (place) => run('remount', place),
    unmount: () => run('unmount'),
    leave: () => run('leave'),
    /** What the page was told, and the flow. */
    read: () => run('read'),
    /** Until the frame has said all. */
    async heard() {
      await page.waitForFunction((said) => window.harness.said(said), SAID)
      return run('read')
    },
    /** Until so many messages were refused. */
    async refused(count) {
      await page.waitForFunction((count) => window.harness.read().refused >= count, count)
      return run('read')
    },
  }
}

/** A visit whose frame does this and says that it has said all; what came of it. */
export async function hear(script, settings) {
  const visitor = await visit()
  await visitor.mount(frameOf(`${script}\n${saying({ step: SAID, mx: true, type: SAID })}`), settings)
  return visitor.heard()
}

/** Runs in the page. A step is a fake one that keeps what it was called with. */
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
  const { mount, FlowError } = await import('/bank-mfa/entries/connect.js')

  let calls, events, reasons, failures, controller, step, mounted, options
  const called = (name, refusal) => (given) => {
    calls.push(given === undefined ? [name] : [name, given])
    if (refusal) throw new FlowError({ code: refusal, next: 'fix-integration', message: '', path: null, fields: [] })
  }
  const failed = ({ name, code, path }) => void failures.push({ name, code, path })
  window.harness = {
    anew() {
      mounted?.unmount()
      for (const frame of document.querySelectorAll('iframe')) frame.remove()
      if (listeners.size > 0) throw new Error('the last test left a listener')
      ;[calls, events, reasons, failures] = [[], [], [], []]
      controller = new AbortController()
      step = mounted = options = undefined
    },
    mount(address, { kind = 'connect', refusal, rejects, aborted, silent, ...given }) {
      if (aborted) controller.abort()
      const both = { kind, signal: controller.signal, returned: called('returned', refusal) }
      const ask = async () => {
        calls.push(['address'])
        if (rejects) throw new FlowError({ code: rejects, next: 'start-over', message: '', path: null, fields: [] })
        return address
      }
      step =
        kind === 'connect' ? { ...both, pageUrl: ask, tokenRefused: called('tokenRefused') } : { ...both, url: address }
      options = {
        ...given,
        onEvent: (event) => {
          events.push(event)
          if (silent) throw new Error('a listener’s own mistake')
        },
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
    said: (said) => events.some(({ step }) => step === said),
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
