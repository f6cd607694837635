import { FlowError, invalidInput, refusing, secretMissing, staleRound } from './errors.js'
import { toJson, type Host, type WaitsFor } from './host.js'
import { Transport } from './transport.js'
import type { Failure, FlowHandle, Frame, Purpose, Round, Stage, Step as CoreStep } from './wasm/bank_mfa.js'

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
  readonly purpose: Purpose
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
   * `INVALID_INPUT`, and the flow goes on waiting, where the claim is malformed or for another flow.
   */
  returned(claim: Claim): void
  /**
   * Says that the page refused its token. The flow opens it anew with another one, in a step of its own; a page
   * in the middle of a session has none of its own, and the flow ends in `session-expired`.
   */
  tokenRefused(): void
}

/** What a page says that came of it. */
export interface Claim {
  /** The LoginId. */
  loginId: string
  /** Of an address that the person landed at: the `state` in it, or null where it has none. */
  state?: string | null
}

/**
 * A flow that runs. It began when it was made; iterate over its steps, or subscribe to it.
 */
export class Flow<Result = unknown> implements AsyncIterable<Step<Result>> {
  readonly #handle: FlowHandle
  readonly #toResult: (result: unknown) => Result
  readonly #host: Host
  readonly #transport: Transport
  /** Names the flow to its host; it is not sent to the vendor. */
  readonly id: string
  readonly #listeners = new Set<() => void>()
  readonly #cancelled = new AbortController()
  /** Stops the wait that is under way. */
  #waiting = new AbortController()
  /** The answers on their way, where the vendor is asked before they are sent. */
  #supply: (() => CoreStep) | undefined
  /** What is left when the flow has ended and its wasm is freed. */
  #last: string | undefined
  #current: Step<Result> = { kind: 'working', stage: 'start', until: null }
  /** Aborts when the current window or page is left, and the same of the one that is about to open. */
  #leaves: AbortController | undefined
  #opens: AbortController | undefined
  /** Tells one page from the next. */
  #page = ''

  /** @internal */
  constructor(
    handle: FlowHandle,
    host: Host,
    begin: 'started' | 'restored' | { window: string },
    toResult = (result: unknown): Result => result as Result,
  ) {
    this.#handle = handle
    this.#toResult = toResult
    this.#host = host
    this.id = handle.id
    this.#transport = new Transport(host, this.id, this.#cancelled.signal)
    host.signal?.addEventListener('abort', this.cancel)
    this.#go(() => {
      const now = host.clock.now()
      if (host.signal?.aborted) return handle.cancelled(now)
      return typeof begin === 'string' ? handle[begin](now) : handle.continued(begin.window, now)
    })
  }

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

  /** Ends the flow with `cancelled`. What was sent is not taken back. */
  readonly cancel = (): void => {
    this.#go(() => this.#handle.cancelled(this.#host.clock.now()))
  }

  /**
   * The flow as text, opaque, to be stored and given to `restore`. It holds the vendor's ids and the
   * open challenges, and no key, answer or credential.
   */
  snapshot(): string {
    return this.#last ?? this.#handle.snapshot()
  }

  /** Takes an event to the core, and enters the step that comes of it. After the end, nothing happens. */
  #go(event: () => CoreStep): CoreStep['kind'] | undefined {
    if (this.#last !== undefined) return undefined
    const step = refusing(event, this.id)
    this.#enter(step)
    return step.kind
  }

  /** A listener may call back into the flow, so `#set` comes last. */
  #enter(step: CoreStep): void {
    this.#waiting.abort()
    switch (step.kind) {
      case 'send':
        if (step.stage === 'answer') this.#supply = undefined
        void this.#send(step)
        // While the window is open the flow looks from time to time, and the step stays the same.
        if (this.#current.kind !== 'redirect') this.#set({ kind: 'working', stage: step.stage, until: null })
        break
      case 'wait':
        this.#wait(step.until, 'vendor')
        if (this.#current.kind !== 'working' || this.#current.until !== step.until) {
          this.#set({ kind: 'working', stage: step.stage, until: step.until })
        }
        break
      case 'challenge':
        if (step.round.expires) this.#wait(step.round.expires.at, 'person')
        if (this.#current.kind !== 'challenge' || this.#current.round.number !== step.round.number) {
          this.#set(this.#challenge(step.round))
        }
        break
      case 'supply':
        if (this.#supply) this.#go(this.#supply)
        else this.#wait(step.until, 'vendor')
        break
      case 'redirect':
        this.#wait(step.until, 'vendor')
        if (this.#current.kind !== 'redirect' || this.#current.url !== step.url) this.#set(this.#redirect(step.url))
        break
      case 'connect':
        this.#wait(step.until, 'person')
        this.#show(step.frame, step.until)
        break
      case 'done':
        this.#end({ kind: 'done', result: this.#toResult(step.result) })
        break
      case 'failed':
        this.#end({ kind: 'failed', failure: step.failure, error: new FlowError(step.failure, this.id) })
        break
    }
  }

  async #send(step: CoreStep & { kind: 'send' }): Promise<void> {
    const { store, timeout = step.request.timeout } = this.#host
    const reply = await this.#transport.send(step.request, () => store?.(this.snapshot(), timeout))
    if (this.#last !== undefined) {
      if (typeof reply !== 'string') reply.free()
      return
    }
    const now = this.#host.clock.now()
    this.#go(() =>
      typeof reply === 'string'
        ? this.#handle.lost(step.serial, reply, now)
        : this.#handle.replied(step.serial, reply, now),
    )
  }

  #wait(until: number, waitsFor: WaitsFor): void {
    const { clock } = this.#host
    const { signal } = (this.#waiting = new AbortController())
    const woken = () => {
      if (!signal.aborted) this.#go(() => this.#handle.waited(clock.now()))
    }
    const wait = async () => clock.wait(Math.max(0, until - clock.now()), signal, waitsFor)
    wait().then(woken, () => {})
  }

  #challenge(round: Round): ChallengeStep {
    let accepted: Promise<void> | undefined
    const submit = async (method: 'answered' | 'answeredRaw', answers: unknown) => {
      const json = toJson('answers', answers, method === 'answered')
      const event = () => this.#handle[method](round.number, json, this.#host.clock.now())
      this.#supply = event
      const went = this.#go(event)
      // The flow has ended, before this or by it: the answers came too late, and went nowhere.
      if (went !== 'send' && went !== 'wait') throw staleRound(this.id)
    }
    const once = (method: 'answered' | 'answeredRaw', answers: unknown) => {
      accepted ??= submit(method, answers).catch((error: unknown) => {
        accepted = undefined
        throw error
      })
      return accepted
    }
    return {
      kind: 'challenge',
      round,
      answer: (answers) => once('answered', toFields(answers)),
      answerRaw: (answers) => once('answeredRaw', answers),
    }
  }

  #redirect(url: string): RedirectStep {
    const returned = (landing: string | URL) => {
      const { searchParams } = toUrl(landing)
      // Through a page that escaped it, the key arrives with a part of the escape.
      const claim = searchParams.get('member_guid') ?? searchParams.get('amp;member_guid')
      this.#go(() => this.#handle.returned(JSON.stringify(claim), this.#host.clock.now()))
    }
    return { kind: 'redirect', url, returned, signal: this.#open() }
  }

  #show(frame: Frame, until: number): void {
    const page = `${frame.session} ${frame.url}`
    if (this.#current.kind === 'connect' && this.#page === page) return
    this.#page = page
    this.#set(this.#connect(frame, until))
  }

  #connect(frame: Frame, until: number): ConnectStep {
    const { purpose } = frame
    const signal = this.#open()
    // A page that was left says nothing any more.
    const go = (event: (now: number) => CoreStep) => {
      if (!signal.aborted) this.#go(() => event(this.#host.clock.now()))
    }
    let address: Promise<string> | undefined
    const ask = async () => {
      const found = await this.#transport.address(frame).catch(() => undefined)
      if (found !== undefined) return found
      address = undefined
      throw secretMissing(this.id)
    }
    return {
      kind: 'connect',
      purpose,
      until,
      signal,
      address: () => (address ??= ask()),
      returned: (claim) => go((now) => this.#handle.returned(toJson('claim', claim), now)),
      tokenRefused: () => go((now) => this.#handle.tokenRefused(now)),
    }
  }

  #open(): AbortSignal {
    this.#opens = new AbortController()
    return this.#opens.signal
  }

  #set(step: Step<Result>): void {
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

  #end(step: Step<Result>): void {
    this.#host.signal?.removeEventListener('abort', this.cancel)
    this.#last = this.#handle.snapshot()
    this.#handle.free()
    this.#cancelled.abort()
    this.#set(step)
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

function isEnding(step: Step): boolean {
  return step.kind === 'done' || step.kind === 'failed'
}

function toUrl(landing: string | URL): URL {
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

/** @internal Names a flow to its host. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
