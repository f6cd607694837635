/** Users: how they visit their pages, leave them and come back. */
import { Page } from './browser.mjs'
import { Hands } from './hands.mjs'
import { LocalPage } from './local.mjs'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** A page without a network is so for longer than an edge remembers how a flow has ended. */
const LONG_MS = 11 * MINUTE

/** How long a user waits before they act again in a step that has not changed. */
const PATIENCE_MS = 3 * MINUTE

const MAX_PAGES = 4

/** How often a user tries again after the same failure. */
const MAX_SAME = 3

/** How long a careful user stays with a flow: every flow has ended by then. */
export const FLOW_LIMIT_MS = 140 * MINUTE

const isEnding = ({ kind }) => kind === 'done' || kind === 'failed'

export class Person {
  #world
  #random
  #connection
  #hands
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
    this.#hands = new Hands(world, connection, this.name, this.#random)
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
    const startsOver = this.#stored === null || (!world.isCalm && this.#hands.does('starts over at once'))
    world.note(`${page.name} ${startsOver ? 'starts a flow' : 'resumes its flow'}`)
    const flow = startsOver ? page.start(this.#connection.name) : page.resume(this.#stored)
    if (startsOver && !this.#connection.isLocal && this.#hands.does('goes offline')) {
      clock.after(this.#random.between(1, 400), () => page.goOffline(LONG_MS + this.#random.below(2 * HOUR)))
    }
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
        await page.life.outcome(clock.wait(this.#random.between(500, world.isCalm ? 5_000 : 40_000)))
        if (!page.life.alive) return 'closes the page'
        if (flow.current !== step) continue
        outcome = await this.#act(page, flow, step, deadline)
        actsAgain = clock.now() + PATIENCE_MS
      } else if (isNew) outcome = this.#idles(page, flow)
      if (this.#hands.does('wakes the page')) page.wake()
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
    if (this.#hands.does('reloads')) return 'reloads'
    if (this.#hands.does('closes the page')) return 'closes the page'
    if (this.#hands.does('opens a second tab')) this.#opensTab(page)
    if (this.#hands.does('cancels')) this.#hands.cancels(page, flow)
    return undefined
  }

  /** A flow of a page itself has one page at a time: each snapshot may be restored once. */
  #opensTab(page) {
    const { clock } = this.#world
    if (this.#connection.isLocal || this.#running >= MAX_PAGES) return
    this.#world.note(`${page.name} gets a second tab`)
    void this.#visit(clock.now() + 30 * MINUTE)
  }

  async #act(page, flow, step, deadline) {
    if (this.#hands.does('reloads')) return 'reloads'
    if (this.#hands.does('closes the page')) return 'closes the page'
    if (this.#hands.does('comes back tomorrow')) return 'comes back tomorrow'
    if (this.#hands.does('opens a second tab')) this.#opensTab(page)
    if (this.#hands.does('cancels')) return void this.#hands.cancels(page, flow)
    if (this.#hands.does('lets it expire')) {
      await this.#change(page, flow, step, Math.min(deadline, this.#world.clock.now() + HOUR))
      return undefined
    }
    return this.#hands.act(page, flow, step)
  }
}
