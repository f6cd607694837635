import { isGuid } from '../connect/message.js'
import { FlowBase } from '../flow/base.js'
import {
  FlowError,
  invalidInput,
  noNewSession,
  secretMissing,
  sourceError,
  staleRound,
  stepLeft,
} from '../flow/errors.js'
import { toJson } from '../flow/host.js'
import { Recorder } from '../flow/recorder.js'
import { challengeStep, parseLandingUrl, redirectStep } from '../flow/steps.js'
import type { ChallengeStep, Claim, ConnectStep, RedirectStep, Step } from '../flow/steps.js'
import type { FlowAction } from '../flow/trace.js'
import type { PublicStep, RemoteResult } from '../shared.js'
import type { Failure, NextAction, Round } from '../wasm/bank_mfa.js'
import { RequestLost, isFlowId, type EdgeClient, type FlowState } from './client.js'

/** The most retries in a row: before the edge's first reply, and after it. */
const [MAX_FIRST_RETRIES, MAX_RETRIES] = [5, 20]

/** `visibilitychange` bubbles up to the window. */
const WAKE_EVENTS = ['online', 'visibilitychange']

const MIN_BACKOFF_MS = 1_000
const MAX_BACKOFF_MS = 30_000

/**
 * How long a start is repeated, in milliseconds. The edge remembers a flow for ten minutes after its end: a start that comes
 * later, when a laptop wakes up, would send the credentials again.
 */
const START_WINDOW_MS = 5 * 60_000

/** The stages that submit an answer or a password. */
const SUBMITTING_STAGES = ['start', 'answer']

/** How long a bank may still process a submission: Flinks' sessions end after 8 minutes. */
const SUBMISSION_LIMIT_MS = 8 * 60_000

/** A step of any kind. */
type AnyStep = { kind: string } & Partial<
  Record<'stage' | 'address', string | null> & Record<'until' | 'number', number | null> & { round: Round }
>

/** A flow that runs at an edge. It survives lost replies, a hidden tab and being offline. */
export class RemoteFlow<Result = RemoteResult> extends FlowBase<Result> {
  readonly #edge: EdgeClient
  #id: string
  /** The version of the newest state: 0 before the first one, then as the edge counts, from 1. */
  #version = 0
  /** Identifies the current step. */
  #stepKey = ''
  /** The window of the current step, with its newest address. */
  #window = { url: '' }
  /** The challenge whose answer is being sent, and the one in whose place a new session starts. */
  #answeredStep: Step | undefined
  #leftStep: Step | undefined
  /** How many requests in a row have failed. */
  #failures = 0
  readonly #ended = new AbortController()
  /** Stops the current request or pause. */
  #wakeUp = new AbortController()

  /** @internal */
  constructor(edge: EdgeClient, id: string, start?: object) {
    super(new Recorder({ clock: edge.clock, onEvent: edge.onEvent, vendor: null }, start === undefined))
    this.#edge = edge
    this.#id = id
    for (const event of WAKE_EVENTS) globalThis.addEventListener?.(event, this.#wake)
    void this.#follow(start)
  }

  /** The flow's id, for `resume`. It is empty until the first change of `current`. */
  get id(): string {
    return this.#id
  }

  /** Returns `id`, because the edge stores the flow. */
  snapshot(): string {
    return this.#id
  }

  /** Ends the flow with `cancelled`, and sends one cancel request to the edge. Earlier requests are not undone. */
  readonly cancel = (): void => {
    if (this.#ended.signal.aborted) return
    const { current } = this
    // A submission may be on its way: starting over at once could submit twice.
    const submits =
      current === this.#answeredStep || (current.kind === 'working' && SUBMITTING_STAGES.includes(current.stage))
    const [next, retryAt]: [NextAction, number | null] = submits
      ? ['retry-later', this.#edge.clock.now() + SUBMISSION_LIMIT_MS]
      : ['start-over', null]
    const vendorCode = current.kind === 'redirect' ? current.error?.vendorReason : undefined
    const message = 'the flow was cancelled'
    this.#fail(new FlowError({ code: 'cancelled', next, message, retryAt, vendorCode: vendorCode ?? null }))
    if (this.#id !== '') this.#postCancel()
  }

  /**
   * Reads data that the edge offers, by the name in the edge's configuration. Waits until the flow is done and the data
   * is ready. Rejects as `result()` does, or with the edge's error. That is `NOT_FOUND` if the edge does not offer this
   * data, or if the flow ended more than ten minutes ago.
   */
  async data<Data = unknown>(name: string): Promise<Data> {
    await this.result()
    const route = `/data/${encodeURIComponent(name)}`
    const { signal } = new AbortController()
    for (let failures = 0; ;) {
      try {
        const body = await this.#edge.request(this, route, undefined, undefined, (body) => 'data' in body && body)
        return body.data as Data
      } catch (error) {
        failures = await this.#backOff(error, failures, signal)
      }
    }
  }

  /** Waits for new states until the flow has ended, with one connection at a time. */
  async #follow(start: object | undefined): Promise<void> {
    try {
      // A cancelled flow still needs its id: without a cancel request, the edge would keep it running.
      const lastStart = this.#edge.clock.now() + START_WINDOW_MS
      while (this.#id === '' || !this.#ended.signal.aborted) {
        const starts = this.#id === ''
        if (starts && this.#edge.clock.now() > lastStart) await this.#backOff(undefined, Infinity)
        const { signal } = starts ? new AbortController() : this.#wakeUp
        const version = this.#version
        try {
          await (starts ? this.#start(start, signal) : this.#waitForState(signal))
          if (this.#version === version) await this.#edge.pause(MIN_BACKOFF_MS, this.#wakeUp.signal)
        } catch (error) {
          const pauseSignal = this.#ended.signal.aborted ? signal : undefined
          if (!signal.aborted || error instanceof FlowError) {
            this.#failures = await this.#backOff(error, this.#failures, pauseSignal)
          }
        }
      }
    } catch (error) {
      this.#fail(error instanceof FlowError ? error : sourceError(error))
    }
  }

  async #start(body: object | undefined, signal: AbortSignal): Promise<void> {
    const state = await this.#edge.request(this, '', signal, body)
    if (!isFlowId(state.flow)) throw new RequestLost()
    this.#id = state.flow
    if (this.#ended.signal.aborted) this.#postCancel()
    else this.#receive(state)
  }

  async #waitForState(signal: AbortSignal): Promise<void> {
    if (await this.#edge.stream(this, signal, this.#receive)) return
    this.#receive(await this.#edge.request(this, `?after=${this.#version}`, signal))
  }

  /** The tab is visible or online again: the current request may be dead, or a pause too long. */
  readonly #wake = (): void => {
    if (globalThis.document?.hidden) return
    this.#wakeUp.abort()
    this.#wakeUp = new AbortController()
  }

  /**
   * Posts a body until the edge has received it, or the flow leaves the step. If a reply was lost, the state shows
   * whether the edge received the body. If the step has not changed, the body is posted again. That is safe even if
   * the first request is still on its way: the edge accepts one answer per round, and gives its outcome to all others.
   */
  async #submitUntilHeard(step: Step, route: string, body: object): Promise<PublicStep | undefined> {
    const { signal } = this.#ended
    for (let [failures, isRetry] = [0, false]; this.current === step; isRetry = true) {
      try {
        if (isRetry) this.#receive(await this.#edge.request(this, '', signal))
        if (this.current !== step) return undefined
        const state = await this.#edge.request(this, route, signal, body)
        this.#receive(state)
        return state.step
      } catch (error) {
        if (!signal.aborted) failures = await this.#backOff(error, failures)
      }
    }
    return undefined
  }

  #postCancel(): void {
    this.#edge.request(this, '/cancel', undefined, {}).catch(() => {})
  }

  /** Pauses after a failed request, longer each time, or throws after too many. Returns the new number of failures. */
  async #backOff(error: unknown, failures: number, pauseSignal?: AbortSignal): Promise<number> {
    if (error instanceof FlowError) throw error
    const offline = globalThis.navigator?.onLine === false
    if (failures >= (offline ? Infinity : this.#version > 0 ? MAX_RETRIES : MAX_FIRST_RETRIES)) {
      const {
        code = 'unreachable',
        message = 'the edge could not be reached',
        cause,
      } = error instanceof RequestLost ? error.reason : {}
      const retryAt = this.#edge.clock.now() + MAX_BACKOFF_MS
      throw new FlowError({ code, next: 'retry-later', message, retryAt }, undefined, cause)
    }
    const backoffMs = offline ? MAX_BACKOFF_MS : Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** failures)
    const retryAfterMs = error instanceof RequestLost ? error.retryAfterMs : 0
    // Waking up does not shorten the pause of a Retry-After header.
    const { signal } = retryAfterMs > 0 ? this.#ended : this.#wakeUp
    await this.#edge.pause(Math.max(retryAfterMs, backoffMs * (0.5 + Math.random() / 2)), pauseSignal ?? signal)
    return offline ? failures : failures + 1
  }

  readonly #receive = ({ version, step }: FlowState): void => {
    if (!this.#ended.signal.aborted && version >= this.#version) {
      const key = stepKey(step)
      if (key !== this.#stepKey) this.#enter(step)
      else if (step.kind === 'redirect') this.#window.url = step.url
      // A step that cannot be entered counts as a failure.
      this.#stepKey = key
      this.#version = version
    }
    this.#failures = 0
  }

  #enter(step: PublicStep): void {
    switch (step.kind) {
      case 'working':
        return this.setStep(step)
      case 'challenge':
        return this.setStep(this.#challenge(step.round))
      case 'redirect':
        return this.setStep(this.#redirect(step))
      case 'connect':
        return this.setStep(this.#connect(step))
      case 'done':
        return this.#end({ kind: 'done', result: step.result as Result })
      case 'failed':
        return this.#end({ ...step, error: new FlowError(step.failure, this.id) })
    }
  }

  #challenge(round: Round): ChallengeStep {
    const { number } = round
    const submit = async (answers: Record<string, unknown>, isRaw: boolean) => {
      // The page may change its object while the answer is on its way.
      const given: unknown = JSON.parse(toJson('answers', answers, !isRaw))
      if (this.current !== step || this.#leftStep === step) throw staleRound(this.id)
      this.#answeredStep = step
      this.recorder.action('answer')
      const body = { round: number, [isRaw ? 'raw' : 'answers']: given }
      await this.#submitUntilHeard(step, '/answer', body).catch((error) => {
        // The edge refused it: the round is still open.
        this.#answeredStep = undefined
        this.recorder.action('answer', error)
        throw error
      })
    }
    const startNewSession = async () => {
      if (this.current !== step) throw staleRound(this.id)
      if (!round.newSession || this.#answeredStep === step) throw noNewSession(this.id)
      this.#leftStep = step
      try {
        await this.#postMessage(step, { kind: 'new-session', round: number })
        // Another page has answered, and its answer was not sent.
        if (this.current === step) throw noNewSession(this.id)
      } finally {
        this.#leftStep = undefined
      }
    }
    const step = challengeStep(round, this.nextStepAbort(), submit, startNewSession)
    return step
  }

  #redirect({ number, purpose, url, error }: PublicStep & { kind: 'redirect' }): RedirectStep {
    const window = (this.#window = { url })
    const step: RedirectStep = redirectStep({
      ...{ number, purpose, error, left: this.nextStepAbort(), newestAddress: () => window.url },
      returned: (landingUrl) =>
        void this.#postMessage(step, { kind: 'landed', url: parseLandingUrl(landingUrl, purpose)?.href }),
      // Only the edge knows whether an address was opened: this page may have been reloaded.
      openAddress: async () => {
        this.recorder.action('window-opened')
        const heard = await this.#submitUntilHeard(step, '/message', { kind: 'window-opened' })
        if (this.current !== step || heard?.kind !== 'redirect' || heard.number !== number) throw stepLeft(this.id)
        return heard.url
      },
    })
    return step
  }

  #connect({ purpose, until, address }: PublicStep & { kind: 'connect' }): ConnectStep {
    const shown = address !== null && { address }
    const left = this.nextStepAbort()
    const step: ConnectStep = {
      kind: 'connect',
      purpose,
      until,
      get signal() {
        return left.signal
      },
      pageUrl: async () => {
        if (address === null) throw secretMissing(this.id)
        return address
      },
      returned: (claim) => {
        const { loginId, state, accountIds } = Object(JSON.parse(toJson('claim', claim))) as Claim
        if (!isGuid(loginId)) throw invalidInput('/claim/loginId', 'must be a GUID')
        return this.#postMessage(step, { kind: 'returned', claim: { loginId, state, accountIds } })
      },
      tokenRefused: () => void this.#postMessage(step, { kind: 'token-refused', ...shown }),
      sessionExpired: () => void this.#postMessage(step, { kind: 'session-expired', ...shown }),
    }
    return step
  }

  /** The caller may ignore the promise: a refused message does not change the flow. */
  #postMessage(step: Step, message: { kind: FlowAction | 'landed'; [name: string]: unknown }): Promise<void> {
    this.recorder.action(message.kind === 'landed' ? 'returned' : message.kind)
    const posted = this.#submitUntilHeard(step, '/message', message).then(() => {})
    posted.catch(() => {})
    return posted
  }

  #fail(error: FlowError): void {
    const { code, next, otherwise = null, retryAt = null, vendorCode = null, status = null } = error
    const message = error.message.slice(`${code}: `.length)
    const failure = { code, next, otherwise, message, retryAt, vendorCode, status, memberGuid: null } as Failure
    this.#end({ kind: 'failed', failure, error })
  }

  #end(step: Step<Result>): void {
    if (this.#ended.signal.aborted) return
    for (const event of WAKE_EVENTS) globalThis.removeEventListener?.(event, this.#wake)
    this.#ended.abort()
    this.#wakeUp.abort()
    this.setStep(step)
  }
}

/** The same for two versions of one step, so that `current` stays the same object. */
function stepKey({ kind, stage, until, round, number, address }: AnyStep): string {
  return [kind, stage, stage && until, round?.number, number, address].join()
}
