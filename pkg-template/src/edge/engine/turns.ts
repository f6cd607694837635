/** Runs turns in the background of the process, one at a time for each record. */
import type { Flow } from '../../flow/flow.js'
import { isEnding } from '../../flow/steps.js'
import type { Connection } from '../config.js'
import type { VersionedRecord } from '../records/flow-record.js'
import { toProblem } from '../problem.js'
import { connectionOf, type EngineContext } from './context.js'
import { deliverEndings, reportPersonNeeded } from './delivery.js'
import { Conflict, Turn } from './turn.js'

export interface TurnOptions {
  /** Whether a page waits for the turn. */
  present: boolean
  /** Passes an event to the flow. */
  act?: (flow: Flow) => unknown
  /** The connection, if it was resolved just now. */
  connection?: Connection
}

/** Runs a turn, delivers the ending if there is one, and returns the new record. */
export function runTurn(
  context: EngineContext,
  id: string,
  stored: VersionedRecord,
  { present, act, connection }: TurnOptions,
): Promise<VersionedRecord> {
  const { records, turns, background } = context
  const run = async () => {
    const resolved = connection ?? (await connectionOf(context, stored.record))
    const after = await new Turn(context, id, stored).run(resolved, act)
    if (isEnding(after.record.step)) await deliverEndings(context, id, after)
    return after
  }
  const turn = run()
    .catch((error: unknown) => {
      throw reportOnce(context, error)
    })
    .finally(() => {
      if (turns.get(id)?.outcome === turn) turns.delete(id)
      records.notify(id)
    })
  turns.set(id, { flow: stored.record.flow, outcome: turn })
  // The user may answer while onPersonNeeded is still being called.
  background(turn.then((after) => reportPersonNeeded(context, stored.record, after.record, present)).catch(() => {}))
  return turn
}

/**
 * The turn of a flow that runs in this process. That of an earlier flow on the record may still wait for its reply if another
 * process has ended the flow, but it can send nothing more.
 */
export function runningTurn({ turns }: EngineContext, id: string, flow: string): Promise<VersionedRecord> | undefined {
  const running = turns.get(id)
  return running?.flow === flow ? running.outcome : undefined
}

/** Reports the error of a turn, for which several requests may wait, or none. Returns the error that they get. */
function reportOnce({ onError }: EngineContext, error: unknown): unknown {
  const found = toProblem(error)
  if (error instanceof Conflict || found.body.status < 500) return error
  onError(error)
  found.isReported = true
  return found
}

/** Cancels a flow, even if another turn of it runs, here or elsewhere. */
export async function cancelFlow(
  context: EngineContext,
  id: string,
  stored: VersionedRecord,
): Promise<VersionedRecord> {
  const { records, turns, resolve } = context
  const running = turns.get(id)
  const { user, connection } = stored.record
  const ended = await new Turn(context, id, stored).cancel(await resolve(user, connection))
  // A turn that still runs can send nothing more. The next flow does not wait for it.
  if (turns.get(id) === running) turns.delete(id)
  records.notify(id)
  await deliverEndings(context, id, ended)
  return ended
}
