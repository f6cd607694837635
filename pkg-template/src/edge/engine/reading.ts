/**
 * Reads data of a connection whose flow ended with `done`. A reader takes one step at a time, and its state between two
 * steps is in the record: a vendor may need minutes, and any process can take the next step. Compare-and-set decides
 * which process calls the vendor, so two tabs do not poll twice as often.
 */
import { FlowError } from '../../flow/errors.js'
import type { DataStep } from '../config.js'
import { toRecord } from '../json.js'
import { flowLimitReached, problem, toProblem } from '../problem.js'
import type { FlowRecord, FlowRef, Readings } from '../records/flow-record.js'
import { connectionOf, type EngineContext } from './context.js'
import { waitForChange } from './timeout.js'
import { LONG_POLL_MS } from './waiting.js'

/** The data, or when the page may retry, in milliseconds since 1970. */
export type Reading = { data: unknown } | { until: number }

/** The timeout of a step, in milliseconds. */
const STEP_TIMEOUT_MS = 60_000

/** The minimum interval between two steps of a reading, in milliseconds, because a reader's `until` may be in the past. */
const MIN_STEP_MS = 1_000

/** A step's lease is this much longer than its timeout, in milliseconds. */
const LEASE_GRACE_MS = 5_000

type OpenReading = Readings['open'][string]

/** Reads data with the reader of this name. Waits for at most `LONG_POLL_MS`. */
export async function readData(context: EngineContext, ref: FlowRef, name: string): Promise<Reading> {
  const { clock, records, readers, readsPerFlow, background } = context
  const reader = Object.hasOwn(readers, name) ? readers[name] : undefined
  if (reader === undefined) throw problem('NOT_FOUND')
  const deadline = clock.now() + LONG_POLL_MS
  for (;;) {
    const { change, stop } = records.listen(ref.id)
    try {
      const stored = await records.open(ref)
      const { record } = stored
      if (record.step.kind !== 'done') throw notDone()
      // The flow ended before data could be read, or nothing proves that its LoginId belongs to the user.
      if (record.result === undefined || record.step.result['ownership'] === 'unproven') throw problem('NOT_FOUND')
      const { begun, open } = readingsOf(record)
      const found = open[name]
      const now = clock.now()
      if (found !== undefined && found.due > now) {
        if (now >= deadline) return { until: found.due }
        const sleep = Math.min(found.due, deadline) - now
        await waitForChange(context, sleep, change, 'vendor')
        continue
      }
      if (found === undefined && begun >= readsPerFlow) throw flowLimitReached()
      const state = found?.state ?? null
      const leased = { state, due: now + STEP_TIMEOUT_MS + LEASE_GRACE_MS }
      const readings = { begun: found ? begun : begun + 1, open: { ...open, [name]: leased } }
      if (!(await records.write(ref.id, stored, { ...record, readings }))) continue
      const taken = takeStep(context, ref, name, () => callReader(context, name, record, state))
      // The step continues if the page disconnects.
      background(taken.catch(() => {}))
      const step = await taken
      if ('data' in step) return { data: step.data ?? null }
    } finally {
      stop()
    }
  }
}

/** Takes a step. Stores the state for the next step, or removes it if the reading is finished or has failed. */
async function takeStep(
  context: EngineContext,
  ref: FlowRef,
  name: string,
  call: () => Promise<DataStep>,
): Promise<DataStep> {
  let open: OpenReading | undefined
  try {
    const step = await call()
    if (!isStep(step)) throw new TypeError('a reader must return { data }, or { state, until }: a string and a time')
    if (!('data' in step)) open = { state: step.state, due: Math.max(step.until, context.clock.now() + MIN_STEP_MS) }
    return step
  } finally {
    await storeReading(context, ref, name, open)
  }
}

/** Without a time, the next step would follow at once, again and again. */
function isStep(step: unknown): boolean {
  const { state, until } = toRecord(step)
  return 'data' in Object(step) || (typeof state === 'string' && Number.isFinite(until))
}

async function callReader(
  context: EngineContext,
  name: string,
  record: FlowRecord,
  state: string | null,
): Promise<DataStep> {
  const { callOptions: options, clock, readers } = context
  // The step's lease does not allow more time for both calls.
  const signal = AbortSignal.timeout(STEP_TIMEOUT_MS)
  const resolved = await connectionOf(context, record)
  const { user, connection, result } = record
  try {
    const step = readers[name]!({ user, connection, resolved, result, state, options, clock, signal })
    // A reader may ignore the signal.
    const late = new Promise<never>((_, reject) => signal.addEventListener('abort', reject))
    return await Promise.race([step, late])
  } catch (error) {
    if (signal.aborted) throw new Error(`data.${name} has not settled within ${STEP_TIMEOUT_MS / 1_000} seconds`)
    if (!(error instanceof FlowError)) throw error
    throw toProblem(error, error.next === 'fix-integration' ? 500 : 502)
  }
}

async function storeReading({ records }: EngineContext, ref: FlowRef, name: string, open: OpenReading | undefined) {
  for (;;) {
    const stored = await records.open(ref)
    const readings = readingsOf(stored.record)
    const { [name]: _, ...others } = readings.open
    const next = { ...readings, open: { ...others, ...(open && { [name]: open }) } }
    if (await records.write(ref.id, stored, { ...stored.record, readings: next })) return
  }
}

const readingsOf = ({ readings = { begun: 0, open: {} } }: FlowRecord): Readings => readings

function notDone(): FlowError {
  const message = 'data can be read only after the flow is done'
  return new FlowError({ code: 'OUT_OF_TURN', next: 'answer-again', message })
}
