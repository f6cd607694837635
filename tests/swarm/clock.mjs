/** The virtual time of a world: a queue of what happens next. Nothing else moves a world forward. */

const realImmediate = globalThis.setImmediate

/** Resolves when no microtask is left: all that runs at this instant has come to a wait. */
export const quiet = () => new Promise((resolve) => realImmediate(resolve))

export class Clock {
  #time
  #count = 0
  /** A heap: the next event is the first one. */
  #events = []
  /** How many events have happened. */
  happened = 0

  constructor(start) {
    this.#time = start
  }

  now() {
    return this.#time
  }

  /** Runs a function later. Returns the event, which `cancel` takes. */
  after(ms, run) {
    const event = { at: this.#time + Math.max(0, ms || 0), order: this.#count++, run }
    this.#push(event)
    return event
  }

  cancel(event) {
    event.run = undefined
  }

  wait(ms, signal) {
    return new Promise((resolve) => {
      const event = this.after(ms, resolve)
      signal?.addEventListener('abort', () => this.cancel(event), { once: true })
    })
  }

  /** Lets events happen until `isOver`, and not after the time `limit`. */
  async run(isOver, limit) {
    await quiet()
    while (!isOver() && this.#events.length > 0 && this.#events[0].at <= limit) {
      const { at, run } = this.#pop()
      if (run === undefined) continue
      this.#time = at
      this.happened += 1
      run()
      await quiet()
    }
  }

  #push(event) {
    const events = this.#events
    let at = events.length
    events.push(event)
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!isBefore(event, events[parent])) break
      events[at] = events[parent]
      at = parent
    }
    events[at] = event
  }

  #pop() {
    const events = this.#events
    const [first] = events
    const last = events.pop()
    if (events.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= events.length) break
      if (child + 1 < events.length && isBefore(events[child + 1], events[child])) child += 1
      if (!isBefore(events[child], last)) break
      events[at] = events[child]
      at = child
    }
    events[at] = last
    return first
  }
}

const isBefore = (one, other) => one.at < other.at || (one.at === other.at && one.order < other.order)
