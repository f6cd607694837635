/** Tells the requests of this process that a record has changed. */
export class Changes {
  readonly #listeners = new Map<string, Set<() => void>>()

  /** `change` resolves at the next change of a record. Call `stop` once, to stop listening. */
  listen(id: string): { change: Promise<void>; stop: () => void } {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners)
    let listener = () => {}
    const change = new Promise<void>((resolve) => (listener = resolve))
    listeners.add(listener)
    const stop = () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(id)
    }
    return { change, stop }
  }

  notify(id: string): void {
    for (const listener of this.#listeners.get(id) ?? []) listener()
  }
}
