/** Calls the company's `onFlowEnded` and `onPersonNeeded`. */
import { isEnding } from '../../flow/steps.js'
import type { PublicStep } from '../../shared.js'
import { needsPerson, type FlowRecord, type VersionedRecord } from '../records/flow-record.js'
import type { EngineContext } from './context.js'

/**
 * Delivers the pending endings of a record, the oldest first, and removes each from the record once `onFlowEnded` has
 * resolved. If it rejects, the rest stays pending, and `FlowService.continueDue` retries. Nothing is written while a turn
 * sends, because the turn could then not store its outcome.
 */
export async function deliverEndings(
  context: EngineContext,
  id: string,
  stored: VersionedRecord,
): Promise<VersionedRecord> {
  const { records, onFlowEnded, onError } = context
  const [ended, ...others] = stored.record.pendingEndings ?? []
  if (ended === undefined || stored.record.leaseUntil > 0) return stored
  try {
    await onFlowEnded?.(ended)
  } catch (error) {
    onError(error)
    return stored
  }
  for (let latest = stored; ;) {
    const { pendingEndings: _, ...record } = latest.record
    const isOver = others.length === 0 && isEnding(record.step)
    const next = { ...record, ...(others.length > 0 && { pendingEndings: others }), ...(isOver && { due: null }) }
    if (await records.write(id, latest, next)) {
      return deliverEndings(context, id, { record: next, version: latest.version + 1 })
    }
    // A page may have begun to read data in the meantime, or to continue the flow.
    const { flow, expired, version } = await records.read(id)
    const found = flow ?? expired
    if (found?.flow !== stored.record.flow || found.pendingEndings?.length !== others.length + 1) return stored
    if (found.leaseUntil > 0) return stored
    latest = { record: found, version }
  }
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
    await onPersonNeeded?.({ user, connection, flow, step: step.kind, ...round, present })
  } catch (error) {
    onError(error)
  }
}

/** The number of a round or of a window: the next one needs the user again. A fresh address of a window does not. */
function numberOf(step: PublicStep): number | undefined {
  return step.kind === 'challenge' ? step.round.number : step.kind === 'redirect' ? step.number : undefined
}
