import { newId, type PublicStep, type RemoteResult } from '../../shared.js'
import type { Step } from '../../flow/steps.js'
import type { FlowEnded } from '../config.js'

/**
 * The format of stored records. Increment it if the meaning of a key changes. A record of another format is refused,
 * except that a start replaces it. For that, `v` and the keys of `OtherFormat` must keep their meaning in all formats.
 */
export const FORMAT = 2

/** A flow with all its data. It is encrypted in one piece, so parts of two records cannot be combined. */
export interface FlowRecord {
  v: typeof FORMAT
  kind: 'flow'
  user: string
  connection: string
  /** The id of the flow. The next flow on the connection has the same record and another id. */
  flow: string
  /** Counts the changes of `step`. */
  version: number
  step: PublicStep
  /** The flow's snapshot; `null` before the first send is stored, and after the end. */
  snapshot: string | null
  /** The authorize token of each session. */
  tokens: Record<string, string>
  /** The number of answers that were accepted. */
  answerCount: number
  /** The number of fresh addresses that windows got. */
  addressCount?: number
  /** The number of the last round. */
  roundCount: number
  /** When the next turn is due if none runs, in milliseconds since 1970; `null` if only the user can continue. */
  due: number | null
  /** When to ask the vendor whether the open round still is, if a page is connected; `null` if no round is watched. */
  watchAt: number | null
  /** Until when no other process may run a turn, in milliseconds since 1970; 0 if no turn runs. */
  leaseUntil: number
  /** When the record expires, in milliseconds since 1970. */
  expires: number
  /** Endings that were not delivered yet, of earlier flows and of this one, the last one last. */
  pendingEndings?: PendingEnding[]
  /** The ids of the flows before this one, the last one last. A start that arrives late must not start them again. */
  earlier?: string[]
  /** The result with the vendor's ids. It is kept only if data may be read. */
  result?: unknown
  readings?: Readings
}

/** An ending that is delivered until a time, in milliseconds since 1970. */
export interface PendingEnding extends FlowEnded {
  until?: number
}

/** The number of reads of data that were begun, and the state of each unfinished one, by the reader's name. */
export interface Readings {
  begun: number
  open: Record<string, { state: string | null; due: number }>
}

/** The recent uses that a rate limit counts, in milliseconds since 1970. */
export interface CounterRecord {
  v: typeof FORMAT
  kind: 'counter'
  times: number[]
}

/** What a start reads of a record in another format. */
export type OtherFormat = Partial<Pick<FlowRecord, 'flow' | 'leaseUntil' | 'pendingEndings' | 'earlier'>>

export type StoredRecord = FlowRecord | CounterRecord

/** A record, and the version that the store had when it was read. */
export interface VersionedRecord {
  record: FlowRecord
  version: number
}

/** Identifies a flow, and the user who requests it. */
export interface FlowRef {
  /** The id of the record. */
  id: string
  flow: string
  user: string
}

/** The longest life of a flow: the core ends it after two hours, and after this time the edge cancels it. */
const FLOW_LIFETIME_MS = 135 * 60_000

/** What a new flow begins with: the id that its page has chosen, and what the record has of the flows before it. */
interface NewFlow {
  flow?: string | undefined
  pendingEndings?: PendingEnding[] | undefined
  earlier: string[]
}

/** How long an expired flow, and an ending that was not delivered, stay stored, so that a sweep can act, in milliseconds. */
export const KEEP_MS = 24 * 60 * 60_000

/** Makes the record of a new flow. */
export function newRecord(
  target: { user: string; connection: string },
  now: number,
  { flow = newId(), pendingEndings, earlier }: NewFlow,
): FlowRecord {
  const { user, connection } = target
  return {
    ...{ v: FORMAT, kind: 'flow', user, connection, flow, version: 1 },
    step: { kind: 'working', stage: 'start', until: null },
    ...{ snapshot: null, tokens: {}, answerCount: 0, roundCount: 0, due: null, watchAt: null, leaseUntil: 0 },
    expires: now + FLOW_LIFETIME_MS,
    ...(pendingEndings && { pendingEndings }),
    ...(earlier.length > 0 && { earlier }),
  }
}

/** Result keys that may reach a page. The vendor's ids are not among them. */
const PUBLIC_RESULT_KEYS = Object.keys({
  ...{ institution: 1, institutionId: 1, lastRefresh: 1, scheduledRefresh: 1, method: 1, health: 1, ownership: 1 },
  ...{ connectionStatus: 1, aggregatedAt: 1, successfullyAggregatedAt: 1, failedProducts: 1 },
} satisfies Record<keyof RemoteResult, 1>)

/** A step as pages see it. */
export function toPublic(step: Step, address: string | null): PublicStep {
  switch (step.kind) {
    case 'working':
      return { kind: 'working', stage: step.stage, until: step.until }
    case 'challenge':
      return { kind: 'challenge', round: step.round }
    case 'redirect':
      return { kind: 'redirect', number: step.number, purpose: step.purpose, url: step.url, error: step.error }
    case 'connect':
      return { kind: 'connect', purpose: step.purpose, until: step.until, address }
    case 'done': {
      const entries = Object.entries(step.result as object).filter(([name]) => PUBLIC_RESULT_KEYS.includes(name))
      return { kind: 'done', result: Object.fromEntries(entries) }
    }
    case 'failed':
      return { kind: 'failed', failure: { ...step.failure, memberGuid: null } }
  }
}

/** Whether the flow waits for its user. */
export function needsPerson(step: PublicStep): step is PublicStep & { kind: 'challenge' | 'connect' | 'redirect' } {
  const { kind } = step
  return kind === 'challenge' || kind === 'connect' || kind === 'redirect'
}
