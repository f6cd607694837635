/** Runs in the page: makes elements and flows for the tests, and records what they report. */
import { flinks, mx } from '/bank-mfa/entries/index.js'
import { remote } from '/bank-mfa/entries/remote.js'
import { simulator } from '/bank-mfa/entries/simulator.js'
import * as texts from '/bank-mfa/entries/texts.js'
import { fill } from '/fill.js'

const EVENTS = ['bank-mfa-step', 'bank-mfa-done', 'bank-mfa-failed', 'bank-mfa-action']
const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'

/** The listeners of messages, such as those of an iframe. */
const messageListeners = new Set()
const { addEventListener, removeEventListener } = window
window.addEventListener = (type, listener, ...rest) => {
  if (type === 'message') messageListeners.add(listener)
  addEventListener.call(window, type, listener, ...rest)
}
window.removeEventListener = (type, listener, ...rest) => {
  messageListeners.delete(listener)
  removeEventListener.call(window, type, listener, ...rest)
}

let bank, element, flow, events, calls, prevented, requestIds, rejections
const violations = []
window.addEventListener('unhandledrejection', (event) => {
  if (!rejections) return
  event.preventDefault()
  rejections.push(event.reason.message)
})
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

/** Virtual time that stands still while the person is in a window or in MX's widget. */
const clock = {
  now: () => bank.clock.now(),
  async wait(ms, signal, waitsFor) {
    // The flow enters its step right after this call.
    await null
    if (signal.aborted) return new Promise(() => {})
    return bank.clock.wait(ms, signal, flow?.current?.kind === 'redirect' ? 'person' : waitsFor)
  },
}

function starts(vendor, name, more = {}) {
  if (vendor === 'mx') {
    const { userGuid, memberGuid } = bank.mx.member(name)
    const host = { environment: 'integration', ...bank.mx.key, fetch: watchedFetch, clock }
    return mx.member({ userGuid, memberGuid, job: 'aggregate', ...more }, host)
  }
  const host = {
    instance: 'toolbox',
    customerId,
    authorizeToken: () => bank.token(),
    fetch: watchedFetch,
    clock,
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

/** The right answers to the open round, by field name. */
function rightAnswers(vendor, name, round) {
  if (round.challenges[0].kind === 'credentials') {
    const { username, password } =
      vendor === 'mx' ? bank.mx.member(name) : bank.people.find((one) => one.username === name)
    const values = [username, vendor === 'mx' ? 'Renewed' : password, 'N']
    return Object.fromEntries(round.challenges.map(({ fields: [field] }, index) => [field.name, values[index]]))
  }
  if (vendor === 'flinks') return fill(round, JSON.parse(bank.rightAnswers(requestIds.at(-1))))
  const { responses } = bank.mx.member(name)
  const answers = responses[round.number - 1] ?? responses.at(-1)
  const is = (text) => (option) => option.label.toLowerCase() === text.toLowerCase()
  const answer = ({ fields: [field] }, index) => {
    const text = answers[index]
    return [field.name, field.options.length === 0 ? text : field.options.find(is(text)).id]
  }
  return Object.fromEntries(round.challenges.map(answer))
}

/** Fills in the form that the element shows, and sends it. Returns the names of the fields that it does not show. */
function answerForm(answers) {
  const form = element.shadowRoot.querySelector('form')
  const missing = []
  for (const [name, value] of Object.entries(answers)) {
    const controls = [...form.elements].filter((control) => control.name === name)
    if (controls.length === 0) missing.push(name)
    for (const control of controls) {
      if (['radio', 'checkbox'].includes(control.type)) control.checked = [value].flat().includes(control.value)
      else control.value = value
    }
  }
  form.requestSubmit()
  return missing
}

/** Runs a flow to its end, with `answer` for each round. Returns its rounds and its ending. */
async function runToEnd(answer) {
  const seen = []
  for await (const step of flow) {
    // A person who signs in again and again, or at a window, is another test.
    if (step.kind === 'redirect' || seen.length > 8) flow.cancel()
    if (step.kind !== 'challenge') continue
    seen.push(step.round.challenges.map(({ kind }) => kind).join(' '))
    await answer(step)
  }
  return { rounds: seen, code: flow.current.failure?.code ?? 'done' }
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

  reset(keepsUndefined = false) {
    flow?.cancel?.()
    bank?.clock.advance(3_600_000)
    document.querySelectorAll('bank-mfa').forEach((old) => old.remove())
    ;[events, calls, requestIds] = [[], [], []]
    violations.length = 0
    prevented = false
    rejections = undefined
    flow = undefined
    bank = simulator({ seed: 1, now: Date.UTC(2026, 0, 21, 12) })
    element = window.element = document.createElement('bank-mfa')
    element.clock = clock
    for (const type of EVENTS) {
      element.addEventListener(type, (event) => {
        const { step, result, failure, next } = event.detail
        events.push([type.slice('bank-mfa-'.length), step?.kind ?? next ?? failure?.code ?? result !== undefined])
        if (type === 'bank-mfa-action' && prevented) event.preventDefault()
      })
    }
    document.querySelector('#place').append(element)
    return keepsUndefined || import('/bank-mfa/entries/element.js').then(() => {})
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
  /** As a framework does whose page loads the element last. */
  async setBeforeDefined(step) {
    flow = fakeFlow()
    flow.set(step)
    Object.assign(element, { flow, texts: texts.fr, start: () => flow })
    await import('/bank-mfa/entries/element.js')
    if (Object.keys(element).some((name) => name === 'flow')) throw new Error('the property hides the accessor')
  },
  /** Sets a step of a flow that has no bank. */
  step(step) {
    const isNew = !flow?.set
    if (isNew) flow = fakeFlow()
    flow.set(step)
    if (isNew) element.flow = flow
  },
  /** Runs a person's flow twice: answered in the element, and without it. */
  async person(vendor, name) {
    const start = () => {
      bank = simulator({ seed: 1, now: Date.UTC(2026, 0, 21, 12) })
      requestIds = []
      return (flow = starts(vendor, name))
    }
    const missing = []
    element.flow = start()
    const shown = await runToEnd((step) => {
      missing.push(...answerForm(rightAnswers(vendor, name, step.round)))
      if (step.signal.aborted) return undefined
      return new Promise((resolve) => step.signal.addEventListener('abort', resolve))
    })
    const { answersRepeated, credentialsRepeated } = bank.counts()
    const drawn = [...element.shadowRoot.querySelectorAll('h2, p, button')].map(({ textContent }) => textContent)
    const { failure } = flow.current
    element.flow = null
    start()
    const plain = await runToEnd((step) => step.answer(rightAnswers(vendor, name, step.round)))
    return { shown, plain, missing, repeated: answersRepeated + credentialsRepeated, drawn, failure }
  },
  fault: (fault) => bank.fault(fault),
  rules: (rules) => bank.setRules(rules),
  advance: (ms) => bank.clock.advance(ms),
  now: () => bank.clock.now(),
  language: (name) => void (element.texts = texts[name]),
  prevent: (given = true) => void (prevented = given),
  /** From now on, an unhandled rejection is no error of the page. */
  expectRejections: () => void (rejections = []),
  rejections: () => rejections,
  events: () => events,
  calls: () => calls,
  counts: () => bank.counts(),
  messageListeners: () => messageListeners.size,
  listeners: () => flow.listeners?.size,
  violations: () => violations,
  right: () => JSON.parse(bank.rightAnswers(requestIds.at(-1)) ?? 'null'),
  round: () => flow.current.round,
  current: () => ({ ...flow.current, signal: null }),

  /** The problems that axe finds in the element. */
  async axe(rules) {
    await import('/axe.js')
    const runOnly = rules && { type: 'rule', values: rules }
    const { violations } = await window.axe.run('bank-mfa', { ...(runOnly && { runOnly }), iframes: false })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
  },

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
