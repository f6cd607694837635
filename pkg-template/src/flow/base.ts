import { LazyAbort } from './lazy-abort.js'
import type { Recorder } from './recorder.js'
import { isEnding, type Step } from './steps.js'
import type { Trace } from './trace.js'

/** What local and remote flows share: the current step, and the changes of it. */
export abstract class FlowBase<Result> implements AsyncIterable<Step<Result>> {
  #current: Step<Result> = { kind: 'working', stage: 'start', until: null }
  readonly #listeners = new Set<() => void>()
  /** Abort the signals of the current step and of the next one. */
  #currentAbort: LazyAbort | undefined
  #nextAbort: LazyAbort | undefined
  /** @internal */
  readonly recorder: Recorder

  /** @internal */
  constructor(recorder: Recorder) {
    this.recorder = recorder
  }

  /** Vue wraps plain objects in proxies, through which private fields cannot be read. An object with a tag stays itself. */
  get [Symbol.toStringTag](): string {
    return 'Flow'
  }

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
    if (this.#listeners.add(entry).size === 1) this.onLook()
    return () => {
      if (this.#listeners.delete(entry) && !this.isLookedAt) this.onLook()
    }
  }

  /**
   * The steps from the current one to the last one. A failure is a step too: iterating never throws. A slow
   * reader may miss a `working` step, but never a challenge that is still open.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Step<Result>, void, undefined> {
    let wake = () => {}
    const unsubscribe = this.subscribe(() => wake())
    try {
      for (let seen: Step<Result> | undefined; ;) {
        if (seen === this.#current) await new Promise<void>((resolve) => (wake = resolve))
        seen = this.#current
        yield seen
        if (isEnding(seen)) return
      }
    } finally {
      unsubscribe()
    }
  }

  /** Resolves to the flow's result. Rejects with a `FlowError` if the flow fails. */
  async result(): Promise<Result> {
    let last
    for await (last of this);
    if (last?.kind === 'done') return last.result
    throw (last as Step & { kind: 'failed' }).error
  }

  /** @internal Whether somebody waits for the next step: a subscription, an open iteration or a pending result. */
  protected get isLookedAt(): boolean {
    return this.#listeners.size > 0
  }

  /** @internal Called when somebody begins to look, or nobody looks any more. */
  protected onLook(): void {}

  /**
   * What happened in this flow, for a bug report or a vendor's support: its calls with their statuses, its steps, the
   * times, and how it ended. It contains no personal data, no key and no id. Call it at any time, also after the end. It
   * begins with this object: a restored or resumed flow does not know what happened before.
   */
  trace(): Trace {
    return this.recorder.trace()
  }

  /** @internal Aborts when the step that is set next is left. */
  protected nextStepAbort(): LazyAbort {
    return (this.#nextAbort = new LazyAbort())
  }

  /** @internal Changes the current step. A listener may call back into the flow, so call this last. */
  protected setStep(step: Step<Result>): void {
    const left = this.#currentAbort
    this.#currentAbort = this.#nextAbort
    this.#nextAbort = undefined
    this.#current = step
    this.recorder.step(step)
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
}
