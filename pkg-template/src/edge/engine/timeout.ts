import type { WaitsFor } from '../../flow/host.js'
import { TASK_ENDED } from '../../flow/transport.js'
import type { EngineContext } from './context.js'

/** How often a waiting request reads a record that other processes may write, in milliseconds of real time. */
const REREAD_MS = 1_000

interface TimeoutOptions {
  /** Whether to return early, to read what another process may have written. */
  mayReread?: boolean
  signal?: AbortSignal | undefined
  waitsFor?: WaitsFor
}

/** Waits for a task, for at most `ms` milliseconds. */
export async function withTimeout<T>(
  { clock, records }: EngineContext,
  ms: number,
  task: Promise<T>,
  { mayReread = false, signal, waitsFor = 'person' }: TimeoutOptions = {},
): Promise<T | void> {
  const stop = new AbortController()
  let end = () => {}
  const ended = new Promise<void>((resolve) => (end = resolve))
  signal?.addEventListener('abort', end)
  const timer = mayReread && !records.singleWriter ? setTimeout(end, REREAD_MS) : undefined
  try {
    return await Promise.race([task, ended, clock.wait(ms, stop.signal, waitsFor)])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    stop.abort(TASK_ENDED)
  }
}
