/** What a user does in a step, rightly and wrongly: they answer, and act in the vendors' own pages. */
import { fill } from '../lib/fill.mjs'
import { toRaw } from '../crash/page.mjs'
import { credentialsOf } from './catalogue.mjs'

/** A user whose credentials are refused this often does not try them again. */
const MAX_FORMS = 4

export class Hands {
  #world
  #connection
  #name
  #random

  constructor(world, connection, name, random) {
    this.#world = world
    this.#connection = connection
    this.#name = name
    this.#random = random
  }

  /** Whether the user does something besides the right thing now. */
  does(deed) {
    return this.#world.does(this.#name, deed, this.#random)
  }

  cancels(page, flow) {
    this.#world.note(`${page.name} cancels`)
    this.#connection.cancelled.push(flow)
    flow.cancel()
  }

  /** Acts in a step. Returns how the user leaves, if they do. */
  act(page, flow, step) {
    if (step.kind === 'challenge') return this.#answers(page, flow, step)
    if (step.kind === 'connect') return this.#inIframe(page, step)
    return step.purpose === 'widget' ? this.#inWidget(page, step) : this.#inWindow(page, step)
  }

  // Challenges ----------------------------------------------------------------------------------

  async #answers(page, flow, step) {
    const { round } = step
    const isForm = round.challenges[0].kind === 'credentials'
    const wantsNewSession = this.#connection.entry.noCode.length > 0 && !this.#connection.newSessions.has(flow.id)
    if (round.newSession && (wantsNewSession || this.does('asks for a new session'))) {
      this.#connection.newSessions.add(flow.id)
      this.#world.note(`${page.name} asks for a new session in place of round ${round.number}`)
      return this.#calls(page, 'startNewSession', step.startNewSession())
    }
    if (isForm && this.#forms(flow) >= MAX_FORMS) {
      this.cancels(page, flow)
      return 'gives up'
    }
    const first = this.#knows(round, isForm) ?? this.#guess(round)
    const given = !isForm && this.does('answers wrongly') ? this.#guess(round) : first
    const submit = ({ kind, answers }) => (kind === 'raw' ? step.answerRaw(answers) : step.answer(answers))
    this.#submits(page, flow, round, isForm, given)
    const calls = [submit(given)]
    if (this.does('double-clicks')) calls.push(submit(given))
    if (this.does('submits two different answers')) {
      const other = this.#guess(round)
      this.#submits(page, flow, round, isForm, other)
      calls.push(submit(other))
    }
    for (const call of calls) await this.#calls(page, 'answer', call)
    return undefined
  }

  /** Waits for a call of the flow. It may be refused, but only with a `FlowError`. */
  async #calls(page, name, call) {
    const settled = await page.life.outcome(Promise.resolve(call))
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
    const address = await page.life.outcome(step.pageUrl())
    if (typeof address !== 'string') return undefined
    const { bank } = this.#world
    if (this.does('sends a forged message')) {
      this.#world.note(`${page.name} gets a forged message of the iframe`)
      await this.#calls(page, 'returned', step.returned({ loginId: this.#world.foreignLoginId }))
      return undefined
    }
    this.#connection.iframes.push(address)
    const message = await page.life.outcome(bank.act(this.#connection, 'iframe', { address }))
    if (message === undefined || message.error) return undefined
    this.#world.note(`${page.name} returns from the iframe: ${message.kind}`)
    if (message.kind === 'returned') {
      await this.#calls(page, 'returned', step.returned(message.claim))
      if (this.does('double-clicks')) await this.#calls(page, 'returned', step.returned(message.claim))
    } else step.tokenRefused()
    return undefined
  }

  /** The address of a window that the person stays in. */
  async #openWindow(page, step) {
    const address = await page.life.outcome(step.pageUrl())
    if (typeof address !== 'string' || this.does('leaves the window')) return undefined
    if (this.does('opens a window twice')) await page.life.outcome(step.pageUrl())
    return address
  }

  async #inWidget(page, step) {
    const address = await this.#openWindow(page, step)
    if (address === undefined) return undefined
    await page.life.outcome(this.#world.bank.act(this.#connection, 'widget', { url: address }))
    this.#world.note(`${page.name} answers in the widget`)
    if (this.#random.chance(0.5)) step.returned()
    return undefined
  }

  async #inWindow(page, step) {
    const address = await this.#openWindow(page, step)
    if (address === undefined) return undefined
    const decision = this.does('refuses at the bank') ? 'cancel' : 'approve'
    const visit = this.#world.bank.act(this.#connection, 'window', { url: address, decision })
    const landing = (await page.life.outcome(visit))?.url
    if (landing === undefined) return undefined
    this.#world.note(`${page.name} returns from the bank: ${decision}`)
    step.returned(landing)
    return undefined
  }
}
