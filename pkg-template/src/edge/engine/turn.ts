import type { PublicStep } from '../../shared.js'
import type { Flow } from '../../flow/flow.js'
import type { WaitsFor } from '../../flow/host.js'
import { emit, startEvent, stepEvent } from '../../flow/recorder.js'
import { isEnding } from '../../flow/steps.js'
import type { EventName, OnEvent } from '../../flow/trace.js'
import type { Connection } from '../config.js'
import { toProblem } from '../problem.js'
import { KEEP_MS, toPublic } from '../records/flow-record.js'
import type { FlowRecord, PendingEnding, VersionedRecord } from '../records/flow-record.js'
import { beginFlow, resumeFlow } from '../vendors/index.js'
import type { FlowHost } from '../vendors/vendor.js'
import type { Failure } from '../../wasm/bank_mfa.js'
import type { EngineContext } from './context.js'

/** Another process has written the record first. This turn is dropped and sends nothing more. */
export class Conflict extends Error {}

/** For `catch`: a conflict is no error if another process does the same work. */
export function ignoreConflict(error: unknown): undefined {
  if (!(error instanceof Conflict)) throw error
  return undefined
}

/** A lease is this much longer than the timeout of its send, in milliseconds. */
const LEASE_GRACE_MS = 5_000

/** How long the result of an ended flow can be read, in milliseconds. */
const RESULT_TTL_MS = 10 * 60_000

/** How many endings a record keeps that could not be delivered. */
const MAX_PENDING_ENDINGS = 50

/** The delay before a failed delivery, or a failed request for the iframe's address, is retried, in milliseconds. */
const RETRY_MS = 60_000

/** The events that the flow of one turn reports. The others are derived from the record, which outlives it. */
const TURN_EVENTS: EventName[] = ['bank_mfa.call', 'bank_mfa.action']

/** The ending of a flow that is cancelled without being restored. */
const cancelledWith = (message: string): PublicStep & { kind: 'failed' } => ({
  kind: 'failed',
  failure: {
    ...{ code: 'cancelled', next: 'start-over', message },
    ...{ otherwise: null, retryAt: null, vendorCode: null, status: null, memberGuid: null },
  },
})

/** After `resolve` has returned no connection, or one that does not fit. */
const CONNECTION_LOST = cancelledWith('the connection no longer exists, or has changed')

/** A newer release has written the snapshot, or it is damaged. */
const NOT_RESTORED = cancelledWith('this release cannot restore the flow')

/**
 * One turn of a flow. Between two turns the flow is not in memory. A turn restores it from its record, passes it one
 * event, and stores it when it waits for the user, waits for the vendor, or has ended. The turn writes by
 * compare-and-set before each send and when it stops. If a write fails, the turn stops and sends nothing more.
 */
export class Turn {
  readonly #context: EngineContext
  readonly #id: string
  readonly #abort = new AbortController()
  /** The record that this turn has read or written last. */
  #stored: VersionedRecord
  /** Whether this turn starts the flow and has not written it yet. */
  #isNew: boolean
  #vendor: Connection['vendor'] | null = null
  readonly #onEvent: OnEvent | undefined
  /** Why the turn was dropped. */
  #error: unknown
  #tokens: Record<string, string>
  #flow: Flow | undefined
  /** The wait that ends this turn. */
  #pendingWait: { until: number; signal: AbortSignal } | undefined
  #onChange = () => {}

  constructor(context: EngineContext, id: string, stored: VersionedRecord) {
    this.#context = context
    this.#id = id
    this.#stored = stored
    this.#tokens = { ...stored.record.tokens }
    // A lease without a snapshot is that of the first token, which a process has stored that is gone.
    this.#isNew = stored.record.snapshot === null && stored.record.leaseUntil === 0
    const [{ onEvent }, { flow }] = [context, stored.record]
    this.#onEvent = onEvent && ((event) => onEvent({ ...event, flow }))
  }

  /** Runs the turn. `act` passes the event to the flow. Rejects with a `Conflict`, or with the error of `act`. */
  async run(connection: Connection, act?: (flow: Flow) => unknown): Promise<VersionedRecord> {
    return this.#advance(this.#openFlow(connection), act)
  }

  /** Cancels the flow, even if another process runs a turn of it. `connection` is `null` if it no longer exists. */
  async cancel(connection: Connection | null): Promise<VersionedRecord> {
    this.#abort.abort()
    let flow: Flow | undefined
    let step = CONNECTION_LOST
    try {
      flow = connection ? this.#openFlow(connection) : undefined
    } catch (error) {
      // The record is enough to end the flow.
      this.#context.onError(error)
      if (toProblem(error).body.code.startsWith('SNAPSHOT_')) step = NOT_RESTORED
    }
    return flow ? this.#advance(flow) : this.#end(step, { failure: step.failure })
  }

  #openFlow(connection: Connection): Flow {
    const { snapshot, step, leaseUntil } = this.#stored.record
    const host: FlowHost = {
      ...this.#context.callOptions,
      signal: this.#abort.signal,
      clock: { now: () => this.#context.clock.now(), wait: this.#wait },
      store: (snapshot, timeout) => this.#storeBeforeSend(snapshot, timeout),
      token: this.#token,
      onEvent: this.#onEvent && ((event) => TURN_EVENTS.includes(event.name) && this.#onEvent?.(event)),
      onError: (error) => this.#context.onError(error),
    }
    this.#vendor = connection.vendor
    // If a process died during a poll, the user may have left the window. Then the flow asks the vendor again.
    const windowUrl = step.kind === 'redirect' && leaseUntil === 0 ? step.url : null
    return asConfigProblem(() =>
      snapshot === null ? beginFlow(connection, host) : resumeFlow(snapshot, windowUrl, connection, host),
    )
  }

  async #advance(flow: Flow, act?: (flow: Flow) => unknown): Promise<VersionedRecord> {
    this.#flow = flow
    let unsubscribe = () => {}
    try {
      if (act) await this.#act(flow, act)
      // A subscription lets the flow watch an open round, which must not begin before the event.
      unsubscribe = flow.subscribe(() => this.#onChange())
      // A restored flow begins its wait now.
      await Promise.resolve()
      while (!this.#isAtRest(flow)) await new Promise<void>((resolve) => (this.#onChange = resolve))
      return await this.#finish(flow)
    } finally {
      unsubscribe()
      flow.detach('')
    }
  }

  async #act(flow: Flow, act: (flow: Flow) => unknown): Promise<void> {
    try {
      await act(flow)
    } catch (error) {
      // If the flow has ended, because the event came too late, the ending is the outcome and not the error.
      if (!isEnding(flow.current)) throw error
    }
  }

  #isAtRest({ current }: Flow): boolean {
    return this.#waitsUntil() !== null || isEnding(current)
  }

  #waitsUntil(): number | null {
    return this.#pendingWait === undefined || this.#pendingWait.signal.aborted ? null : this.#pendingWait.until
  }

  async #finish(flow: Flow): Promise<VersionedRecord> {
    const { current } = flow
    const now = this.#context.clock.now()
    // This may request a token, which is stored with the address.
    const address = current.kind === 'connect' ? await current.pageUrl().catch(this.#reportNoUrl) : null
    if (this.#error !== undefined) throw this.#error
    const step = toPublic(current, address)
    if (current.kind === 'done') return this.#end(step, { result: current.result })
    if (current.kind === 'failed') {
      // The record and the page get no cause.
      if (current.error.cause !== undefined) this.#context.onError(current.error)
      return this.#end(step, { failure: current.failure })
    }
    let due = current.kind === 'connect' && address === null ? now + RETRY_MS : this.#waitsUntil()
    let watchAt: number | null = null
    // Without a page, nobody watches the round.
    if (current.kind === 'challenge') {
      due = current.round.expires?.at ?? flow.roundEndsAt
      watchAt = flow.watchAt
    }
    const { roundCount, addressCount = 0, step: before } = this.#stored.record
    const isFresh = before.kind === 'redirect' && step.kind === 'redirect' && before.url !== step.url
    return this.#write({
      ...(isFresh && { addressCount: addressCount + 1 }),
      ...{ step, due, watchAt, leaseUntil: 0, snapshot: flow.snapshot(), tokens: { ...this.#tokens } },
      roundCount: step.kind === 'challenge' ? Math.max(roundCount, step.round.number) : roundCount,
    })
  }

  readonly #reportNoUrl = (error: unknown): null => {
    if (this.#error === undefined) this.#context.onError(error)
    return null
  }

  /** Writes the ending, and drops the flow's state. Its result stays only for delivery, or if data may be read. */
  #end(step: PublicStep, outcome: { result: unknown } | { failure: Failure }): Promise<VersionedRecord> {
    const { onFlowEnded, readers, clock } = this.#context
    const { user, connection, flow, pendingEndings = [] } = this.#stored.record
    const now = clock.now()
    const ended: PendingEnding = {
      ...{ user, connection, flow, ...outcome },
      outcome: 'failure' in outcome ? 'failed' : 'done',
      until: now + KEEP_MS,
    }
    const pending = [...pendingEndings, ended].slice(-MAX_PENDING_ENDINGS)
    return this.#write({
      ...{ step, watchAt: null, leaseUntil: 0, snapshot: null, tokens: {} },
      ...(onFlowEnded ? { pendingEndings: pending, due: now + RETRY_MS } : { due: null }),
      ...(Object.keys(readers).length > 0 && 'result' in outcome && outcome),
      expires: now + RESULT_TTL_MS,
    })
  }

  async #storeBeforeSend(snapshot: string, timeout: number): Promise<void> {
    const leaseUntil = this.#context.clock.now() + timeout + LEASE_GRACE_MS
    await this.#write({ ...this.#progress(), snapshot, tokens: { ...this.#tokens }, due: null, leaseUntil })
  }

  /**
   * Takes or renews the lease for `ms` milliseconds without a send. The record keeps its last snapshot, so a crash loses
   * nothing. In an iframe step the new snapshot is stored, too, with the page's claim: the flow may verify a claim twice.
   */
  async #takeLease(ms: number): Promise<void> {
    const { current } = this.#flow!
    const isIframe = current.kind === 'connect' || (current.kind === 'working' && current.stage === 'verify')
    const leaseUntil = this.#context.clock.now() + ms + LEASE_GRACE_MS
    await this.#write({ ...this.#progress(), ...(isIframe && { snapshot: this.#flow!.snapshot() }), leaseUntil })
  }

  #progress(): { step: PublicStep; answerCount: number } {
    const { current } = this.#flow!
    const { step, answerCount } = this.#stored.record
    const isAnswered =
      step.kind === 'challenge' && current.kind === 'working' && ['answer', 'pre-check'].includes(current.stage)
    return {
      step: current.kind === 'working' ? toPublic(current, null) : step,
      answerCount: answerCount + (isAnswered ? 1 : 0),
    }
  }

  async #write(changes: Partial<FlowRecord>): Promise<VersionedRecord> {
    const { record, version } = this.#stored
    const next = { ...record, ...changes }
    const names = Object.keys(changes) as (keyof FlowRecord)[]
    if (version > 0 && names.every((name) => isSame(next[name], record[name]))) return this.#stored
    if (!isSame(next.step, record.step)) next.version += 1
    if (!(await this.#context.records.write(this.#id, this.#stored, next))) throw this.#drop(new Conflict())
    this.#reportStep(record.step, next.step)
    return (this.#stored = { record: next, version: version + 1 })
  }

  /** A restored flow does not know whether its step is new, so the record decides. */
  #reportStep(before: PublicStep, after: PublicStep): void {
    if (this.#onEvent) {
      const [now, event] = [this.#context.clock.now(), stepEvent(after)]
      if (this.#isNew) emit(this.#onEvent, now, ...startEvent(this.#vendor, false))
      if (this.#isNew || !isSame(stepEvent(before), event)) emit(this.#onEvent, now, ...event)
    }
    this.#isNew = false
  }

  #drop(error: unknown): unknown {
    this.#error = error
    this.#abort.abort()
    return error
  }

  /** Requests the token of a session once, and stores it for the restored flow. */
  readonly #token: FlowHost['token'] = async (session, timeout, request) => {
    // The flow requests a token while it is still being constructed.
    await Promise.resolve()
    const known = this.#tokens[session]
    if (known !== undefined) return known
    // Without the lease, another process may be requesting one, too.
    await this.#takeLease(timeout)
    return (this.#tokens[session] = await request())
  }

  /** A wait ends the turn. A wait before answers are sent does not, because only this turn has the answers. */
  readonly #wait = async (ms: number, signal: AbortSignal, waitsFor: WaitsFor): Promise<void> => {
    const { clock } = this.#context
    const until = clock.now() + ms
    // The flow sets its step only after it has begun the wait.
    await Promise.resolve()
    if (ms <= 0 || signal.aborted) return
    const { current } = this.#flow!
    if (current.kind === 'working' && current.stage === 'pre-check') {
      await this.#takeLease(ms).catch((error: unknown) => {
        throw this.#drop(error)
      })
      return clock.wait(until - clock.now(), signal, waitsFor)
    }
    this.#pendingWait = { until, signal }
    this.#onChange()
    return new Promise(() => {})
  }
}

/** A refused connection is a mistake in the configuration, and not of the page: status 500. */
function asConfigProblem<T>(make: () => T): T {
  try {
    return make()
  } catch (error) {
    throw toProblem(error, 500)
  }
}

const isSame = (one: unknown, other: unknown) => one === other || JSON.stringify(one) === JSON.stringify(other)
