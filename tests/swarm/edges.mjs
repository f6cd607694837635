/** Two processes of an edge over one store, and what is in front of them. Each can die at any point. */
import { Life } from './life.mjs'
import { Link } from './network.mjs'
import { SEAL, formatsDiffer, releases } from './releases.mjs'

export const ORIGIN = 'https://app.example'
export const EDGE = 'https://edge.example/mfa'

const SWEEP_MS = 30_000
const [MIN_RESTART_MS, MAX_RESTART_MS] = [200, 90_000]

/** So long does the company take that hangs. */
const HANG_MS = [40_000, 600_000]

const refusedError = () => new TypeError('connection refused')

class Edge {
  #world
  #random
  #link
  life

  constructor(world, name) {
    this.#world = world
    this.#random = world.stream(name)
    this.#link = new Link(world, 'vendor', `${name} to vendor`)
    this.name = name
    this.start()
  }

  start() {
    const world = this.#world
    const life = (this.life = new Life())
    const release = this.#random.pick(world.deployed ? [world.deployed] : releases)
    this.format = release.format
    const store = this.#withDeaths(world.wrapStore(world.store.connection(life), life))
    const company = (name, call) =>
      life.guard(async (...args) => {
        await world.clock.wait(this.#random.below(10))
        if (this.#happens('company function throws')) throw world.fault(`${name} does not work`)
        return this.#effect(life, name, async () => call(...args))
      })
    this.handle = release.edge({
      authenticate: life.guard(async (request) => world.company.userOf(request.headers.get('cookie'))),
      resolve: company('resolve', (user, name) => world.company.resolve(user, name)),
      origins: [ORIGIN],
      seal: SEAL,
      store,
      limits: { startsPerHour: 10_000 },
      webhooks: { findConnection: company('findConnection', (webhook) => world.company.findConnection(webhook)) },
      onFlowEnded: company('onFlowEnded', async (ended) => {
        const refuses = () => this.#happens('company refuses an ending for good')
        if (world.company.refuses(ended, refuses)) throw world.fault('the company never accepts this ending')
        if (this.#happens('company hangs')) await world.clock.wait(this.#random.between(...HANG_MS))
        if (this.#happens('company refuses an ending')) throw world.fault('the company refuses an ending')
        world.company.onFlowEnded(ended)
      }),
      onPersonNeeded: life.guard(async (event) => world.witness.onPersonNeeded(event)),
      onEvent: (event) => life.alive && world.witness.onEvent(event),
      onError: (error) => life.alive && world.witness.onEdgeError(error),
      fetch: life.guard((url, init) => this.#fetch(life, url, init)),
      clock: { now: () => world.clock.now(), wait: life.guard((ms, signal) => world.clock.wait(ms, signal)) },
    })
    world.starts.push({ at: world.clock.now(), edge: this.name, format: this.format })
    world.note(`${this.name} starts${formatsDiffer ? ` with format ${this.format}` : ''}`)
  }

  /** The process ends at once, and starts again later. */
  die(why) {
    if (!this.life.alive) return
    const world = this.#world
    world.note(`${this.name} dies ${why}`)
    for (const name of world.connections.keys()) world.loses(name)
    world.deaths.push(world.clock.now())
    this.life.end()
    world.clock.after(this.#random.between(MIN_RESTART_MS, MAX_RESTART_MS), () => this.start())
  }

  #happens(fault) {
    return this.#world.happens(this.name, fault, this.#random)
  }

  /** A process can die before each effect and after it. */
  async #effect(life, name, effect) {
    if (this.#happens('edge dies at an effect')) {
      if (this.#random.chance(0.5)) {
        this.die(`before ${name}`)
        return new Promise(() => {})
      }
      const outcome = await effect().catch(() => {})
      if (life.alive) this.die(`after ${name}`)
      return outcome
    }
    return effect()
  }

  #withDeaths(store) {
    const { life } = this
    return {
      ...store,
      write: (...args) => this.#effect(life, 'a write', () => store.write(...args)),
      remove: (...args) => this.#effect(life, 'a removal', () => store.remove(...args)),
    }
  }

  #fetch(life, url, init) {
    const world = this.#world
    return this.#effect(life, 'a call', async () => {
      const onOver = world.witness.onCall(/\/(c\d+)\//.exec(url)[1])
      try {
        return await world.bank.call(this.#link, life, url, init)
      } finally {
        if (life.alive) onOver()
      }
    })
  }
}

/** The edges, and the balancer in front of them. */
export class Fleet {
  #world
  #random

  constructor(world) {
    this.#world = world
    this.#random = world.stream('balancer')
    this.edges = ['edge 1', 'edge 2'].map((name) => new Edge(world, name))
    for (const edge of this.edges) {
      if (world.happens(edge.name, 'edge dies', this.#random)) {
        world.clock.after(this.#random.between(100, 900_000), () => world.isCalm || edge.die('for no reason'))
      }
    }
    this.#scheduleSweep()
  }

  /** From now on all edges are of one release: the deployment is over, or was rolled back. */
  finishDeployment() {
    this.#world.deployed = this.#random.pick(releases)
    for (const edge of this.edges) if (edge.format !== this.#world.deployed.format) edge.die('for the deployment')
  }

  /** Handles a request of a page or a vendor at one of the edges. Rejects if it dies. */
  async handle(url, init, life) {
    const edge = this.#random.pick(this.edges)
    if (!edge.life.alive) throw refusedError()
    const disconnect = new AbortController()
    life?.atEnd(() => disconnect.abort())
    const request = new Request(url, { ...init, signal: disconnect.signal })
    const from = this.#world.clock.now()
    this.#world.witness.onRequest(url, init.body)
    const served = edge.handle(request)
    served.catch((error) => edge.life.alive && this.#world.flaw('throws', `the edge rejects: ${error?.stack}`))
    const reply = await edge.life.orEnd(served, refusedError)
    const { status, headers } = reply
    const { format } = edge
    if (headers.get('content-type') === 'text/event-stream')
      return { status, headers, stream: reply.body, edge: edge.life, disconnect, request }
    const text = await reply.text()
    const [{ pathname: path }, { method = 'GET', body }] = [new URL(url), init]
    const retryAfter = headers.get('retry-after')
    this.#world.witness.onServed({ method, path, status, retryAfter, text, body, from, format })
    return { status, headers, text }
  }

  /** Every half minute the company sweeps. A sweep that would find nothing is left out. */
  #scheduleSweep() {
    const { clock, store } = this.#world
    const now = clock.now()
    const due = Math.max(store.nextDue(), now + 1)
    const wait = Math.ceil(due / SWEEP_MS) * SWEEP_MS - now
    clock.after(Math.min(wait, 10 * SWEEP_MS), async () => {
      const edge = this.#random.pick(this.edges)
      if (edge.life.alive && store.nextDue() <= clock.now()) void edge.handle.sweep()
      this.#scheduleSweep()
    })
  }
}
