/** Calls the company's `onFlowEnded` and `onPersonNeeded`. */
import { isEnding } from '../../flow/steps.js'
import type { PublicStep } from '../../shared.js'
import { settled } from '../problem.js'
import { needsPerson, type FlowRecord, type PendingEnding, type VersionedRecord } from '../records/flow-record.js'
import type { EngineContext } from './context.js'
import { withTimeout } from './timeout.js'

/** How long one call of `onFlowEnded` may take, in milliseconds. */
const DELIVERY_TIMEOUT_MS = 30_000

/**
 * Delivers the pending endings of a record, the oldest first, and removes those for which `onFlowEnded` has resolved. The
 * others stay pending, and `FlowService.continueDue` retries; one that takes too long comes last then. Nothing is written
 * while a turn sends, because the turn could then not store its outcome.
 */
export async function deliverEndings(context: EngineContext, id: string, stored: VersionedRecord): Promise<void> {
  const { records } = context
  const { pendingEndings = [], leaseUntil } = stored.record
  if (leaseUntil > 0) return
  const { delivered, late } = await callOnFlowEnded(context, pendingEndings)
  for (let latest = stored; ;) {
    const { pendingEndings: pending = [], ...record } = latest.record
    const undelivered = pending.filter((ended) => !delivered.includes(ended.flow))
    const left = [
      ...undelivered.filter((ended) => ended.flow !== late),
      ...undelivered.filter((ended) => ended.flow === late),
    ]
    const isSame = left.length === pending.length && left.at(-1) === pending.at(-1)
    if (isSame || record.leaseUntil > 0) return
    const next = left.length > 0 ? { ...record, pendingEndings: left } : { ...record, due: dueWithout(record) }
    if (await records.write(id, latest, next)) return
    // Somebody has continued the flow in the meantime, or has started the next one.
    const found = await records.read(id)
    const current = found.flow ?? found.expired
    if (current === undefined) return
    latest = { record: current, version: found.version }
  }
}

/**
 * Calls `onFlowEnded` for each ending until one takes too long. Returns the flows whose endings are delivered, or too old,
 * and the one that took too long.
 */
async function callOnFlowEnded(
  context: EngineContext,
  endings: PendingEnding[],
): Promise<{ delivered: string[]; late?: string }> {
  const { onFlowEnded, onError, clock } = context
  const delivered: string[] = []
  for (const { until = Infinity, ...ended } of endings) {
    const { flow } = ended
    if (until <= clock.now()) {
      onError(new Error(`onFlowEnded has not accepted the ending of the flow ${flow} within a day; it is dropped`))
      delivered.push(flow)
      continue
    }
    const call = (async () => onFlowEnded?.(ended))().then(() => void delivered.push(flow), onError)
    const isSettled = await withTimeout(
      context,
      DELIVERY_TIMEOUT_MS,
      call.then(() => true),
    )
    if (!isSettled) {
      onError(new Error(`onFlowEnded has not settled within ${DELIVERY_TIMEOUT_MS / 1_000} seconds`))
      return { delivered, late: flow }
    }
  }
  return { delivered }
}

/** When a record without pending endings is due: a flow that has ended has nothing left to do. */
function dueWithout({ step, due }: FlowRecord): number | null {
  return isEnding(step) ? null : due
}

/** Calls `onPersonNeeded` if the flow has begun to wait for its user. */
export async function reportPersonNeeded(
  { onPersonNeeded, onError }: EngineContext,
  before: FlowRecord,
  after: FlowRecord,
  present: boolean,
): Promise<void> {
  const { step, user, connection, flow } = after
  const round = step.kind === 'challenge' ? { round: step.round.number } : {}
  if (!needsPerson(step) || (before.step.kind === step.kind && numberOf(before.step) === numberOf(step))) return
  try {
    await settled('onPersonNeeded', onPersonNeeded?.({ user, connection, flow, step: step.kind, ...round, present }))
  } catch (error) {
    onError(error)
  }
}

/** The number of a round or of a window: the next one needs the user again. A fresh address of a window does not. */
function numberOf(step: PublicStep): number | undefined {
  return step.kind === 'challenge' ? step.round.number : step.kind === 'redirect' ? step.number : undefined
}
