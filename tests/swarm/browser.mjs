/** A user's browser: pages that follow flows at the edge, with cookies, origins and event streams. */
import { Life } from './life.mjs'
import { Link } from './network.mjs'
import { EDGE, ORIGIN } from './edges.mjs'
import { releases } from './releases.mjs'

const streamError = () => new TypeError('network error')

export class Page {
  #world
  #link
  #random
  life = new Life()
  /** The network of the page, until it goes offline. */
  #network = new Life()

  constructor(world, user, name, origin = ORIGIN) {
    this.#world = world
    this.#random = world.stream(name)
    this.#link = new Link(world, 'page', `${name} to edge`)
    this.name = name
    this.user = user
    this.origin = origin
    const { clock } = world
    this.remote = this.#random.pick(releases).remote(EDGE, {
      fetch: this.life.guard((url, init) => this.fetch(url, init)),
      clock: { now: () => clock.now(), wait: this.life.guard((ms, signal) => clock.wait(ms, signal)) },
    })
  }

  close() {
    this.life.end()
  }

  /** What brings the flow back after a reload: its id. */
  kept(flow) {
    return flow.id || null
  }

  forget() {}

  start(connection) {
    return this.#listening(() => this.remote.start({ connection }))
  }

  resume(flowId) {
    return this.#listening(() => this.remote.resume(flowId))
  }

  /** The page is online or visible again. */
  wake() {
    this.#world.note(`${this.name} wakes`)
    for (const listener of [...this.#listeners]) listener()
  }

  /** The page has no network for some time: what is on its way is lost for it, or arrives. */
  goOffline(ms) {
    if (!this.#network.alive) return
    const { clock } = this.#world
    this.#world.note(`${this.name} is offline for ${Math.round(ms / 60_000)} minutes`)
    this.#world.losesNetwork()
    this.#network.end()
    clock.after(ms, () => {
      this.#network = new Life()
      if (this.life.alive) this.wake()
    })
  }

  #offlineError = () => {
    this.#world.losesNetwork()
    return this.#world.fault('the page is offline', TypeError)
  }

  #listeners = new Set()

  /** Makes a flow, whose listeners are this page's: the globals are those of all pages. */
  #listening(make) {
    globalThis.addEventListener = (_, listener) => this.#listeners.add(listener)
    try {
      return make()
    } finally {
      delete globalThis.addEventListener
    }
  }

  /** Sends a request as a browser does. */
  async fetch(url, { method, headers, body, signal }) {
    const world = this.#world
    const init = {
      method,
      headers: { ...headers, origin: this.origin, cookie: world.company.cookieOf(this.user) },
      body,
    }
    // A GET ends with its page; a POST of a page that is left still arrives.
    const request = new Life()
    const hangUp = () => request.end()
    if (method === 'GET') this.life.atEnd(hangUp)
    const what = `${method} ${new URL(url).pathname.split('/').slice(4).join('/') || 'start'}`
    const network = this.#network
    if (!network.alive) {
      await world.clock.wait(1)
      throw this.#offlineError()
    }
    if (method === 'GET') network.atEnd(hangUp)
    const send = this.#link.send({ signal, mayRepeat: true, what }, () => world.fleet.handle(url, init, request))
    const reply = await network.orEnd(send, this.#offlineError)
    const { status, headers: replied, text, stream, edge } = reply
    world.witness.onReply(this, what, status, text)
    if (stream === undefined) return new Response(status === 204 ? null : text, { status, headers: replied })
    signal?.addEventListener('abort', hangUp)
    return new Response(this.#carry(stream, edge, network, hangUp, reply), { status, headers: replied })
  }

  /** Carries an event stream: late, cut off, or held back by a proxy. */
  #carry(stream, edge, network, hangUp, reply) {
    const { clock } = this.#world
    const isHeld = this.#link.happens('stream held back')
    const reader = stream.getReader()
    let isOver = false
    const stop = () => {
      isOver = true
      // The edge's end of the request lives as long as its stream.
      reply.request = null
      hangUp()
    }
    return new ReadableStream({
      start: (controller) => {
        const fail = () => {
          if (isOver) return
          stop()
          controller.error(streamError())
        }
        edge.atEnd(fail)
        network.atEnd(fail)
        this.life.atEnd(stop)
        const pass = async () => {
          for (;;) {
            const { done, value } = await reader.read()
            if (isOver) return
            if (isHeld) {
              if (done) return stop()
              continue
            }
            await clock.wait(this.#link.delay())
            if (isOver) return
            if (this.#link.happens('stream cut')) return fail()
            if (done) {
              isOver = true
              return controller.close()
            }
            controller.enqueue(value)
            this.#world.witness.onText(this, value)
          }
        }
        pass().catch((error) => {
          // The stream of a page that has hung up is aborted, and that of an edge that has died.
          if (!isOver && edge.alive) this.#world.flaw('throws', `a stream of the edge breaks: ${error?.stack}`)
          fail()
        })
      },
      cancel: stop,
    })
  }
}
