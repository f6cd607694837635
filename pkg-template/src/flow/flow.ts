import { FlowBase } from './base.js'
import {
  FlowError,
  asFlowError,
  brokenFlow,
  noFreshAddress,
  secretMissing,
  sourceError,
  staleRound,
  stepLeft,
} from './errors.js'
import { readClock, toJson, waitUntil, type CheckedHost, type WaitsFor } from './host.js'
import { LazyAbort } from './lazy-abort.js'
import { Recorder } from './recorder.js'
import { challengeStep, landingClaim, once, parseLandingUrl, redirectStep } from './steps.js'
import type { ChallengeStep, ConnectStep, RedirectStep, Step } from './steps.js'
import type { FlowAction } from './trace.js'
import { TASK_ENDED, Transport, type Lost } from './transport.js'
import type { CoreEvent, FlowHandle, Frame, Round, Step as CoreStep } from '../wasm/bank_mfa.js'

/**
 * A running flow. Creating a flow starts it: create it in an event handler, never while a page renders. Iterate over
 * its steps, or subscribe to it.
 */
export class Flow<Result = unknown> extends FlowBase<Result> {
  readonly #handle: FlowHandle
  readonly #toResult: (result: unknown) => Result
  readonly #host: CheckedHost
  readonly #transport: Transport
  /** The flow's id for its host. It is not sent to the vendor. */
  readonly id: string
  /** Stops the current wait. */
  #waitAbort: LazyAbort | undefined
  /** Submits the pending answers again, after the core has asked the vendor whether their round is still open. */
  #resubmit: (() => CoreStep) | undefined
  /** Set once the flow has ended or was detached. Its wasm memory is then freed. */
  #finalSnapshot: string | undefined
  /** The window of the current step, with its newest address. */
  #window = { number: 0, url: '', opened: false }
  /** Whether the core is at the window. */
  #isAtWindow = false
  /** Called when the core has returned its next step. */
  #nextStepWaiters: (() => void)[] = []
  /** Why the last request got no reply. */
  #lost: Lost | undefined
  /** @internal When to ask the vendor next whether the round is still open, or null if it cannot be asked. */
  watchAt: number | null = null
  /** @internal When the flow ends if nobody answers the open round. */
  roundEndsAt = Infinity
  /** @internal Whether that request is under way. */
  isWatching = false
  /** Identifies the vendor's page of the current step. */
  #pageKey = ''
  /** When the event happened that the core gets, in milliseconds since 1970. */
  #now = 0
  /** What was thrown, for the error of the step that is entered next. */
  #cause: unknown

  /** @internal */
  constructor(
    handle: FlowHandle,
    host: CheckedHost,
    begin: 'started' | 'restored' | { window: string },
    toResult = (result: unknown): Result => result as Result,
  ) {
    super(new Recorder(host, begin !== 'started'))
    this.#handle = handle
    this.#toResult = toResult
    this.#host = host
    this.id = handle.id
    this.#transport = new Transport(host, this.id, this.recorder, (body) => handle.vendorCode(body))
    this.#dispatch(() => {
      if (host.signal?.aborted) return this.#advance('cancelled')
      return typeof begin === 'string' ? this.#advance(begin) : this.#advance('restoredAtWindow', begin.window)
    })
    if (this.#finalSnapshot === undefined) host.signal?.addEventListener('abort', this.cancel)
  }

  /** Ends the flow with `cancelled`. Requests that were sent are not undone. */
  readonly cancel = (): void => {
    this.#dispatch(() => this.#advance('cancelled'))
  }

  /**
   * Returns the flow as opaque text, to be stored and passed to `restore`. It contains the vendor's ids and the open
   * challenges, but no key, answer or credential.
   */
  snapshot(): string {
    return this.#finalSnapshot ?? this.#handle.snapshot()
  }

  /** Passes an event to the core. `number` is the serial of a request or the number of a round. */
  #advance(event: CoreEvent, text = '', number = 0, now = this.#now): CoreStep {
    return this.#handle.advance(event, number, text, now)
  }

  /**
   * Passes an event to the core, enters the step that it returns, and returns its kind. Does nothing after the end.
   * Rethrows a refusal; any other error ends the flow, and so does one of the host's clock.
   */
  #dispatch(event: () => CoreStep): CoreStep['kind'] | undefined {
    if (this.#finalSnapshot !== undefined) return undefined
    let step: CoreStep
    let code: 'host-error' | 'internal-error' = 'host-error'
    try {
      this.#now = readClock(this.#host.clock)
      code = 'internal-error'
      step = asFlowError(event, this.id)
    } catch (error) {
      if (error instanceof FlowError) throw error
      this.#fail(code, error)
      return 'failed'
    }
    this.#enter(step)
    return step.kind
  }

  /** The same for a timer or a reply, where nobody catches a refusal: it ends the flow, too. */
  #dispatchUnattended(event: () => CoreStep): void {
    try {
      this.#dispatch(event)
    } catch (error) {
      this.#fail('internal-error', error)
    }
  }

  /** Ends the flow, because the driver cannot go on. */
  #fail(code: 'host-error' | 'internal-error' | 'secret-missing', cause: unknown): void {
    if (this.#finalSnapshot !== undefined) return
    const now = this.recorder.now()
    let step: CoreStep
    try {
      step = this.#advance('failed', code, 0, now)
    } catch {
      // The core itself is broken.
      step = { kind: 'failed', failure: brokenFlow(code, now) }
    }
    this.#cause = cause
    this.#enter(step)
  }

  /** A listener may call back into the flow, so `setStep` comes last. */
  #enter(step: CoreStep): void {
    this.#waitAbort?.abort(TASK_ENDED)
    this.#waitAbort = undefined
    const cause = this.#cause
    this.#cause = undefined
    this.#isAtWindow = step.kind === 'redirect'
    // They continue after this function.
    for (const wake of this.#nextStepWaiters.splice(0)) wake()
    this.isWatching = step.kind === 'send' && step.stage === 'watch'
    switch (step.kind) {
      case 'send':
        if (step.stage === 'answer') this.#resubmit = undefined
        void this.#send(step)
        // The step `redirect` stays while the flow polls or gets a fresh address, and a challenge while it is watched.
        if (this.current.kind !== 'redirect' && !this.isWatching) {
          this.setStep({ kind: 'working', stage: step.stage, until: null })
        }
        break
      case 'sending':
        // The answers came during a watch, whose reply is the pre-check.
        this.setStep({ kind: 'working', stage: step.stage, until: null })
        break
      case 'wait':
        this.recorder.step({ ...step, kind: 'working' })
        this.#wait(step.until, 'vendor')
        if (this.current.kind !== 'working' || this.current.until !== step.until) {
          this.setStep({ kind: 'working', stage: step.stage, until: step.until })
        }
        break
      case 'challenge':
        if (this.#transport.needsFirstProbe) return void this.#probeBefore(step)
        if (this.#transport.isTokenSpent(step.round)) return this.#fail('secret-missing', undefined)
        this.watchAt = step.watchAt
        this.roundEndsAt = step.endsAt
        this.#awaitAnswers(step.round)
        if (this.current.kind !== 'challenge' || this.current.round.number !== step.round.number) {
          this.setStep(this.#challenge(step.round))
        }
        break
      case 'resubmit':
        this.#dispatch(this.#resubmit!)
        break
      case 'redirect': {
        const isOpen = this.current.kind === 'redirect' && this.#window.number === step.number
        this.#window = Object.assign(isOpen ? this.#window : {}, step)
        this.recorder.step(step)
        this.#wait(step.until, 'vendor')
        if (!isOpen) this.setStep(this.#redirect(step))
        break
      }
      case 'connect': {
        this.#wait(step.until, 'person')
        const key = `${step.frame.session} ${step.frame.url}`
        const isOpen = this.current.kind === 'connect' && this.#pageKey === key
        this.#pageKey = key
        if (!isOpen) this.setStep(this.#connect(step.frame, step.until))
        break
      }
      case 'done':
        this.#end({ kind: 'done', result: this.#toResult(step.result) })
        break
      case 'failed':
        this.#end({ kind: 'failed', failure: step.failure, error: new FlowError(step.failure, this.id, cause) })
        break
    }
  }

  /** Nobody types into a form that cannot be sent. */
  async #probeBefore(form: CoreStep): Promise<void> {
    this.#cause = await this.#transport.firstProbe()
    this.#dispatchUnattended(() =>
      this.#cause ? this.#advance('failed', 'unreachable', 0, this.recorder.now()) : form,
    )
  }

  async #send(step: CoreStep & { kind: 'send' }): Promise<void> {
    const { store, timeout = step.request.timeout } = this.#host
    const reply = await this.#transport.send(step, store && (() => store(this.snapshot(), timeout)))
    this.#lost = 'loss' in reply ? reply : undefined
    this.#cause = this.#lost?.cause
    this.#dispatchUnattended(() => {
      if ('loss' in reply) return this.#advance('lost', reply.loss, step.serial)
      const { status, retryAfter, bytes } = reply
      return this.#handle.replied(step.serial, status, retryAfter, bytes, this.#now)
    })
  }

  #wait(until: number, waitsFor: WaitsFor): void {
    const stop = (this.#waitAbort = new LazyAbort())
    const go = (next: () => void) => stop.aborted || next()
    waitUntil(until, this.#host.clock, stop, waitsFor).then(
      (now) => go(() => this.#dispatchUnattended(() => this.#advance('waited', '', 0, now))),
      (error: unknown) => go(() => this.#fail('host-error', error)),
    )
  }

  /**
   * Waits until the round expires. If somebody looks, also for the next watch, and for the end of the flow. A test's
   * clock stands still meanwhile.
   */
  #awaitAnswers({ expires }: Round): void {
    const nextAt = this.isLookedAt ? Math.min(this.watchAt ?? Infinity, this.roundEndsAt) : Infinity
    const until = Math.min(nextAt, expires?.at ?? Infinity)
    if (until < Infinity) this.#wait(until, 'person')
  }

  /** @internal */
  protected override onLook(): void {
    if (this.current.kind !== 'challenge' || this.isWatching) return
    if (this.watchAt === null && this.current.round.expires !== null) return
    this.#waitAbort?.abort(TASK_ENDED)
    this.#awaitAnswers(this.current.round)
  }

  #challenge(round: Round): ChallengeStep {
    const { number } = round
    // Otherwise the flow has ended, before the event or because of it. Nothing was sent.
    const leave = (name: FlowAction, event: () => CoreStep) => {
      const kind = this.#dispatch(this.recorder.recorded(name, event))
      if (kind !== 'send' && kind !== 'wait' && kind !== 'sending') throw staleRound(this.id)
    }
    const submit = async (answers: Record<string, unknown>, isRaw: boolean) => {
      const json = toJson('answers', answers, !isRaw)
      const event = () => this.#advance(isRaw ? 'answeredRaw' : 'answered', json, number)
      const pending = this.#resubmit
      this.#resubmit = event
      try {
        leave('answer', event)
      } catch (error) {
        // Other answers may still wait for their pre-check.
        this.#resubmit = pending
        throw error
      }
    }
    const startNewSession = async () => leave('new-session', () => this.#advance('newSession', '', number))
    return challengeStep(round, this.nextStepAbort(), submit, startNewSession)
  }

  #redirect({ number, purpose, error }: CoreStep & { kind: 'redirect' }): RedirectStep {
    const left = this.nextStepAbort()
    const window = this.#window
    const untilAtWindow = async () => {
      while (!left.aborted && !this.#isAtWindow) {
        await new Promise<void>((resolve) => this.#nextStepWaiters.push(resolve))
      }
      if (left.aborted) throw stepLeft(this.id)
    }
    const reportOpened = () => this.#dispatch(() => this.#advance('windowOpened'))
    const openAddress = async () => {
      await untilAtWindow()
      this.recorder.action('window-opened')
      // The core answers with `redirect` if the address may be opened. Otherwise it gets a fresh one first.
      if (reportOpened() !== 'redirect') {
        await untilAtWindow()
        if (window.opened || reportOpened() !== 'redirect') throw noFreshAddress(this.id, this.#lost)
      }
      return window.url
    }
    const returned = (landingUrl?: string | URL) => {
      const claim = JSON.stringify(landingClaim(parseLandingUrl(landingUrl, purpose)))
      // A newer window is open.
      if (this.#window !== window) return
      this.#dispatch(this.recorder.recorded('returned', () => this.#advance('returned', claim)))
      // The user has left the window. A snapshot taken from here on must not show it again.
      if (!left.aborted) this.setStep({ kind: 'working', stage: 'poll', until: null })
    }
    return redirectStep({ purpose, number, error, left, returned, newestAddress: () => window.url, openAddress })
  }

  #connect(frame: Frame, until: number): ConnectStep {
    const left = this.nextStepAbort()
    // Reports from a page that the flow has left are ignored.
    const dispatch = (name: FlowAction, event: () => CoreStep) => {
      if (!left.aborted) this.#dispatch(this.recorder.recorded(name, event))
    }
    // Without a token source, a page in the middle of a session cannot be opened with a fresh token.
    const cannotRenew = frame.purpose === 'mfa' && Object.values(this.#host.secrets).every((source) => !source)
    const sessionExpired = () => dispatch('session-expired', () => this.#advance('failed', 'session-expired'))
    const requestUrl = async () => {
      const url = await this.#transport.pageUrl(frame).catch((error: unknown) => {
        throw left.aborted ? stepLeft(this.id) : sourceError(error, this.id)
      })
      if (url === undefined) throw secretMissing(this.id)
      return url
    }
    return {
      kind: 'connect',
      purpose: frame.purpose,
      until,
      get signal() {
        return left.signal
      },
      pageUrl: once(requestUrl),
      returned: (claim) => dispatch('returned', () => this.#advance('returned', toJson('claim', claim))),
      tokenRefused: cannotRenew ? sessionExpired : () => dispatch('token-refused', () => this.#advance('tokenRefused')),
      sessionExpired,
    }
  }

  #end(step: Step<Result>): void {
    let snapshot = ''
    try {
      snapshot = this.#handle.snapshot()
    } catch {}
    this.detach(snapshot)
    this.setStep(step)
  }

  /** @internal Stops the flow in this process without ending it. `snapshot()` then returns `snapshot`. */
  detach(snapshot: string): void {
    if (this.#finalSnapshot !== undefined) return
    this.#host.signal?.removeEventListener('abort', this.cancel)
    this.#finalSnapshot = snapshot
    this.#waitAbort?.abort(TASK_ENDED)
    this.#transport.close()
    try {
      this.#handle.free()
    } catch {}
  }
}
