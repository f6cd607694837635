/**
 * Reading data of a connection whose flow ended `done`. A reader goes one step at a time, and what it must remember
 * between two steps is in the record: a vendor may want minutes, and any machine can take the next step. Who asks the
 * vendor is decided by the store's compare-and-set, so two tabs do not poll twice as often.
 */
import { FlowError } from '../flow/errors.js'
import type { Clock, HostOptions } from '../flow/host.js'
import type { Connection } from './config.js'
import type { Local } from './local.js'
import { problem, toProblem } from './problem.js'
import type { FlowRecord } from './record.js'
import type { At } from './runner.js'
import type { Held } from './turn.js'

/** Reads something of a connection, one step at a time. */
export type DataReader<Env = unknown> = (source: DataSource, env: Env) => DataStep | Promise<DataStep>

/** What a reader may go by. */
export interface DataSource {
  user: string
  connection: string
  /** What `resolve` says of the connection now. */
  by: Connection
  /** What the flow ended with, the vendor's ids among it. */
  result: unknown
  /** What the step before gave; `null` at first. */
  state: string | null
  /** What the edge's own calls are made with. */
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  clock: Clock
  /** Aborts when the step takes too long. */
  signal: AbortSignal
}

/** What a page gets, as plain JSON; or what to go on with, and when, in milliseconds since 1970. */
export type DataStep = { data: unknown } | { state: string; until: number }

/** What a page gets: the data, or when to ask again. */
export type Reading = { data: unknown } | { until: number }

/** Of a record: how often a reading was begun, and where those stand that are not through. */
export interface Readings {
  begun: number
  open: Record<string, { state: string | null; due: number }>
}

/** What reading needs of its runner. */
export interface ReadingHost {
  clock: Clock
  local: Local
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  readers: Record<string, (source: DataSource) => DataStep | Promise<DataStep>> | undefined
  readsPerFlow: number
  /** Keeps the process or the worker for as long as this runs. */
  background(task: Promise<unknown>): void
  /** How long a page waits at most, in milliseconds. */
  hold: number
  open(at: At): Promise<Held>
  write(held: Held, record: FlowRecord): Promise<boolean>
  connection(record: FlowRecord): Promise<Connection>
  /** Waits for a change, but no longer than so many milliseconds. */
  within(ms: number, change: Promise<void>): Promise<void>
}

/** How long one step may take, in milliseconds; and how much longer its reader is left alone. */
const STEP = 60_000
const GRACE = 5_000

/** Reads, and waits for as long as a page does. */
export async function read(host: ReadingHost, at: At, what: string): Promise<Reading> {
  const { clock, local, readers = {} } = host
  const reader = Object.hasOwn(readers, what) ? readers[what] : undefined
  if (reader === undefined) throw problem('NOT_FOUND')
  const until = clock.now() + host.hold
  for (;;) {
    const { change, stop } = local.changed(at.id)
    try {
      const held = await host.open(at)
      const { record } = held
      if (record.step.kind !== 'done') throw notDone()
      // It ended before anything could be read, or with a LoginId that nothing shows to be the user's.
      if (record.result === undefined || record.step.result['ownership'] === 'unproven') throw problem('NOT_FOUND')
      const { begun, open } = record.readings ?? { begun: 0, open: {} }
      const found = open[what]
      const now = clock.now()
      if (found !== undefined && found.due > now) {
        if (now >= until) return { until: found.due }
        await host.within(Math.min(found.due, until) - now, change)
        continue
      }
      if (found === undefined && begun >= host.readsPerFlow) throw problem('RATE_LIMITED')
      const mine = { state: found?.state ?? null, due: now + STEP + GRACE }
      const readings = { begun: found ? begun : begun + 1, open: { ...open, [what]: mine } }
      if (!(await host.write(held, { ...record, readings }))) continue
      const taken = take(host, at, what, () => ask(host, reader, record, mine.state))
      // A page that leaves meanwhile keeps no other one waiting.
      host.background(taken.catch(() => {}))
      const step = await taken
      if ('data' in step) return { data: step.data ?? null }
    } finally {
      stop()
    }
  }
}

/** Takes a step, and notes where the reading stands then; nothing once it is through. */
async function take(host: ReadingHost, at: At, what: string, ask: () => Promise<DataStep>): Promise<DataStep> {
  let open: Readings['open'][string] | undefined
  try {
    const step = await ask()
    if (!('data' in step)) open = { state: step.state, due: step.until }
    return step
  } finally {
    await note(host, at, what, open)
  }
}

async function ask(
  { clock, options, connection }: ReadingHost,
  reader: (source: DataSource) => DataStep | Promise<DataStep>,
  record: FlowRecord,
  state: string | null,
): Promise<DataStep> {
  const by = await connection(record)
  const { user, connection: id, result } = record
  const signal = AbortSignal.timeout(STEP)
  try {
    return await reader({ user, connection: id, by, result, state, options, clock, signal })
  } catch (error) {
    if (signal.aborted) throw problem('UNAVAILABLE')
    if (!(error instanceof FlowError)) throw error
    throw toProblem(error, error.next === 'fix-integration' ? 500 : 502)
  }
}

async function note(host: ReadingHost, at: At, what: string, open: Readings['open'][string] | undefined) {
  for (;;) {
    const held = await host.open(at)
    const { readings = { begun: 0, open: {} } } = held.record
    const { [what]: _, ...others } = readings.open
    const next = { ...readings, open: { ...others, ...(open && { [what]: open }) } }
    if (await host.write(held, { ...held.record, readings: next })) return
  }
}

function notDone(): FlowError {
  const message = 'there is nothing to read before the flow is done'
  return new FlowError({ code: 'OUT_OF_TURN', next: 'fix-integration', message, path: null, fields: [] })
}
