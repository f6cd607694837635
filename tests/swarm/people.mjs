/** Users: what they do with their pages, rightly and wrongly. */
import { fill } from '../lib/fill.mjs'
import { toRaw } from '../crash/page.mjs'
import { credentialsOf } from './catalogue.mjs'
import { Page } from './browser.mjs'
import { LocalPage } from './local.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** How long a user waits before they act again in a step that has not changed. */
const PATIENCE_MS = 3 * MINUTE

const MAX_PAGES = 4

/** A user whose credentials are refused this often does not try them again. */
const MAX_FORMS = 4

/** How often a user tries again after the same failure. */
const MAX_SAME = 3

/** How long a careful user stays with a flow: every flow has ended by then. */
export const FLOW_LIMIT_MS = 140 * MINUTE

const isEnding = ({ kind }) => kind === 'done' || kind === 'failed'

export class Person {
  #world
  #random
  #connection
  #pages = new Set()
  #visits = 0
  #running = 0
  /** The id of the flow that the browser has stored. */
  #stored = null
  /** Where a page stores a flow that it runs itself. */
  #storage = {}

  constructor(world, connection) {
    this.#world = world
    this.#connection = connection
    this.name = `person of ${connection.name}`
    this.#random = world.stream(this.name)
  }

  /** Lives through a storm: some visits, often in several tabs. Resolves when the last page is closed. */
  async storm(deadline) {
    const { clock } = this.#world
    await clock.wait(this.#random.between(0, 20_000))
    const visits = 1 + this.#random.below(3)
    const isOver = () => clock.now() >= deadline
    for (let visit = 0; visit < visits && !isOver(); visit++) {
      const outcome = await this.#visit(deadline)
      if (outcome === 'leaves for good' || outcome === 'gives up') break
      const pause = outcome === 'comes back tomorrow' ? 24 * HOUR : this.#random.between(500, 10 * MINUTE)
      await clock.wait(outcome === 'reloads' ? this.#random.below(1_000) : pause)
    }
    while (this.#running > 0 && !isOver()) await clock.wait(MINUTE)
    for (const page of this.#pages) page.close()
  }

  /** Follows the flow to its end, and does what its failures say. The same failure three times in a row is the last one. */
  async calm(tries) {
    const { clock } = this.#world
    const { calmEndings } = this.#connection
    for (let count = 0; count < tries; count++) {
      const ending = await this.#visit(clock.now() + FLOW_LIMIT_MS)
      calmEndings.push(ending)
      if (ending.kind !== 'failed') break
      const { code, retryAt } = ending.failure
      const last = calmEndings.slice(-MAX_SAME).map(({ failure }) => failure.code)
      if (last.length === MAX_SAME && last.every((other) => other === code)) break
      if (ending.failure.next === 'ask-credentials') await this.#world.company.askCredentials(this.#connection)
      await clock.wait(Math.max(retryAt ? retryAt - clock.now() : 0, this.#random.between(1_000, 5_000)))
    }
    return calmEndings.at(-1)
  }

  #does(deed) {
    return this.#world.does(this.name, deed, this.#random)
  }

  /** Opens a page and follows the flow. Returns the last step, or how the user has left. */
  async #visit(deadline) {
    const world = this.#world
    const name = `${this.name}, page ${++this.#visits}`
    const page = this.#connection.isLocal
      ? new LocalPage(world, this.#connection, name, this.#storage)
      : new Page(world, this.#connection.user, name)
    this.#pages.add(page)
    this.#running += 1
    try {
      return await this.#follow(page, deadline)
    } catch (error) {
      if (!page.life.alive) return 'closes the page'
      world.flaw('throws', `${page.name}: ${error.stack}`)
      return 'leaves for good'
    } finally {
      world.note(`${page.name} closes`)
      page.close()
      this.#pages.delete(page)
      this.#running -= 1
    }
  }

  async #follow(page, deadline) {
    const world = this.#world
    const { clock } = world
    const startsOver = this.#stored === null || (!world.isCalm && this.#does('starts over at once'))
    world.note(`${page.name} ${startsOver ? 'starts a flow' : 'resumes its flow'}`)
    const flow = startsOver ? page.start(this.#connection.name) : page.resume(this.#stored)
    let last
    let actsAgain = 0
    for (;;) {
      const step = flow.current
      this.#stored = page.kept(flow) ?? this.#stored
      if (isEnding(step)) break
      if (clock.now() >= deadline) return world.isCalm ? 'waits for ever' : 'leaves for good'
      const isNew = step !== last
      last = step
      let outcome
      if (step.kind !== 'working' && (isNew || clock.now() >= actsAgain)) {
        await this.#or(page, clock.wait(this.#random.between(500, world.isCalm ? 5_000 : 40_000)))
        if (!page.life.alive) return 'closes the page'
        if (flow.current !== step) continue
        outcome = await this.#act(page, flow, step, deadline)
        actsAgain = clock.now() + PATIENCE_MS
      } else if (isNew) outcome = this.#idles(page, flow)
      if (this.#does('wakes the page')) page.wake()
      if (outcome) return outcome
      if (flow.current !== step) continue
      await this.#change(page, flow, step, Math.min(deadline, actsAgain > clock.now() ? actsAgain : Infinity))
      if (!page.life.alive) return 'closes the page'
    }
    return this.#ends(page, flow)
  }

  #ends(page, flow) {
    const { current } = flow
    const world = this.#world
    const { code } = current.failure ?? {}
    world.note(`${page.name} sees ${code ?? 'done'}`)
    world.witness.onPageEnding(this.#connection, flow, current)
    this.#stored = null
    page.forget()
    return current
  }

  /** Resolves with a promise, or when the page is closed. */
  #or(page, promise) {
    return new Promise((resolve) => {
      const forget = page.life.atEnd(resolve)
      promise.then(
        (value) => (forget(), resolve(value)),
        (error) => (forget(), resolve({ error })),
      )
    })
  }

  /** Resolves when the flow has another step, at a time, or when the page is closed. */
  #change(page, flow, step, until) {
    const { clock } = this.#world
    return new Promise((resolve) => {
      const timer = clock.after(Math.min(until, clock.now() + HOUR) - clock.now(), () => settle())
      const unsubscribe = flow.subscribe(() => flow.current !== step && settle())
      const forget = page.life.atEnd(() => settle())
      const settle = () => {
        unsubscribe()
        clock.cancel(timer)
        forget()
        resolve()
      }
    })
  }

  /** What a user does while the flow works. */
  #idles(page, flow) {
    if (this.#does('reloads')) return 'reloads'
    if (this.#does('closes the page')) return 'closes the page'
    if (this.#does('opens a second tab')) this.#opensTab(page)
    if (this.#does('cancels')) this.#cancels(page, flow)
    return undefined
  }

  /** A flow of a page itself has one page at a time: each snapshot may be restored once. */
  #opensTab(page) {
    const { clock } = this.#world
    if (this.#connection.isLocal || this.#running >= MAX_PAGES) return
    this.#world.note(`${page.name} gets a second tab`)
    void this.#visit(clock.now() + 30 * MINUTE)
  }

  #cancels(page, flow) {
    this.#world.note(`${page.name} cancels`)
    this.#connection.cancelled.push(flow)
    flow.cancel()
  }

  async #act(page, flow, step, deadline) {
    if (this.#does('reloads')) return 'reloads'
    if (this.#does('closes the page')) return 'closes the page'
    if (this.#does('comes back tomorrow')) return 'comes back tomorrow'
    if (this.#does('opens a second tab')) this.#opensTab(page)
    if (this.#does('cancels')) return void this.#cancels(page, flow)
    if (this.#does('lets it expire')) {
      await this.#change(page, flow, step, Math.min(deadline, this.#world.clock.now() + HOUR))
      return undefined
    }
    if (step.kind === 'challenge') return this.#answers(page, flow, step)
    if (step.kind === 'connect') return this.#inIframe(page, step)
    return step.purpose === 'widget' ? this.#inWidget(page, step) : this.#inWindow(page, step)
  }

  // Challenges ----------------------------------------------------------------------------------

  async #answers(page, flow, step) {
    const { round } = step
    const isForm = round.challenges[0].kind === 'credentials'
    const wantsNewSession = this.#connection.entry.noCode.length > 0 && !this.#connection.newSessions.has(flow.id)
    if (round.newSession && (wantsNewSession || this.#does('asks for a new session'))) {
      this.#connection.newSessions.add(flow.id)
      this.#world.note(`${page.name} asks for a new session in place of round ${round.number}`)
      return this.#calls(page, 'startNewSession', step.startNewSession())
    }
    if (isForm && this.#forms(flow) >= MAX_FORMS) {
      this.#cancels(page, flow)
      return 'gives up'
    }
    const first = this.#knows(round, isForm) ?? this.#guess(round)
    const given = !isForm && this.#does('answers wrongly') ? this.#guess(round) : first
    const submit = ({ kind, answers }) => (kind === 'raw' ? step.answerRaw(answers) : step.answer(answers))
    this.#submits(page, flow, round, isForm, given)
    const calls = [submit(given)]
    if (this.#does('double-clicks')) calls.push(submit(given))
    if (this.#does('submits two different answers')) {
      const other = this.#guess(round)
      this.#submits(page, flow, round, isForm, other)
      calls.push(submit(other))
    }
    for (const call of calls) await this.#calls(page, 'answer', call)
    return undefined
  }

  /** Waits for a call of the flow. It may be refused, but only with a `FlowError`. */
  async #calls(page, name, call) {
    const settled = await this.#or(page, Promise.resolve(call))
    if (settled?.error !== undefined) this.#world.witness.onRefusal(this.#connection, page, name, settled.error)
  }

  #submits(page, flow, round, isForm, { values, answers, isRight }) {
    const prompts = round.challenges.map(({ prompt }) => prompt)
    this.#connection.submissions.push({
      ...{ flow: flow.id, round: round.number, kind: isForm ? 'credentials' : 'answers' },
      ...{ at: this.#world.clock.now(), values, answers, isRight, prompts },
    })
    const what = isForm ? 'credentials' : `${isRight ? 'right' : 'wrong'} answers`
    this.#world.note(`${page.name} submits ${what} in round ${round.number}`)
  }

  /** How many forms of credentials the user has filled in for a flow. */
  #forms(flow) {
    const { submissions } = this.#connection
    return submissions.filter((given) => given.flow === flow.id && given.kind === 'credentials').length
  }

  /** The right answers, if there are any. */
  #knows(round, isForm) {
    if (isForm) {
      const values = credentialsOf(this.#connection.entry, this.#connection.resolved)
      const names = round.challenges.map(({ fields }) => fields[0].name)
      const answers = Object.fromEntries(names.map((name, at) => [name, values[at] ?? values.at(-1)]))
      return { kind: 'form', answers, values: Object.values(answers), isRight: true }
    }
    const right = this.#world.bank.right(this.#connection)
    if (right === null) return undefined
    const raw = toRaw(right)
    const values = Object.values(raw).flat()
    const isFlinks = right.member === undefined
    if (isFlinks && this.#random.chance(0.5)) {
      try {
        return { kind: 'form', answers: fill(round, right), values, isRight: true }
      } catch {}
    }
    return { kind: 'raw', answers: raw, values, isRight: true }
  }

  /** Valid answers that are wrong. A typed one is unique, so that it can be recognised wherever it appears. */
  #guess(round) {
    const values = []
    const answer = ({ type, options = [] }) => {
      if (options.length > 0) {
        const option = this.#random.pick(options)
        return type === 'multi-select' ? [option.id] : option.id
      }
      const text = this.#world.secrets.newAnswer(this.#random)
      values.push(text)
      return text
    }
    const answers = round.challenges.flatMap(({ fields }) => fields.map((field) => [field.name, answer(field)]))
    return { kind: 'form', answers: Object.fromEntries(answers), values, isRight: false }
  }

  // The vendors' pages ----------------------------------------------------------------------------

  async #inIframe(page, step) {
    const address = await this.#or(page, step.pageUrl())
    if (typeof address !== 'string') return undefined
    const { bank } = this.#world
    if (this.#does('sends a forged message')) {
      this.#world.note(`${page.name} gets a forged message of the iframe`)
      await this.#calls(page, 'returned', step.returned({ loginId: this.#world.foreignLoginId }))
      return undefined
    }
    this.#connection.iframes.push(address)
    const message = await this.#or(page, bank.act(this.#connection, 'iframe', { address }))
    if (message === undefined || message.error) return undefined
    this.#world.note(`${page.name} returns from the iframe: ${message.kind}`)
    if (message.kind === 'returned') {
      await this.#calls(page, 'returned', step.returned(message.claim))
      if (this.#does('double-clicks')) await this.#calls(page, 'returned', step.returned(message.claim))
    } else step.tokenRefused()
    return undefined
  }

  /** The address of a window that the person stays in. */
  async #openWindow(page, step) {
    const address = await this.#or(page, step.pageUrl())
    if (typeof address !== 'string' || this.#does('leaves the window')) return undefined
    if (this.#does('opens a window twice')) await this.#or(page, step.pageUrl())
    return address
  }

  async #inWidget(page, step) {
    const address = await this.#openWindow(page, step)
    if (address === undefined) return undefined
    await this.#or(page, this.#world.bank.act(this.#connection, 'widget', { url: address }))
    this.#world.note(`${page.name} answers in the widget`)
    if (this.#random.chance(0.5)) step.returned()
    return undefined
  }

  async #inWindow(page, step) {
    const address = await this.#openWindow(page, step)
    if (address === undefined) return undefined
    const decision = this.#does('refuses at the bank') ? 'cancel' : 'approve'
    const visit = this.#world.bank.act(this.#connection, 'window', { url: address, decision })
    const landing = (await this.#or(page, visit))?.url
    if (landing === undefined) return undefined
    this.#world.note(`${page.name} returns from the bank: ${decision}`)
    step.returned(landing)
    return undefined
  }
}
