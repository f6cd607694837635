/** A page, or a back end, that runs its flow itself: it calls the vendor, and stores the flow in a place of its own. */
import { Life } from './life.mjs'
import { Link } from './network.mjs'
import { releases } from './releases.mjs'

export class LocalPage {
  life = new Life()
  #world
  #random
  #link
  #connection
  #storage

  /** `storage` outlives the page: `{ snapshot }`. */
  constructor(world, connection, name, storage) {
    this.#world = world
    this.#random = world.stream(name)
    this.#link = new Link(world, 'vendor', `${name} to vendor`)
    this.#connection = connection
    this.#storage = storage
    this.name = name
    this.release = this.#random.pick(releases)
  }

  /** A call that is under way is lost with its page. */
  close() {
    this.#world.loses(this.#connection.name)
    this.life.end()
  }

  wake() {}

  /** What brings the flow back after a reload. */
  kept() {
    return this.#storage.snapshot ?? null
  }

  forget() {
    this.#storage.snapshot = undefined
  }

  start() {
    const { resolved } = this.#connection
    const flow =
      resolved.vendor === 'mx'
        ? this.release.mx.member(resolved.params, this.#host())
        : this.release.flinks[resolved.flow.kind](resolved.flow.params, this.#host())
    this.#world.witness.onLocalFlow(this.#connection, flow)
    return flow
  }

  resume(snapshot) {
    return this.release.restore(snapshot, this.#host())
  }

  #host() {
    const world = this.#world
    const { host, vendor, clientId, apiKey } = this.#connection.resolved
    const { life } = this
    const company = (name, call) =>
      life.guard(async (...args) => {
        await world.clock.wait(this.#random.below(200))
        if (world.happens(this.name, 'company function throws', this.#random))
          throw world.fault(`${name} does not work`)
        return call(...args)
      })
    const secrets =
      vendor === 'mx'
        ? { clientId, apiKey }
        : { authorizeToken: company('authorizeToken', (wanted) => world.company.tokenOf(this.#connection, wanted)) }
    return {
      ...host,
      ...secrets,
      fetch: life.guard((url, init) => world.bank.call(this.#link, life, url, init)),
      clock: { now: () => world.clock.now(), wait: life.guard((ms, signal) => world.clock.wait(ms, signal)) },
      store: life.guard((snapshot) => this.#store(snapshot)),
      onEvent: (event) => life.alive && world.witness.onEvent(event),
    }
  }

  #store(snapshot) {
    const world = this.#world
    if (world.happens(this.name, 'page storage refuses', this.#random)) throw world.fault('the storage is full')
    world.secrets.scanPage('a snapshot', snapshot, world)
    this.#storage.snapshot = snapshot
  }
}
