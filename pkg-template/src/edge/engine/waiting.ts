/** How requests wait: for a change of a record, for a turn, and for time to pass. */
import { isEnding } from '../../flow/steps.js'
import type { FlowRecord, FlowRef } from '../records/flow-record.js'
import type { EngineContext } from './context.js'
import { ignoreConflict } from './turn.js'
import { waitForChange } from './timeout.js'
import { runTurn, runningTurn } from './turns.js'

/** How long a request waits for a change, in milliseconds. */
export const LONG_POLL_MS = 25_000

/** Waits until `isEnough`, the flow has ended, or `waitMs` milliseconds have passed. Runs the turns that are due. */
export async function waitFor(
  context: EngineContext,
  ref: FlowRef,
  isEnough: (record: FlowRecord) => boolean,
  waitMs: number,
  signal?: AbortSignal,
): Promise<FlowRecord> {
  const { records, clock, turns } = context
  const { id } = ref
  const deadline = clock.now() + waitMs
  for (;;) {
    const { change, stop } = records.listen(id)
    try {
      const stored = await records.open(ref)
      const { record } = stored
      const now = clock.now()
      const running = runningTurn(context, id, record.flow)
      const isOver = isEnding(record.step) || isEnough(record) || now >= deadline || signal?.aborted === true
      // A page that waits for news lets an open round be watched.
      const wakesAt = Math.min(records.wakesAt(record), isOver ? Infinity : records.watchesAt(record))
      const isDue = running === undefined && wakesAt <= now && !isEnding(record.step)
      const started = isDue ? runTurn(context, id, stored, { present: true }) : undefined
      if (isOver) return record
      if (started !== undefined) {
        const settled = started.catch(ignoreConflict)
        await waitForChange(context, deadline - now, Promise.race([settled, change]), 'person', signal)
        if (turns.get(id)?.outcome !== started) await settled
      } else {
        // If no turn runs and the flow waits for the vendor, only the next poll can change the record.
        const vendorIsNext = record.leaseUntil === 0 && ['working', 'redirect'].includes(record.step.kind)
        const sleep = Math.min(running ? Infinity : wakesAt, deadline) - now
        const waitsFor = vendorIsNext && !running ? 'vendor' : 'person'
        await waitForChange(context, sleep, change, waitsFor, signal)
      }
    } finally {
      stop()
    }
  }
}

/** Waits for the end of a turn, and for its outcome if that is wanted: the flow waits for its user, or has ended. */
export function waitForTurn(
  context: EngineContext,
  ref: FlowRef,
  waitsForOutcome: boolean,
  waitMs: number,
): Promise<FlowRecord> {
  const { records } = context
  const isEnough = (record: FlowRecord) =>
    !(waitsForOutcome && record.step.kind === 'working') &&
    runningTurn(context, ref.id, ref.flow) === undefined &&
    !records.isLeased(record)
  return waitFor(context, ref, isEnough, waitMs)
}
