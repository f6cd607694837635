import type { WaitsFor } from '../../flow/host.js'
import { TASK_ENDED } from '../../flow/transport.js'
import type { EngineContext } from './context.js'

/** How often a waiting request reads a record that other processes may write, in milliseconds of real time. */
const REREAD_MS = 1_000

/** Waits for a task, for at most `ms` milliseconds. */
export async function withTimeout<T>(
  { clock }: EngineContext,
  ms: number,
  task: Promise<T>,
  waitsFor: WaitsFor = 'person',
): Promise<T | void> {
  const stop = new AbortController()
  try {
    return await Promise.race([task, clock.wait(ms, stop.signal, waitsFor)])
  } finally {
    stop.abort(TASK_ENDED)
  }
}

/**
 * Waits for a change of a record, for at most `ms` milliseconds. Returns early if `signal` aborts, and to read what another
 * process may have written.
 */
export async function waitForChange(
  context: EngineContext,
  ms: number,
  change: Promise<unknown>,
  waitsFor?: WaitsFor,
  signal?: AbortSignal,
): Promise<void> {
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  signal?.addEventListener('abort', end)
  const timer = context.records.singleWriter ? undefined : setTimeout(end, REREAD_MS)
  try {
    await withTimeout(context, ms, Promise.race([change, ended]), waitsFor)
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}
