/** The life of a page or of an edge's process. What runs in it cannot be stopped, but after its end nothing leaves it. */
export class Life {
  alive = true
  #atEnd = new Set()

  end() {
    if (!this.alive) return
    this.alive = false
    const last = [...this.#atEnd]
    this.#atEnd.clear()
    for (const run of last) run()
  }

  /** Calls a function at the end. Returns a function that takes this back. */
  atEnd(run) {
    this.#atEnd.add(run)
    return () => this.#atEnd.delete(run)
  }

  /** A function that does nothing after the end, and whose calls then never settle. */
  guard(call) {
    return (...args) =>
      new Promise((resolve, reject) => {
        if (!this.alive) return
        const isAlive = (settle) => (value) => this.alive && settle(value)
        new Promise((settle) => settle(call(...args))).then(isAlive(resolve), isAlive(reject))
      })
  }

  /** Settles with a promise, or rejects at the end. */
  orEnd(promise, makeError) {
    return new Promise((resolve, reject) => {
      const forget = this.atEnd(() => reject(makeError()))
      const settled = (settle) => (value) => {
        forget()
        settle(value)
      }
      promise.then(settled(resolve), settled(reject))
    })
  }

  /** Resolves with what a promise gives, with its error as `{ error }`, or with nothing at the end. */
  outcome(promise) {
    return new Promise((resolve) => {
      const forget = this.atEnd(resolve)
      promise.then(
        (value) => (forget(), resolve(value)),
        (error) => (forget(), resolve({ error })),
      )
    })
  }
}
