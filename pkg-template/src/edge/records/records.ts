import { FlowError } from '../../flow/errors.js'
import type { Clock } from '../../flow/host.js'
import { isEnding } from '../../flow/steps.js'
import type { Store } from '../config.js'
import { toRecord } from '../json.js'
import { notFound, toProblem } from '../problem.js'
import type { Changes } from './changes.js'
import { FORMAT, KEEP_MS } from './flow-record.js'
import type { CounterRecord, FlowRecord, FlowRef, OtherFormat, StoredRecord, VersionedRecord } from './flow-record.js'
import type { Sealer } from './seal.js'

export interface RecordsOptions {
  store: Store
  sealer: Sealer
  clock: Clock
  changes: Changes
  /** Whether no other process can write these records. */
  singleWriter: boolean
}

/** What is stored under an id. */
export interface FoundRecord {
  /** The version in the store; 0 if there is nothing. */
  version: number
  /** The flow, while it runs and until its result expires. */
  flow?: FlowRecord
  /** A flow that has expired, and is stored until it is cancelled or its endings are delivered. */
  expired?: FlowRecord
  counter?: CounterRecord
  /** A record in another format: only these keys can be read. */
  otherFormat?: OtherFormat
}

/** Opens, writes and watches the records in a store. */
export class Records {
  readonly #options: RecordsOptions

  constructor(options: RecordsOptions) {
    this.#options = options
  }

  get singleWriter(): boolean {
    return this.#options.singleWriter
  }

  async read(id: string): Promise<FoundRecord> {
    const { store, sealer, clock } = this.#options
    const found = checkFound(await store.read(id))
    if (found === null) return { version: 0 }
    const { version } = found
    // A record that cannot be opened is not a mistake of the page: status 500.
    const text = await sealer.open(found.sealed, id).catch((error: unknown) => {
      throw toProblem(error, 500)
    })
    const record = JSON.parse(text) as StoredRecord
    if (record.v !== FORMAT) return { version, otherFormat: record as OtherFormat }
    if (record.kind === 'counter') return { version, counter: record }
    return record.expires > clock.now() ? { version, flow: record } : { version, expired: record }
  }

  /** Opens a flow for its user. Throws `NOT_FOUND` if the record belongs to another user or another flow. */
  async open({ id, flow, user }: FlowRef): Promise<VersionedRecord> {
    const { flow: record, version, otherFormat } = await this.read(id)
    if (otherFormat !== undefined) throw otherFormatRefused()
    if (record === undefined || record.user !== user || record.flow !== flow) throw notFound('flow not found')
    return { record, version }
  }

  /** Writes a record if it is still the one that was read; otherwise returns `false`. */
  async write(id: string, before: VersionedRecord, record: FlowRecord): Promise<boolean> {
    const ended = isEnding(record.step)
    const expires = record.expires + (ended && !record.pendingEndings ? 0 : KEEP_MS)
    const due = ended
      ? (record.due ?? expires)
      : Math.min(this.wakesAt(record), this.#deliversAt(record), record.expires)
    const written = await this.#put(id, record, before.version, { due, expires })
    // No request waits for a write that only renews the lease.
    if (written && (record.version !== before.record.version || before.record.leaseUntil === 0)) this.notify(id)
    return written
  }

  /** Writes a counter if its version is still the one that was read; otherwise returns `false`. */
  writeCounter(id: string, version: number, times: number[], expires: number): Promise<boolean> {
    return this.#put(id, { v: FORMAT, kind: 'counter', times }, version, { expires })
  }

  /** When the next turn of a flow is due, in milliseconds since 1970. */
  wakesAt({ leaseUntil, snapshot, due }: FlowRecord): number {
    // With a single writer, only a crash can have left a lease.
    if (leaseUntil > 0) return this.singleWriter ? 0 : leaseUntil
    return snapshot === null ? 0 : (due ?? Infinity)
  }

  /** When endings of earlier flows are delivered: at once, but not while a turn runs. In milliseconds since 1970. */
  #deliversAt({ leaseUntil, pendingEndings }: FlowRecord): number {
    return leaseUntil === 0 && pendingEndings ? this.#options.clock.now() : Infinity
  }

  /** When the open round may be watched, in milliseconds since 1970. */
  watchesAt({ leaseUntil, watchAt }: FlowRecord): number {
    return leaseUntil === 0 ? (watchAt ?? Infinity) : Infinity
  }

  /** Whether another process may be running a turn of the flow. */
  isLeased({ leaseUntil }: FlowRecord): boolean {
    return !this.singleWriter && leaseUntil > this.#options.clock.now()
  }

  /** `change` resolves when this process has changed the record. Call `stop` to stop listening. */
  listen(id: string): { change: Promise<void>; stop: () => void } {
    return this.#options.changes.listen(id)
  }

  notify(id: string): void {
    this.#options.changes.notify(id)
  }

  async #put(id: string, record: StoredRecord, version: number, when: { due?: number; expires: number }) {
    const { store, sealer } = this.#options
    const written: unknown = await store.write(id, await sealer.seal(JSON.stringify(record), id), version, when)
    if (typeof written !== 'boolean') throw new TypeError('store.write must return true or false')
    // Whoever loses a compare-and-set tries again. With such a store, that would never end.
    if (!written && (checkFound(await store.read(id))?.version ?? 0) === version) {
      throw new TypeError('store.write must return false only if the version has changed')
    }
    return written
  }
}

/** Checks what `read` of a store returns. Some database drivers return a number as a string or a BigInt. */
function checkFound(found: unknown): { sealed: string; version: number } | null {
  if (found === null) return null
  const { sealed, version } = toRecord(found)
  if (typeof sealed === 'string' && isVersion(version)) return { sealed, version }
  const message =
    'store.read must return null, or an object with sealed, a string, and version, a positive whole number'
  throw new TypeError(`${message} (and no string or BigInt, as some database drivers return)`)
}

const isVersion = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0

/** The error for a record that another release has written. */
export function otherFormatRefused(): FlowError {
  const message = 'the record has the format of another release'
  return new FlowError({ code: 'SNAPSHOT_VERSION', next: 'start-over', message })
}
