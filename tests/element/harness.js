/** Runs in the page: makes elements and flows for the tests, and records what they report. */
import { flinks, mx } from '/bank-mfa/entries/index.js'
import { remote } from '/bank-mfa/entries/remote.js'
import { simulator } from '/bank-mfa/entries/simulator.js'
import * as texts from '/bank-mfa/entries/texts.js'

const EVENTS = ['bank-mfa-step', 'bank-mfa-done', 'bank-mfa-failed', 'bank-mfa-action']
const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'

let bank, element, flow, events, calls, prevented, requestIds
const violations = []
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
  violations.push(`${violatedDirective} ${blockedURI} ${sourceFile}`),
)

/** A `fetch` that remembers the RequestIds, for the right answers. */
async function watchedFetch(url, init) {
  const reply = await bank.fetch(url, init)
  const text = await reply.clone().text()
  const id = /"RequestId":\s*"([^"]+)"/i.exec(text)?.[1]
  if (id) requestIds.push(id)
  const guid = /MBR-[^/]+/.exec(url)?.[0]
  if (guid) requestIds.push(guid)
  return reply
}

function starts(vendor, name, more = {}) {
  if (vendor === 'mx') {
    const { userGuid, memberGuid } = bank.mx.member(name)
    const host = { environment: 'integration', ...bank.mx.key, fetch: watchedFetch, clock: bank.clock }
    return mx.member({ userGuid, memberGuid, job: 'aggregate', ...more }, host)
  }
  const host = {
    instance: 'toolbox',
    customerId,
    authorizeToken: () => bank.token(),
    fetch: watchedFetch,
    clock: bank.clock,
  }
  const { kind = 'authorize', ...params } = more
  const loginId = bank.loginId(name)
  const start = {
    authorize: () => flinks.authorize({ loginId, mostRecentCached: false, ...params }, host),
    credentials: () => flinks.authorize({ institution: 'FlinksCapital', ...params }, host),
    reconnect: () => flinks.reconnect({ loginId, ...params }, host),
  }
  return start[kind]()
}

/** A flow whose steps a test sets. */
function fakeFlow() {
  const listeners = new Set()
  return {
    current: null,
    listeners,
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    cancel: () => calls.push(['cancel']),
    set(step) {
      this.abort?.abort()
      this.abort = new AbortController()
      this.current = { ...step, signal: this.abort.signal }
      for (const name of ['answer', 'startNewSession', 'pageUrl', 'returned', 'tokenRefused', 'sessionExpired']) {
        this.current[name] = async (given) => {
          calls.push([name, given instanceof FormData ? [...given] : given])
          const { value, error, hangs } = step[name] ?? {}
          if (hangs) await new Promise(() => {})
          if (error) throw Object.assign(new Error(error.code), error)
          return value
        }
      }
      for (const listener of [...listeners]) listener()
    },
  }
}

window.harness = {
  texts,

  reset() {
    flow?.cancel?.()
    bank?.clock.advance(3_600_000)
    document.querySelectorAll('bank-mfa').forEach((old) => old.remove())
    ;[events, calls, requestIds] = [[], [], []]
    violations.length = 0
    prevented = false
    flow = undefined
    bank = simulator({ seed: 1, now: Date.UTC(2026, 0, 21, 12) })
    element = window.element = document.createElement('bank-mfa')
    element.clock = bank.clock
    for (const type of EVENTS) {
      element.addEventListener(type, (event) => {
        const { step, result, failure, next } = event.detail
        events.push([type.slice('bank-mfa-'.length), step?.kind ?? next ?? failure?.code ?? result !== undefined])
        if (type === 'bank-mfa-action' && prevented) event.preventDefault()
      })
    }
    document.querySelector('#place').append(element)
    return import('/bank-mfa/entries/element.js')
  },

  start(vendor, name, more) {
    element.flow = flow = starts(vendor, name, more)
  },
  /** Sets `start`, which starts such a flow. */
  offer(vendor, name, more) {
    element.start = () => {
      calls.push(['start'])
      return (flow = starts(vendor, name, more))
    }
  },
  startRemote(base, name) {
    element.clock = Date
    element.flow = flow = remote(base).start({ connection: name })
  },
  /** Sets a step of a flow that has no bank. */
  step(step) {
    const isNew = !flow?.set
    if (isNew) flow = fakeFlow()
    flow.set(step)
    if (isNew) element.flow = flow
  },
  fault: (fault) => bank.fault(fault),
  rules: (rules) => bank.setRules(rules),
  advance: (ms) => bank.clock.advance(ms),
  now: () => bank.clock.now(),
  language: (name) => void (element.texts = texts[name]),
  prevent: () => void (prevented = true),
  events: () => events,
  calls: () => calls,
  counts: () => bank.counts(),
  listeners: () => flow.listeners?.size,
  violations: () => violations,
  right: () => JSON.parse(bank.rightAnswers(requestIds.at(-1)) ?? 'null'),
  round: () => flow.current.round,
  current: () => ({ ...flow.current, signal: null }),

  /** Answers a request of an iframe or a window. */
  async vendor(url, { body, ...init }) {
    const reply = await bank.fetch(url, { ...init, ...(body && { body }) })
    const headers = Object.fromEntries(reply.headers)
    const policy = headers['content-security-policy']?.replace(/; frame-ancestors [^;]*/, '')
    const bytes = new Uint8Array(await reply.arrayBuffer())
    return {
      status: reply.status,
      headers: { ...headers, ...(policy && { 'content-security-policy': policy }) },
      body: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')),
    }
  },
}
