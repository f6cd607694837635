import { invalidInput, type FlowError } from './errors.js'
import type { Failure, ConnectPurpose, Round, Stage } from '../wasm/bank_mfa.js'

/** Answers by field names: a form's data, or a plain object. */
export type Answers = FormData | Record<string, string | string[]>

/** Answers in the vendor's own form, for a challenge that the vendor does not document. */
export type RawAnswers = Record<string, string[]>

/** What a flow stands at. */
export type Step<Result = unknown> =
  | { readonly kind: 'working'; readonly stage: Stage; readonly until: number | null }
  | ChallengeStep
  | RedirectStep
  | ConnectStep
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly error: FlowError }

/** The bank asks. */
export interface ChallengeStep {
  readonly kind: 'challenge'
  /** What it asks. */
  readonly round: Round
  /**
   * Answers this round. Resolves when the answers fit and are on their way; a second call gets the first
   * one's promise, and nothing is sent twice. Rejects with `INVALID_ANSWER` and the fields, and leaves the
   * round open, or with `STALE_ROUND` when the flow has gone on.
   */
  answer(answers: Answers): Promise<void>
  /** Answers this round with the vendor's own keys and values: Flinks' `SecurityResponses`. */
  answerRaw(answers: RawAnswers): Promise<void>
}

/** The person goes on elsewhere: signs in at the bank's own site, or answers in MX's widget. */
export interface RedirectStep {
  readonly kind: 'redirect'
  /**
   * It works once. Open the bank's as it is, in a window of its own; `mount` of `bank-mfa/connect` shows the
   * widget in a frame.
   */
  readonly url: string
  /** Aborts when the flow has left this step. */
  readonly signal: AbortSignal
  /**
   * Says that the person came back, and to which address. Without it the flow looks at the vendor from time
   * to time.
   */
  returned(landing: string | URL): void
}

/** The person goes on in the vendor's own page: `mount` of `bank-mfa/connect` shows it in a frame. */
export interface ConnectStep {
  readonly kind: 'connect'
  /** What the person does there: `mfa` answers what the bank asks, `credentials` signs in. */
  readonly purpose: ConnectPurpose
  /** When the flow stops waiting, in milliseconds since 1970. */
  readonly until: number
  /** Aborts when the flow has left this step. */
  readonly signal: AbortSignal
  /**
   * The page's address, with a token of its own where the vendor wants one; the same each time. Rejects with
   * `secret-missing` where the host has none.
   */
  address(): Promise<string>
  /**
   * Says what the page claims to have come of it; the vendor is asked before it is believed. Throws
   * `INVALID_INPUT`, and the flow goes on waiting, where the claim is malformed or for another flow. A flow at the
   * edge gives a promise, which rejects where the edge refuses; nobody has to wait for it.
   */
  returned(claim: Claim): void | Promise<void>
  /** Says that the page refused its token. The flow opens it anew with another one, in a step of its own. */
  tokenRefused(): void
}

/** What a page says that came of it. */
export interface Claim {
  /** The LoginId. */
  loginId: string
  /** Of an address that the person landed at: the `state` in it, or null where it has none. */
  state?: string | null
}

/** What every flow is to its reader, wherever it runs: the step that it stands at, and each change of it. */
export abstract class Steps<Result> implements AsyncIterable<Step<Result>> {
  #current: Step<Result> = { kind: 'working', stage: 'start', until: null }
  readonly #listeners = new Set<() => void>()
  /** Aborts when the current window or page is left, and the same of the one that is about to open. */
  #leaves: AbortController | undefined
  #opens: AbortController | undefined

  abstract readonly id: string
  abstract readonly cancel: () => void
  abstract snapshot(): string

  /** The step that the flow stands at: the same object until it changes. */
  get current(): Step<Result> {
    return this.#current
  }

  /** Calls `listener` after each change of `current`, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    // A wrapper of its own, so that the same function can subscribe twice.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => void this.#listeners.delete(entry)
  }

  /**
   * The steps from the current one to the ending, which is a step too: iterating never throws. A slow
   * reader may miss a `working`, and never a challenge that still stands.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Step<Result>, void, undefined> {
    for (let seen: Step<Result> | undefined; ;) {
      if (seen === this.#current) await this.#change()
      seen = this.#current
      yield seen
      if (isEnding(seen)) return
    }
  }

  /** What came of the flow. Rejects with the `FlowError` that it failed with. */
  async result(): Promise<Result> {
    while (!isEnding(this.#current)) await this.#change()
    if (this.#current.kind === 'done') return this.#current.result
    throw (this.#current as Step & { kind: 'failed' }).error
  }

  /** @internal Aborts when the step that is set next is left. */
  protected open(): AbortSignal {
    this.#opens = new AbortController()
    return this.#opens.signal
  }

  /** @internal A listener may call back into the flow, so this comes last. */
  protected set(step: Step<Result>): void {
    const left = this.#leaves
    this.#leaves = this.#opens
    this.#opens = undefined
    this.#current = step
    left?.abort()
    for (const listener of [...this.#listeners]) {
      try {
        listener()
      } catch (error) {
        // A listener's mistake is the listener's: it must not stop the flow.
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

/** @internal Whether a step is the last one. */
export function isEnding({ kind }: { readonly kind: string }): boolean {
  return kind === 'done' || kind === 'failed'
}

/** @internal A step whose answers are submitted once: until they are refused, a second call gets the first one's promise. */
export function challenge(
  round: Round,
  submit: (answers: Record<string, unknown>, isRaw: boolean) => Promise<void>,
): ChallengeStep {
  let accepted: Promise<void> | undefined
  const once = (answers: Record<string, unknown>, isRaw: boolean) => {
    accepted ??= submit(answers, isRaw).catch((error: unknown) => {
      accepted = undefined
      throw error
    })
    return accepted
  }
  return {
    kind: 'challenge',
    round,
    answer: (answers) => once(toFields(answers), false),
    answerRaw: (answers) => once(answers, true),
  }
}

/** @internal The address that a person landed at. */
export function toUrl(landing: string | URL): URL {
  try {
    return new URL(landing)
  } catch {
    throw invalidInput('/landing', 'must be an address')
  }
}

/** @internal A form's data as a plain object. */
export function toFields(answers: Answers): Record<string, unknown> {
  // Of whatever realm or library it is.
  const isForm = (given: Answers): given is FormData => typeof given?.getAll === 'function'
  if (!isForm(answers)) return answers
  return Object.fromEntries([...new Set(answers.keys())].map((name) => [name, answers.getAll(name)]))
}
