import type { PublicStep } from '../shared.js'
import type { Step } from '../flow/steps.js'
import type { FlowEnded } from './config.js'
import type { Readings } from './reading.js'

/** All that is known of one connection's flow. It is sealed as one, so that its parts cannot be swapped. */
export interface FlowRecord {
  v: 1
  user: string
  connection: string
  /** Names the flow to its page; the next flow on the connection has another name. */
  flow: string
  /** Counts the changes of `step`. */
  version: number
  step: PublicStep
  /** The flow; `null` before its first send was stored, and after its end. */
  snapshot: string | null
  /** The authorize token of each session. */
  tokens: Record<string, string>
  /** How many answers were taken. */
  answers: number
  /** How many rounds were asked. */
  asked: number
  /** At rest: when the flow goes on by itself. */
  due: number | null
  /** While somebody is at it: until when. 0 at rest. */
  busyUntil: number
  /** When the record is no more. */
  expires: number
  /** Endings that nobody was told yet: its own, and those of flows before it. */
  untold?: FlowEnded[]
  /** Where data may be read: what the flow ended with, the vendor's ids among it. */
  result?: unknown
  readings?: Readings
}

/** What is left of a result once the vendor's ids are out. */
const TOLD = [
  ...['institution', 'institutionId', 'lastRefresh', 'scheduledRefresh', 'method', 'health', 'ownership'],
  ...['connectionStatus', 'aggregatedAt', 'successfullyAggregatedAt'],
]

/** A step as pages see it. A new key of a result stays out until it is listed here. */
export function toPublic(step: Step, address: string | null): PublicStep {
  switch (step.kind) {
    case 'working':
      return { kind: 'working', stage: step.stage, until: step.until }
    case 'challenge':
      return { kind: 'challenge', round: step.round }
    case 'redirect':
      return { kind: 'redirect', url: step.url }
    case 'connect':
      return { kind: 'connect', purpose: step.purpose, until: step.until, address }
    case 'done': {
      const entries = Object.entries(step.result as object).filter(([name]) => TOLD.includes(name))
      return { kind: 'done', result: Object.fromEntries(entries) }
    }
    case 'failed':
      return { kind: 'failed', failure: step.failure }
  }
}

/** Whether it is the person's turn. */
export function isPersons(step: PublicStep): step is PublicStep & { kind: 'challenge' | 'connect' | 'redirect' } {
  const { kind } = step
  return kind === 'challenge' || kind === 'connect' || kind === 'redirect'
}
