import { FlowError, refusing, secretMissing, staleRound } from './errors.js'
import { toJson, type Host, type WaitsFor } from './host.js'
import { Steps, challenge, toUrl, type ChallengeStep, type ConnectStep, type RedirectStep, type Step } from './steps.js'
import { OVER, Transport } from './transport.js'
import type { FlowHandle, Frame, Round, Step as CoreStep } from '../wasm/bank_mfa.js'

/**
 * A flow that runs. It began when it was made; iterate over its steps, or subscribe to it.
 */
export class Flow<Result = unknown> extends Steps<Result> {
  readonly #handle: FlowHandle
  readonly #toResult: (result: unknown) => Result
  readonly #host: Host
  readonly #transport: Transport
  /** Names the flow to its host; it is not sent to the vendor. */
  readonly id: string
  /** Stops the wait that is under way. */
  #waiting: AbortController | undefined
  /** The answers on their way, where the vendor is asked before they are sent. */
  #resubmit: (() => CoreStep) | undefined
  /** What is left when the flow has ended and its wasm is freed. */
  #last: string | undefined
  /** Tells one page from the next. */
  #page = ''

  /** @internal */
  constructor(
    handle: FlowHandle,
    host: Host,
    begin: 'started' | 'restored' | { window: string },
    toResult = (result: unknown): Result => result as Result,
  ) {
    super()
    this.#handle = handle
    this.#toResult = toResult
    this.#host = host
    this.id = handle.id
    this.#transport = new Transport(host, this.id)
    host.signal?.addEventListener('abort', this.cancel)
    this.#go(() => {
      const now = host.clock.now()
      if (host.signal?.aborted) return handle.cancelled(now)
      return typeof begin === 'string' ? handle[begin](now) : handle.restoredAtWindow(begin.window, now)
    })
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

  /** A listener may call back into the flow, so `set` comes last. */
  #enter(step: CoreStep): void {
    this.#waiting?.abort(OVER)
    this.#waiting = undefined
    switch (step.kind) {
      case 'send':
        if (step.stage === 'answer') this.#resubmit = undefined
        void this.#send(step)
        // While the window is open the flow looks from time to time, and the step stays the same.
        if (this.current.kind !== 'redirect') this.set({ kind: 'working', stage: step.stage, until: null })
        break
      case 'wait':
        this.#wait(step.until, 'vendor')
        if (this.current.kind !== 'working' || this.current.until !== step.until) {
          this.set({ kind: 'working', stage: step.stage, until: step.until })
        }
        break
      case 'challenge':
        if (step.round.expires) this.#wait(step.round.expires.at, 'person')
        if (this.current.kind !== 'challenge' || this.current.round.number !== step.round.number) {
          this.set(this.#challenge(step.round))
        }
        break
      case 'resubmit':
        if (this.#resubmit) this.#go(this.#resubmit)
        else this.#wait(step.until, 'vendor')
        break
      case 'redirect':
        this.#wait(step.until, 'vendor')
        if (this.current.kind !== 'redirect' || this.current.url !== step.url) this.set(this.#redirect(step.url))
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
    return challenge(round, async (answers, isRaw) => {
      const json = toJson('answers', answers, !isRaw)
      const event = () => this.#handle[isRaw ? 'answeredRaw' : 'answered'](round.number, json, this.#host.clock.now())
      this.#resubmit = event
      const went = this.#go(event)
      // The flow has ended, before this or by it: the answers came too late, and went nowhere.
      if (went !== 'send' && went !== 'wait') throw staleRound(this.id)
    })
  }

  #redirect(url: string): RedirectStep {
    const returned = (landing: string | URL) => {
      const { searchParams } = toUrl(landing)
      // Through a page that escaped it, the key arrives with a part of the escape.
      const claim = searchParams.get('member_guid') ?? searchParams.get('amp;member_guid')
      this.#go(() => this.#handle.returned(JSON.stringify(claim), this.#host.clock.now()))
      // The window is left: a flow that is stored now does not show it again.
      if (this.current.kind === 'redirect' && this.current.url === url) {
        this.set({ kind: 'working', stage: 'poll', until: null })
      }
    }
    return { kind: 'redirect', url, returned, signal: this.open() }
  }

  #show(frame: Frame, until: number): void {
    const page = `${frame.session} ${frame.url}`
    if (this.current.kind === 'connect' && this.#page === page) return
    this.#page = page
    this.set(this.#connect(frame, until))
  }

  #connect(frame: Frame, until: number): ConnectStep {
    const { purpose } = frame
    const signal = this.open()
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

  #end(step: Step<Result>): void {
    this.leave(this.#handle.snapshot())
    this.set(step)
  }

  /** @internal Leaves the flow where it stands: here nothing happens to it any more. */
  leave(snapshot: string): void {
    if (this.#last !== undefined) return
    this.#host.signal?.removeEventListener('abort', this.cancel)
    this.#last = snapshot
    this.#waiting?.abort(OVER)
    this.#handle.free()
    this.#transport.close()
  }
}
