/**
 * What happens in a flow, without personal data: nothing in an event is a credential, an answer, a prompt, a key, a token
 * or an id of a person, a session or a connection. Attributes are named after OpenTelemetry's semantic conventions where
 * these have a name, and begin with `bank_mfa.` where they have none.
 */
import type { EdgeCode } from './errors.js'
import type {
  ChallengeKind,
  ConnectPurpose,
  ErrorCode,
  NextAction,
  RedirectErrorCode,
  Stage,
  WindowPurpose,
} from '../wasm/bank_mfa.js'

/** What a person, a page or the host did with a flow. `returned` is the return from a window or an iframe. */
export type FlowAction = 'answer' | 'new-session' | 'returned' | 'session-expired' | 'token-refused' | 'window-opened'

/** The attributes of each event, by the event's name. */
export interface FlowEventAttributes {
  /** The flow was made, restored or, in a page, joined. */
  'bank_mfa.flow.started': {
    /** The version of this package. */
    'bank_mfa.version': string
    /** The vendor. A page does not know it. */
    'bank_mfa.vendor'?: 'flinks' | 'mx'
    /** Whether the flow was restored from a snapshot, or resumed by its id. */
    'bank_mfa.flow.restored': boolean
  }
  /** A call has ended: to the vendor, or from a page to your edge. */
  'bank_mfa.call': {
    /** The last part of the address that is no id, such as `Authorize`, `status`, or `answer` of an edge; or `probe`. */
    'bank_mfa.call.name': string
    /** What the call was for. A call to an edge has none. */
    'bank_mfa.stage'?: Stage
    /** The number of the vendor's session, from 1. A call to an edge has none. */
    'bank_mfa.session'?: number
    'http.request.method': string
    /** The host name. */
    'server.address': string
    /** The HTTP status, if a reply came. */
    'http.response.status_code'?: number
    /** The vendor's word for the state: the FlinksCode, or the `connection_status` of MX's member. */
    'bank_mfa.vendor_code'?: string
    /** The status as text if it is 400 or more; `timeout`, `aborted` or `network` if no reply came. */
    'error.type'?: string
  }
  /** The flow has a new step. */
  'bank_mfa.step': {
    'bank_mfa.step.kind': 'working' | 'challenge' | 'redirect' | 'connect'
    /** The stage, if the flow works or waits. */
    'bank_mfa.stage'?: Stage
    /** The number of the round, from 1. */
    'bank_mfa.round.number'?: number
    /** Whether the bank refused the last answer. */
    'bank_mfa.round.refused'?: boolean
    /** The kind of each challenge of the round, or of its first 20. */
    'bank_mfa.challenge.kinds'?: ChallengeKind[]
    /** The vendor's type of each of them, or an empty text if it is not a word. */
    'bank_mfa.challenge.vendor_types'?: string[]
    /** What the person does on another page. */
    'bank_mfa.purpose'?: ConnectPurpose | WindowPurpose
    /** Why the previous window did not help. */
    'error.type'?: RedirectErrorCode
  }
  /** A person, a page or the host did something with the flow. */
  'bank_mfa.action': {
    'bank_mfa.action.name': FlowAction
    /** The code, if the action was refused. */
    'error.type'?: ErrorCode | EdgeCode
  }
  /** The flow has ended. */
  'bank_mfa.flow.ended': {
    'bank_mfa.outcome': 'done' | 'failed'
    /** The failure's code. */
    'error.type'?: ErrorCode
    /** The failure's next action. */
    'bank_mfa.next'?: NextAction
    /** What to do if `next` does not help. */
    'bank_mfa.otherwise'?: NextAction
    /** The vendor's own code. */
    'bank_mfa.vendor_code'?: string
    /** The HTTP status of the reply that the failure was derived from. */
    'http.response.status_code'?: number
  }
}

export type EventName = keyof FlowEventAttributes

/** Something that happened in a flow. */
export type FlowEvent = {
  [Name in keyof FlowEventAttributes]: {
    readonly name: Name
    /** When it happened, or ended, in milliseconds since 1970. */
    readonly time: number
    /** How long it took, in milliseconds: 0 except for a call. */
    readonly duration: number
    readonly attributes: FlowEventAttributes[Name]
  }
}[keyof FlowEventAttributes]

/** An event of a trace. Equal events in a row are one: a flow that polls for half an hour does not fill its trace. */
export type TraceEvent = {
  [Name in keyof FlowEventAttributes]: {
    readonly name: Name
    /** When it happened, or ended for the first time, in milliseconds since the trace began. */
    readonly at: number
    /** How long it took, in milliseconds; the sum of all if there are several. */
    readonly duration: number
    /** How often it happened in a row. */
    readonly count: number
    /** When it happened, or ended, for the last time. */
    readonly lastAt: number
    readonly attributes: FlowEventAttributes[Name]
  }
}[keyof FlowEventAttributes]

/** How long a flow has waited, and for whom, in milliseconds. */
export interface TraceTimes {
  /** For the person: the flow asked a question or showed another page. */
  person: number
  /** For the vendor's replies. In a page: while the edge works. */
  vendor: number
  /** For the next poll, or until a rate limit allowed the next call. */
  waiting: number
  /** For functions of the host, such as `authorizeToken` and `store`. */
  host: number
}

/** What happened in a flow since it was made or restored in this process. It is plain JSON. */
export interface Trace {
  /** The version of this package. */
  version: string
  /** The vendor, or null in a page, which does not know it. */
  vendor: 'flinks' | 'mx' | null
  /** How long the flow has run since then, in milliseconds. It is the sum of `times`. */
  duration: number
  times: TraceTimes
  /** The first events and the newest ones. */
  events: TraceEvent[]
  /** How many events between these were left out. */
  omitted: number
}

/** Receives the events of a flow. */
export type OnEvent = (event: FlowEvent) => unknown
