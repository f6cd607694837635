import { isEnding, type Step } from './steps.js'

/** What local and remote flows share: the current step, and the changes of it. */
export abstract class FlowBase<Result> implements AsyncIterable<Step<Result>> {
  #current: Step<Result> = { kind: 'working', stage: 'start', until: null }
  readonly #listeners = new Set<() => void>()
  /** Abort the signals of the current step and of the next one. */
  #currentAbort: AbortController | undefined
  #nextAbort: AbortController | undefined

  abstract readonly id: string
  abstract readonly cancel: () => void
  abstract snapshot(): string

  /** The current step: the same object until the step changes. */
  get current(): Step<Result> {
    return this.#current
  }

  /** Calls `listener` after each change of `current`, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // A new function each time, so that the same listener can subscribe twice.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /**
   * The steps from the current one to the last one. A failure is a step too: iterating never throws. A slow
   * reader may miss a `working` step, but never a challenge that is still open.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Step<Result>, void, undefined> {
    for (let seen: Step<Result> | undefined; ;) {
      if (seen === this.#current) await this.#change()
      seen = this.#current
      yield seen
      if (isEnding(seen)) return
    }
  }

  /** Resolves to the flow's result. Rejects with a `FlowError` if the flow fails. */
  async result(): Promise<Result> {
    while (!isEnding(this.#current)) await this.#change()
    if (this.#current.kind === 'done') return this.#current.result
    throw (this.#current as Step & { kind: 'failed' }).error
  }

  /** @internal The signal of the step that is set next; aborts when that step is left. */
  protected nextStepSignal(): AbortSignal {
    this.#nextAbort = new AbortController()
    return this.#nextAbort.signal
  }

  /** @internal Changes the current step. A listener may call back into the flow, so call this last. */
  protected setStep(step: Step<Result>): void {
    const left = this.#currentAbort
    this.#currentAbort = this.#nextAbort
    this.#nextAbort = undefined
    this.#current = step
    left?.abort()
    for (const listener of [...this.#listeners]) {
      try {
        listener()
      } catch (error) {
        // An error in a listener is reported as uncaught, and does not stop the flow.
        queueMicrotask(() => {
          throw error
        })
      }
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.subscribe(() => {
        stop()
        resolve()
      })
    })
  }
}
