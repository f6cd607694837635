import type { PublicStep } from '../../shared.js'
import { FlowError, staleRound } from '../../flow/errors.js'
import { isEnding, type Claim, type RawAnswers } from '../../flow/steps.js'
import type { Connection } from '../config.js'
import { flowLimitReached, notFound, problem } from '../problem.js'
import { needsPerson, newRecord } from '../records/flow-record.js'
import type { FlowRecord, FlowRef, OtherFormat, VersionedRecord } from '../records/flow-record.js'
import { otherFormatRefused } from '../records/records.js'
import { withStatusOnly } from '../vendors/index.js'
import type { EngineContext } from './context.js'
import { deliverEndings } from './delivery.js'
import { countUse } from './rate-limit.js'
import { readData, type Reading } from './reading.js'
import { Conflict, ignoreConflict } from './turn.js'
import { cancelFlow, runTurn, runningTurn, type TurnOptions } from './turns.js'
import { withTimeout } from './timeout.js'
import { LONG_POLL_MS, waitFor, waitForTurn } from './waiting.js'

/** A flow as its page sees it. */
export interface State {
  /** `<record id>.<flow id>`: what a page uses as the flow's id. */
  flow: string
  version: number
  step: PublicStep
}

/** The target of a start: a user, a connection, and the id of their record. */
export interface StartTarget {
  id: string
  user: string
  connection: string
}

/** Answers by field names, or in the vendor's own form. */
export type AnswerInput = { answers: Record<string, string | string[]> } | { raw: RawAnswers }

/**
 * A page's report about the iframe, that the user left a window (`landed`), that the page opens a window
 * (`window-opened`): the state then has an address that nobody has opened, or that the user needs a new session in place
 * of a round (`new-session`). `address` is the URL of the iframe that is reported: a repeated report does not concern the
 * iframe that the first report opened.
 */
export type PageMessage =
  | { kind: 'returned'; claim: Claim }
  | { kind: 'token-refused' | 'session-expired'; address?: string }
  | { kind: 'window-opened' }
  | { kind: 'landed'; url?: string | undefined }
  | { kind: 'new-session'; round: number }

/**
 * The operations on flows. All arguments and results are plain JSON, except `signal`, so a call can go to another
 * process. A refused call rejects with a `FlowError` or a `Problem`.
 */
export interface FlowService {
  /**
   * Starts a flow, or joins the one that runs on the connection. `flow` is an id that the page has chosen: if a start
   * is repeated with the same id, it returns the same flow, even after its end. If a later flow has followed and ended,
   * it throws `NOT_FOUND`.
   */
  start(target: StartTarget, connection: Connection, flow?: string): Promise<State>
  /** Returns the state. With `after`, it waits until the version differs from it, for at most `waitMs` milliseconds. */
  getState(ref: FlowRef, after?: number, waitMs?: number, signal?: AbortSignal): Promise<State>
  /** Answers a round, and waits for the outcome. */
  answer(ref: FlowRef, round: number, input: AnswerInput): Promise<State>
  /** Passes a page's message to the flow, and waits for the outcome. */
  message(ref: FlowRef, message: PageMessage): Promise<State>
  cancel(ref: FlowRef): Promise<State>
  /** Reads data after the flow is done. */
  readData(ref: FlowRef, name: string): Promise<Reading>
  /** Polls the vendor, because a webhook came. */
  pollForWebhook(target: StartTarget, connection: Connection): Promise<void>
  /** Continues or cancels the flow of a due record, or delivers its ending. A sweep or an alarm calls it. */
  continueDue(id: string): Promise<void>
  /** Counts a use and returns 0. At the limit, it returns the milliseconds until the next use is allowed. */
  countUse(id: string, limit: number, windowMs: number): Promise<number>
}

/** When a page may repeat a call that another turn kept out, in milliseconds. */
const BUSY_RETRY_MS = 1_000

/** Runs the flows of this process's records. Compare-and-set decides which process takes a turn, so any may try. */
export class LocalFlowService implements FlowService {
  readonly #context: EngineContext

  constructor(context: EngineContext) {
    this.#context = context
  }

  async start({ id, ...target }: StartTarget, connection: Connection, flow?: string): Promise<State> {
    const { records, turns, clock } = this.#context
    /** The version of the record with which this call has begun a turn. */
    let begunAt: number | undefined
    for (;;) {
      const { flow: current, expired, otherFormat, version } = await records.read(id)
      if (current && (!isEnding(current.step) || current.flow === flow)) return toState(id, current)
      if (otherFormat !== undefined) refuseSecondSend(otherFormat, flow, clock.now())
      const before = current ?? expired ?? otherFormat
      const earlier = earlierFlows(before)
      if (expired && !isEnding(expired.step)) {
        await cancelFlow(this.#context, id, { record: expired, version }).catch(ignoreConflict)
        if ((await records.read(id)).version === version) throw notStored()
        continue
      }
      if (flow !== undefined && earlier.includes(flow)) throw notFound('the flow has ended')
      const { pendingEndings } = before ?? {}
      const fresh = { record: newRecord(target, clock.now(), { flow, pendingEndings, earlier }), version }
      const { change, stop } = records.listen(id)
      try {
        // Another page of this process starts a flow, too.
        const running = turns.get(id)
        const joined = running && !earlier.includes(running.flow) ? running.outcome : undefined
        if (joined === undefined && version === begunAt) {
          // The turn has ended, maybe since the record was read. Another one would call the vendor again.
          if ((await records.read(id)).version === version) throw notStored()
          continue
        }
        const turn = joined ?? runTurn(this.#context, id, fresh, { present: true, connection })
        if (joined === undefined) begunAt = version
        // The first write of the turn creates the flow.
        await Promise.race([change, turn.catch(() => {})])
        if (turns.get(id)?.outcome !== turn) await turn.catch(ignoreConflict)
      } finally {
        stop()
      }
      const found = await records.read(id)
      if (found.flow && found.flow.flow !== before?.flow) return toState(id, found.flow)
    }
  }

  async getState(ref: FlowRef, after?: number, waitMs = LONG_POLL_MS, signal?: AbortSignal): Promise<State> {
    return toState(ref.id, await waitFor(this.#context, ref, ({ version }) => version !== after, waitMs, signal))
  }

  async answer(ref: FlowRef, round: number, input: AnswerInput): Promise<State> {
    const isCurrent = (record: FlowRecord) => {
      if (!isRound(record, round)) return false
      if (record.answerCount >= this.#context.answersPerFlow) throw flowLimitReached()
      return true
    }
    return this.#takeTurn(ref, isCurrent, async ({ current }) => {
      if (current.kind !== 'challenge' || current.round.number !== round) throw staleRound(ref.flow)
      await ('raw' in input ? current.answerRaw(input.raw) : current.answer(input.answers))
    })
  }

  /** The new session begins minutes later, so this does not wait for it. */
  #startNewSession(ref: FlowRef, round: number): Promise<State> {
    const act: NonNullable<TurnOptions['act']> = async ({ current }) => {
      if (current.kind !== 'challenge' || current.round.number !== round) throw staleRound(ref.flow)
      await current.startNewSession()
    }
    return this.#takeTurn(ref, (record) => isRound(record, round), act, false)
  }

  async message(ref: FlowRef, message: PageMessage): Promise<State> {
    if (message.kind === 'window-opened') return this.#openWindow(ref)
    if (message.kind === 'new-session') return this.#startNewSession(ref, message.round)
    const kind = message.kind === 'landed' ? 'redirect' : 'connect'
    return this.#takeTurn(
      ref,
      ({ step }) => {
        const isOther = 'address' in step && 'address' in message && step.address !== message.address
        return step.kind === kind && !isOther
      },
      ({ current }) => {
        if (message.kind === 'landed' && current.kind === 'redirect') current.returned(message.url)
        if (message.kind === 'returned' && current.kind === 'connect') current.returned(message.claim)
        if (message.kind === 'token-refused' && current.kind === 'connect') current.tokenRefused()
        if (message.kind === 'session-expired' && current.kind === 'connect') current.sessionExpired()
      },
    )
  }

  /** If the reply is lost and the page repeats the call, it gets another address. */
  async #openWindow(ref: FlowRef): Promise<State> {
    let address: string | undefined
    const isCurrent = ({ step, addressCount = 0 }: FlowRecord) => {
      if (step.kind !== 'redirect') return false
      if (addressCount >= this.#context.answersPerFlow) throw flowLimitReached()
      return true
    }
    const state = await this.#takeTurn(ref, isCurrent, async ({ current }) => {
      // If the vendor sends no address, the turn still stores what has happened.
      address = current.kind === 'redirect' ? await current.pageUrl().catch(() => undefined) : undefined
    })
    if ('url' in state.step && state.step.url !== address) throw problem('UNAVAILABLE', BUSY_RETRY_MS)
    return state
  }

  async cancel(ref: FlowRef): Promise<State> {
    for (;;) {
      const stored = await this.#context.records.open(ref)
      if (isEnding(stored.record.step)) return toState(ref.id, stored.record)
      const ended = await cancelFlow(this.#context, ref.id, stored).catch(ignoreConflict)
      if (ended) return toState(ref.id, ended.record)
    }
  }

  readData(ref: FlowRef, name: string): Promise<Reading> {
    return readData(this.#context, ref, name)
  }

  async pollForWebhook(start: StartTarget, connection: Connection): Promise<void> {
    const { id, ...target } = start
    const { records, clock } = this.#context
    const { flow: current, expired, otherFormat, version } = await records.read(id)
    if (otherFormat !== undefined || (current && isEnding(current.step))) return
    if (expired && !isEnding(expired.step)) return this.continueDue(id)
    if (current === undefined) {
      // This flow only reads the status, to find out whether the user is needed. It starts no session at the bank.
      const statusOnly = withStatusOnly(connection)
      if (statusOnly === null) return
      const { pendingEndings } = expired ?? {}
      const record = newRecord(target, clock.now(), { pendingEndings, earlier: earlierFlows(expired) })
      const options = { present: false, connection: statusOnly }
      const after = await runTurn(this.#context, id, { record, version }, options).catch(ignoreConflict)
      // Another write came first, which may be that of a delivery.
      return after ? undefined : this.pollForWebhook(start, connection)
    }
    // Poll as soon as the poll interval allows, if the flow waits for the vendor or watches a round.
    const watchesAt = records.watchesAt(current)
    if (needsPerson(current.step) && current.step.kind !== 'redirect' && watchesAt === Infinity) return
    const sleep = Math.min(records.wakesAt(current), watchesAt) - clock.now()
    const { signal } = new AbortController()
    await clock.wait(Math.max(0, Math.min(sleep, LONG_POLL_MS)), signal, 'vendor')
    await this.#continueDue(id, (record) => Math.min(records.wakesAt(record), records.watchesAt(record)))
  }

  continueDue(id: string): Promise<void> {
    const { records } = this.#context
    return this.#continueDue(id, (record) => records.wakesAt(record))
  }

  async #continueDue(id: string, wakesAt: (record: FlowRecord) => number): Promise<void> {
    const { records, clock } = this.#context
    const { flow: current, expired, version } = await records.read(id)
    const last = current ?? expired
    if (last === undefined) return
    const stored = { record: last, version }
    if (isEnding(last.step)) {
      // The process that has ended the flow delivers the ending. Others retry later.
      if ((last.due ?? 0) <= clock.now()) await deliverEndings(this.#context, id, stored)
      return
    }
    if (current !== undefined && runningTurn(this.#context, id, current.flow) !== undefined) return
    let after: VersionedRecord | undefined = stored
    try {
      if (current === undefined) after = await cancelFlow(this.#context, id, stored).catch(ignoreConflict)
      else if (wakesAt(current) <= clock.now())
        after = await runTurn(this.#context, id, stored, { present: false }).catch(ignoreConflict)
    } finally {
      // The turn that ends a flow delivers the endings itself.
      if (after && !isEnding(after.record.step)) await deliverEndings(this.#context, id, after)
    }
  }

  countUse(id: string, limit: number, windowMs: number): Promise<number> {
    const { records, clock } = this.#context
    return countUse(records, clock, id, limit, windowMs)
  }

  /**
   * Takes a turn for a page if the step that the page means is still current, and waits for the outcome unless
   * `waitsForOutcome` is false. A repeated or late call gets the outcome of the first one.
   */
  async #takeTurn(
    ref: FlowRef,
    isCurrent: (record: FlowRecord) => boolean,
    act: NonNullable<TurnOptions['act']>,
    waitsForOutcome = true,
  ): Promise<State> {
    const { records, clock } = this.#context
    const { id } = ref
    const deadline = clock.now() + LONG_POLL_MS
    const remaining = () => Math.max(0, deadline - clock.now())
    for (;;) {
      const stored = await records.open(ref)
      const { leaseUntil, step } = stored.record
      // A turn that polls while a window is open, or watches a round, cannot receive this call. Wait for its end, and
      // check again.
      const isPolling = leaseUntil > 0 && (step.kind === 'redirect' || step.kind === 'challenge')
      if ((leaseUntil > 0 && !isPolling) || !isCurrent(stored.record)) break
      const running = runningTurn(this.#context, id, ref.flow)
      // No turn has stored this call, so the page must repeat it.
      if (remaining() === 0) throw problem('UNAVAILABLE', BUSY_RETRY_MS)
      if (isPolling) {
        await waitFor(this.#context, ref, ({ leaseUntil }) => leaseUntil === 0, remaining())
        continue
      }
      if (running !== undefined) {
        // If the other call is refused, this one is tried next.
        const settled = running.catch(() => {})
        await withTimeout(this.#context, remaining(), settled)
        continue
      }
      const turn = runTurn(this.#context, id, stored, { present: true, act })
      try {
        const after = await withTimeout(this.#context, remaining(), turn)
        if (after && !(waitsForOutcome && after.record.step.kind === 'working')) return toState(id, after.record)
      } catch (error) {
        // Another process has written the record first. Read it again.
        if (!(error instanceof Conflict)) throw error
      }
    }
    return toState(id, await waitForTurn(this.#context, ref, waitsForOutcome, remaining()))
  }
}

function toState(id: string, { flow, version, step }: FlowRecord): State {
  return { flow: `${id}.${flow}`, version, step }
}

/** How many flows a record remembers that came before its own. */
const MAX_EARLIER = 8

/** The ids that the next flow of a record remembers. */
function earlierFlows(before: Pick<OtherFormat, 'flow' | 'earlier'> | undefined): string[] {
  const { flow, earlier = [] } = before ?? {}
  return flow === undefined ? earlier : [...earlier, flow].slice(-MAX_EARLIER)
}

/** Throws if a start must not replace a record of another release, because it could send the same credentials twice. */
function refuseSecondSend(other: OtherFormat, flow: string | undefined, now: number): void {
  if (other.flow !== undefined && other.flow === flow) throw otherFormatRefused()
  const lease = (other.leaseUntil ?? 0) - now
  if (lease > 0) throw problem('UNAVAILABLE', lease)
}

/** The error for a store that has accepted a write and does not have it. */
function notStored(): TypeError {
  return new TypeError('store.write must return true only if the record was written')
}

/** Whether a record asks this round. Throws if the round has not been asked yet. */
function isRound({ step, roundCount }: FlowRecord, round: number): boolean {
  if (round > roundCount) throw outOfTurn()
  return step.kind === 'challenge' && step.round.number === round
}

function outOfTurn(): FlowError {
  const message = 'the round has not been asked yet'
  return new FlowError({ code: 'OUT_OF_TURN', next: 'answer-again', message })
}
