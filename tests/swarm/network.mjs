/** The networks: requests and replies are late, lost or repeated, and so change their order. */

/** A client waits 15 seconds or more, so a slow request still arrives in time. A very late one does not. */
const SLOW_MS = [1_000, 12_000]
const VERY_LATE_MS = [13_000, 400_000]

/**
 * One way between two machines. `kind` is `page` or `vendor`. What arrives twice is up to the caller: only requests that
 * a client or a proxy may repeat.
 */
export class Link {
  #world
  #kind
  #random

  constructor(world, kind, name) {
    this.#world = world
    this.#kind = kind
    this.#random = world.stream(name)
    this.name = name
  }

  /** Whether a fault of this link happens now. */
  happens(fault) {
    return this.#world.happens(this.name, `${this.#kind} ${fault}`, this.#random)
  }

  delay() {
    return this.#random.between(2, 120)
  }

  /**
   * Sends a request: `deliver` hands it over, and gets whether it is very late. Its result travels back. Rejects if something is lost, at once or when
   * `signal` aborts.
   */
  send({ signal, mayRepeat, what }, deliver) {
    const { clock } = this.#world
    const lostError = () => this.#world.fault('fetch failed', TypeError)
    const lost = this.happens('request lost')
    const silent = this.#random.chance(0.5)
    const slow = this.happens('request slow') ? this.#random.between(...SLOW_MS) : 0
    const late =
      this.#kind === 'vendor' && this.happens('request very late') ? this.#random.between(...VERY_LATE_MS) : 0
    const there = this.delay() + slow + late
    const twice = mayRepeat && this.happens('request twice')
    const again = this.#random.between(0, 3_000)
    const replyLost = this.happens('reply lost')
    const back = this.delay()
    if (this.#kind === 'vendor' && (lost || late > 0 || replyLost)) this.#world.loses(/\/(c\d+)\//.exec(what)[1])
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      let isOver = false
      signal?.addEventListener('abort', () => {
        isOver = true
        reject(signal.reason)
      })
      const fail = (error) => {
        if (!silent) reject(error)
      }
      clock.after(there, async () => {
        // A client that has hung up in the meantime has sent nothing, or everything.
        if (lost || (isOver && silent)) return fail(lostError())
        if (twice) clock.after(again, () => void deliver(late > 0).catch(() => {}))
        let reply, error
        try {
          reply = await deliver(late > 0)
        } catch (cause) {
          error = cause
        }
        clock.after(back, () => {
          if (replyLost) {
            this.#world.note(`${this.name}: the reply to ${what} is lost`)
            return fail(lostError())
          }
          if (error) return reject(error)
          resolve(reply)
        })
      })
    })
  }
}
