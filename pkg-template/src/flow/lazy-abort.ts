/** An `AbortController` that is made only if somebody reads its signal: making one takes as long as a step of the core. */
export class LazyAbort {
  #controller: AbortController | undefined
  aborted = false
  /** Called on abort. */
  onAbort: (() => void) | undefined

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.aborted) this.#controller.abort()
    return this.#controller.signal
  }

  abort(reason?: unknown): void {
    this.aborted = true
    this.#controller?.abort(reason)
    this.onAbort?.()
  }
}
