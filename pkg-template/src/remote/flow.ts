/**
 * A flow that runs at an edge of the company's own (`bank-mfa/edge`), followed from a page. Needs no wasm. The page
 * holds no key and judges nothing: it shows what the edge says, and passes on what the person says.
 */
import { isGuid } from '../connect/message.js'
import { isObject, newId, type PublicStep } from '../shared.js'
import { FlowError, invalidInput, secretMissing, staleRound } from '../flow/errors.js'
import { toJson } from '../flow/host.js'
import { Edge, Lost, type RemoteOptions, type Reply } from './client.js'
import {
  Steps,
  challenge,
  toUrl,
  type ChallengeStep,
  type ConnectStep,
  type RedirectStep,
  type Step,
} from '../flow/steps.js'
import type { ErrorCode, Failure, NextAction, Round } from '../wasm/bank_mfa.js'

export { FlowError, type EdgeCode } from '../flow/errors.js'
export type { Clock } from '../flow/host.js'
export type { RemoteOptions } from './client.js'
export type { Answers, ChallengeStep, Claim, ConnectStep, RawAnswers, RedirectStep, Step } from '../flow/steps.js'

/** An edge, and the flows that run there. */
export interface Remote {
  /** Starts a flow of a connection, by the company's own name for it, or joins the one that runs. */
  start<Result = unknown>(params: { connection: string }): RemoteFlow<Result>
  /** Takes up a flow by its handle: after a reload, in another tab. */
  resume<Result = unknown>(handle: string): RemoteFlow<Result>
}

/** The edge at an address, such as `/mfa`. Throws a `FlowError` with `INVALID_INPUT` where that is none. */
export function remote(url: string | URL, options: RemoteOptions = {}): Remote {
  const edge = new Edge(url, options)
  return {
    start(params) {
      const connection = params?.connection
      if (typeof connection !== 'string') throw invalidInput('/params/connection', 'must be a string')
      // The flow's own name: where the reply is lost, the same start again begins nothing new.
      return new RemoteFlow(edge, '', { connection, flow: newId() })
    },
    resume(handle) {
      // It becomes a part of the address.
      if (typeof handle !== 'string' || !/^[\w-][\w.~-]*$/.test(handle))
        throw invalidInput('/handle', 'must be what snapshot() gave')
      return new RemoteFlow(edge, handle)
    },
  }
}

/** How often in a row a call may be lost: to an edge that was never heard, and to one that was. */
const [FIRST_TRIES, TRIES] = [5, 20]

/** `visibilitychange` arrives at the window, too. */
const WAKING = ['online', 'visibilitychange']

/** The first pause before a call is repeated, and the longest. */
const PAUSE = 1_000
const LONGEST_PAUSE = 30_000

/** The stages that submit something. */
const SUBMITS = ['start', 'answer']

/** The stages that a look may submit in, where it brings its flow along in a ticket. */
const BEGINS = ['start', 'verify']

/** For so long a bank may still be at what was on its way to it: Flinks' sessions end after 8 minutes. */
const AT_IT = 8 * 60_000

/** The steps of a flow at the edge. It survives being offline, a hidden tab, and any lost reply. */
export class RemoteFlow<Result = unknown> extends Steps<Result> {
  readonly #edge: Edge
  #handle: string
  /** Counted by the edge, from 1: what is no newer is no news. */
  #version = 0
  /** Tells one step from the next. */
  #seen = ''
  /** The challenge whose answer is on its way. */
  #answered: Step | undefined
  /** How many waits came to nothing since the edge was last heard. */
  #lost = 0
  readonly #over = new AbortController()
  /** Ends the wait or the pause that is under way. */
  #woken = new AbortController()
  /** What a wait waits for. */
  #told = Promise.resolve()

  /** @internal */
  constructor(edge: Edge, handle: string, start?: object) {
    super()
    this.#edge = edge
    this.#handle = handle
    for (const event of WAKING) globalThis.addEventListener?.(event, this.#wake)
    void this.#follow(start)
  }

  /** Names the flow to the edge. Empty until the edge has told it, with the first change of `current`. */
  get id(): string {
    return this.#handle.split('~', 1).join()
  }

  /**
   * The handle, for the page to keep and to give to `resume`. Empty for as long as `id`. It changes with the step
   * where the edge keeps its flows in tickets, and nowhere else.
   */
  snapshot(): string {
    return this.#handle
  }

  /** Ends the flow with `cancelled`, here at once. The edge is told once; what was sent is not taken back. */
  readonly cancel = (): void => {
    if (this.#over.signal.aborted) return
    const { current } = this
    // Where a submission may be on its way, nobody should start over at once.
    const submits = current === this.#answered || (current.kind === 'working' && SUBMITS.includes(current.stage))
    const [next, at]: [NextAction, number | null] = submits
      ? ['retry-later', this.#edge.clock.now() + AT_IT]
      : ['start-over', null]
    this.#fail(ending('cancelled', next, 'the flow was cancelled', at))
    if (this.#handle !== '') this.#tellCancelled()
  }

  /**
   * What the edge lets a page read of the connection, by the edge's name for it: waits until the flow is done, and until
   * the data is ready. Rejects as `result()` does, or with what the edge refuses: `NOT_FOUND` where it lets nothing be read,
   * and from ten minutes after the end on.
   */
  async data<Data = unknown>(what: string): Promise<Data> {
    await this.result()
    const { signal } = new AbortController()
    for (let lost = 0; ;) {
      try {
        const { body, ticket, after } = await this.#edge.said(this.#handle, `/data/${encodeURIComponent(what)}`, signal)
        if (ticket) this.#handle = `${this.id}~${ticket}`
        if (isObject(body) && 'data' in body) return body.data as Data
        throw new Lost(after)
      } catch (error) {
        lost = await this.#bear(error, lost, signal)
      }
    }
  }

  /** Waits for news until the flow has ended, by one connection at a time. */
  async #follow(start: object | undefined): Promise<void> {
    try {
      // Not even a cancelled flow gives its start up: the edge would run it on.
      while (this.#handle === '' || !this.#over.signal.aborted) {
        await this.#told
        const starts = this.#handle === ''
        const { signal } = starts ? new AbortController() : this.#begins() ? this.#over : this.#woken
        const before = this.#version
        try {
          await (starts ? this.#start(start, signal) : this.#wait(signal))
          if (this.#version === before) await this.#edge.pause(PAUSE, this.#woken.signal)
        } catch (error) {
          if (this.#begins()) this.#endUnknown(error)
          const own = this.#over.signal.aborted ? signal : undefined
          if (!signal.aborted || error instanceof FlowError) this.#lost = await this.#bear(error, this.#lost, own)
        }
      }
    } catch (error) {
      this.#fail(error as FlowError)
    }
  }

  async #start(body: object | undefined, signal: AbortSignal): Promise<void> {
    const reply = await this.#edge.ask('', '', signal, body)
    if (!reply.flow) throw new Lost()
    this.#handle = reply.flow
    if (this.#over.signal.aborted) this.#tellCancelled()
    else this.#heard(reply)
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#edge.streams && !this.#hasTicket()) {
      await this.#edge.listen(this.#handle, signal, this.#heard)
      if (this.#edge.streams) return
    }
    this.#heard(await this.#edge.ask(this.#handle, `?after=${this.#version}`, signal))
  }

  /** Where flows live in tickets, nobody but this page knows that a ticket was used: what it may submit is asked once. */
  #hasTicket(): boolean {
    return this.#handle.includes('~')
  }

  /** Whether the next look may submit something. The first one tells only where a flow stands that was taken up. */
  #begins(): boolean {
    const { current } = this
    return this.#hasTicket() && this.#version > 0 && current.kind === 'working' && BEGINS.includes(current.stage)
  }

  /** Somebody is there again, or the network is: what is under way may be dead, or a long pause. */
  readonly #wake = (): void => {
    if (!globalThis.document?.hidden) this.#again()
  }

  #again(): void {
    this.#woken.abort()
    this.#woken = new AbortController()
  }

  #tell(step: Step, route: string, body: object): Promise<void> {
    const told = this.#insist(step, route, body)
    if (this.#hasTicket()) {
      // A ticket serves one call at a time: the wait makes way.
      this.#told = told.catch(() => {})
      this.#again()
    }
    return told
  }

  /**
   * Says something of a step until the edge has heard it, or the flow has left the step. Where a reply was lost, a
   * look tells whether it was heard; where the flow stands as it stood it is said again, which is safe even if it is
   * still on its way: the edge takes one answer a round, and gives the outcome of that one to all others. With a ticket
   * that would be another machine's first.
   */
  async #insist(step: Step, route: string, body: object): Promise<void> {
    const { signal } = this.#over
    const submits = 'round' in body || 'claim' in body
    for (let [lost, again] = [0, false]; this.current === step; again = true) {
      try {
        if (again) this.#heard(await this.#edge.ask(this.#handle, '', signal))
        if (this.current !== step) return
        return this.#heard(await this.#edge.ask(this.#handle, route, signal, body))
      } catch (error) {
        if (submits && this.#hasTicket()) this.#endUnknown(error)
        if (!signal.aborted) lost = await this.#bear(error, lost)
      }
    }
  }

  #tellCancelled(): void {
    this.#edge.ask(this.#handle, '/cancel', new AbortController().signal, {}).catch(() => {})
  }

  /** After a lost call: pauses, longer each time, or gives up. Gives how many were lost in a row now. */
  async #bear(error: unknown, lost: number, own?: AbortSignal): Promise<number> {
    if (error instanceof FlowError) throw error
    const offline = globalThis.navigator?.onLine === false
    if (!offline && lost >= (this.#version > 0 ? TRIES : FIRST_TRIES)) {
      const retryAt = this.#edge.clock.now() + LONGEST_PAUSE
      throw ending('unreachable', 'retry-later', 'the edge was not reached', retryAt)
    }
    const longest = offline ? LONGEST_PAUSE : Math.min(LONGEST_PAUSE, PAUSE * 2 ** lost)
    const after = error instanceof Lost ? error.after : 0
    // What the edge asks for is kept, whoever is there again.
    const { signal } = after > 0 ? this.#over : this.#woken
    await this.#edge.pause(Math.max(after, longest * (0.5 + Math.random() / 2)), own ?? signal)
    return offline ? lost : lost + 1
  }

  readonly #heard = ({ flow, version, step }: Reply): void => {
    this.#lost = 0
    if (this.#over.signal.aborted || version < this.#version) return
    this.#version = version
    this.#handle = flow ?? this.#handle
    const seen = identify(step, this.#handle)
    if (seen === this.#seen) return
    this.#seen = seen
    this.#enter(step)
  }

  #enter(step: PublicStep): void {
    switch (step.kind) {
      case 'working':
        return this.set(step)
      case 'challenge':
        return this.set(this.#challenge(step.round))
      case 'redirect':
        return this.set(this.#redirect(step.url))
      case 'connect':
        return this.set(this.#connect(step))
      case 'done':
        return this.#end({ kind: 'done', result: step.result as Result })
      case 'failed':
        return this.#end({ ...step, error: new FlowError(step.failure, this.id) })
    }
  }

  #challenge(round: Round): ChallengeStep {
    const step = challenge(round, async (answers, isRaw) => {
      // Refuses what JSON would leave out.
      toJson('answers', answers, !isRaw)
      if (this.current !== step) throw staleRound(this.id)
      this.#answered = step
      await this.#tell(step, '/answer', { round: round.number, [isRaw ? 'raw' : 'answers']: answers }).catch(
        (error) => {
          // It was refused, and the round is open.
          this.#answered = undefined
          throw error
        },
      )
    })
    return step
  }

  #redirect(url: string): RedirectStep {
    const returned = (landing: string | URL) => void this.#say(step, { kind: 'landed', url: toUrl(landing).href })
    const step: RedirectStep = { kind: 'redirect', url, returned, signal: this.open() }
    return step
  }

  #connect({ purpose, until, address }: PublicStep & { kind: 'connect' }): ConnectStep {
    const step: ConnectStep = {
      kind: 'connect',
      purpose,
      until,
      signal: this.open(),
      address: async () => {
        if (address === null) throw secretMissing(this.id)
        return address
      },
      returned: ({ loginId, state }) => {
        if (!isGuid(loginId)) throw invalidInput('/claim/loginId', 'must be a GUID')
        return this.#say(step, { kind: 'returned', claim: { loginId, state } })
      },
      tokenRefused: () => void this.#say(step, { kind: 'token-refused' }),
    }
    return step
  }

  /** Nobody has to listen to what comes of it: the flow goes on waiting, or leaves the step. */
  #say(step: Step, message: object): Promise<void> {
    const told = this.#tell(step, '/message', message)
    told.catch(() => {})
    return told
  }

  /** The reply to a submission was lost. */
  #endUnknown(error: unknown): void {
    const retryAt = this.#edge.clock.now() + AT_IT
    if (!(error instanceof FlowError)) this.#fail(ending('outcome-unknown', 'retry-later', 'a reply was lost', retryAt))
  }

  #fail(error: FlowError): void {
    const { code, next, retryAt = null, status = null } = error
    const message = error.message.slice(`${code}: `.length)
    this.#end({ kind: 'failed', failure: { code, next, message, retryAt, vendorCode: null, status } as Failure, error })
  }

  #end(step: Step<Result>): void {
    if (this.#over.signal.aborted) return
    for (const event of WAKING) globalThis.removeEventListener?.(event, this.#wake)
    this.#over.abort()
    this.#woken.abort()
    this.set(step)
  }
}

function ending(code: ErrorCode, next: NextAction, message: string, retryAt: number | null = null): FlowError {
  return new FlowError({ code, next, message, retryAt, vendorCode: null, status: null })
}

/** The same step may come again with a later version, and stays the same object; but a newer ticket is to be kept. */
function identify(step: PublicStep, handle: string): string {
  switch (step.kind) {
    case 'working':
      return `working ${step.stage} ${step.until} ${handle}`
    case 'challenge':
      return `challenge ${step.round.number}`
    case 'redirect':
      return `redirect ${step.url}`
    case 'connect':
      return `connect ${step.address}`
    default:
      return step.kind
  }
}
