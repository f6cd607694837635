import type { Clock, HostOptions } from '../../flow/host.js'
import type { Connection, DataSource, DataStep, EdgeEvent, FlowEnded, PersonNeeded } from '../config.js'
import { notFound } from '../problem.js'
import type { FlowRecord, VersionedRecord } from '../records/flow-record.js'
import type { Records } from '../records/records.js'

/** A turn that runs in this process. */
export interface RunningTurn {
  flow: string
  outcome: Promise<VersionedRecord>
}

/** What every function of the engine needs. */
export interface EngineContext {
  records: Records
  clock: Clock
  /** The turns that run in this process, by the id of their record. */
  turns: Map<string, RunningTurn>
  /** The `fetch` and the timeout of each call to a vendor. */
  callOptions: Pick<HostOptions, 'fetch' | 'timeout'>
  resolve(user: string, connection: string): Promise<Connection | null>
  onPersonNeeded: ((event: PersonNeeded) => unknown) | undefined
  onFlowEnded: ((event: FlowEnded) => unknown) | undefined
  onEvent: ((event: EdgeEvent) => void) | undefined
  onError(error: unknown): void
  /** Keeps the process or the worker alive while the task runs. */
  background(task: Promise<unknown>): void
  answersPerFlow: number
  /** The readers of data, by name. */
  readers: Record<string, (source: DataSource) => DataStep | Promise<DataStep>>
  readsPerFlow: number
}

/** Resolves the connection of a flow. Throws `NOT_FOUND` if the user no longer has it. */
export async function connectionOf(context: EngineContext, record: FlowRecord): Promise<Connection> {
  const found = await context.resolve(record.user, record.connection)
  if (found === null) throw notFound('connection not found')
  return found
}
