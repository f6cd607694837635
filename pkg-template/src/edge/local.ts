/** What one process knows beside the store: which flows it is at, and who waits for a change of them. */
export class Local {
  /** The turns that are under way here, by record. */
  readonly turns = new Map<string, Promise<unknown>>()
  readonly #waiting = new Map<string, Set<() => void>>()

  /** Resolves when the record has changed here; `stop` ends the waiting. */
  changed(id: string): { change: Promise<void>; stop: () => void } {
    const waiting = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiting)
    let wake = () => {}
    const change = new Promise<void>((resolve) => (wake = resolve))
    waiting.add(wake)
    const stop = () => {
      waiting.delete(wake)
      if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
    }
    return { change, stop }
  }

  /** Wakes who waits. */
  notify(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake()
  }
}
