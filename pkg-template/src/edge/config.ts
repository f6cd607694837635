/** The public types of the edge: what a company configures and what its functions receive. */
import type { Clock, Fetch, HostOptions } from '../flow/host.js'
import type {
  AuthorizeParams,
  ConnectParams,
  Failure,
  FlinksConfig,
  MemberParams,
  MxConfig,
  ReconnectParams,
} from '../wasm/bank_mfa.js'

type MaybePromise<T> = T | Promise<T>

/** Configures an edge with a store. `Env` is what the platform passes to each call: the bindings of a worker. */
export interface EdgeConfig<Env = unknown> extends HandlerConfig<Env> {
  /** Stores the flows. */
  store: Store | ((env: Env) => Store)
}

/** Configures every edge, wherever its flows are stored. */
export interface HandlerConfig<Env = unknown> {
  /** Returns the user who sent the request, or `null` if nobody is signed in. */
  authenticate(request: Request, env: Env): MaybePromise<string | null>
  /** Returns a connection of this user by your own id, or `null` if the user has no such connection. */
  resolve(user: string, connection: string, env: Env): MaybePromise<Connection | null>
  /** The origins of your pages, such as `https://app.example`. */
  origins: string[]
  /** The keys that seal everything that is stored, or their JSON text, as an environment variable has it. */
  seal: SealKeys | string | ((env: Env) => SealKeys | string)
  limits?: Limits | undefined
  /** Receives the vendors' webhooks. Without it there is no route for them. */
  webhooks?: Webhooks<Env> | undefined
  /**
   * The readers of data that a page may read after its flow is done, by name; none by default. `bank-mfa/edge/data` has
   * readers of accounts. With any reader, a record keeps the vendor's ids for ten minutes after the end.
   */
  data?: Record<string, DataReader<Env>> | undefined
  /** Called once each time a flow begins to wait for its user. A crash at that moment can lose the call. */
  onPersonNeeded?: ((event: PersonNeeded, env: Env) => unknown) | undefined
  /**
   * Called when a flow has ended; only this call has the vendor's ids. If it rejects, or the process dies, it is
   * retried for a day. The same `flow` is the same ending.
   */
  onFlowEnded?: ((event: FlowEnded, env: Env) => unknown) | undefined
  /** Called with what one of your functions or the store threw. The page does not see it. */
  onError?: ((error: unknown, env: Env) => unknown) | undefined
  /** Makes the calls to the vendors instead of the global `fetch`. */
  fetch?: Fetch | undefined
  /** The timeout of a call to a vendor, in milliseconds; by default the longest time that the vendor may take. */
  timeout?: number | undefined
  /** Replaces the clock, for tests. */
  clock?: Clock | undefined
}

export interface Limits {
  /** Answers per flow; 20 by default. */
  answersPerFlow?: number
  /** Starts per user and hour, including those that join a flow; 30 by default. */
  startsPerHour?: number
  /** Reads of data per flow; 20 by default. */
  readsPerFlow?: number
  /** Bytes of a request's body; 65,536 by default. */
  body?: number
}

export interface Webhooks<Env = unknown> {
  /** Finds the connection that a webhook is about; `null` if there is none. */
  findConnection(webhook: Webhook, env: Env): MaybePromise<{ user: string; connection: string } | null>
}

/** The ids in a webhook. Webhooks are untrusted: use the ids only to look up the connection. */
export type Webhook = { vendor: 'mx'; userGuid: string | null; memberGuid: string | null }

/** A connection of a user: the vendor, its keys, and the flow to run. */
export type Connection = FlinksConnection | MxConnection

export interface FlinksConnection {
  vendor: 'flinks'
  host: FlinksConfig
  /** Requests the authorize tokens, one for each session. Customers from before October 2024 may have no key. */
  secretKey?: string | undefined
  /** The `x-api-key` of the data calls. Needed if pages may read accounts. */
  apiKey?: string | undefined
  flow:
    | { kind: 'authorize'; params: AuthorizeParams }
    | { kind: 'reconnect'; params: ReconnectParams & ConnectParams }
    | { kind: 'connect'; params: ConnectParams }
  /** Set it if several of your ids mean the same connection: only one flow runs at a time for each key. */
  key?: string | undefined
}

export interface MxConnection {
  vendor: 'mx'
  host: MxConfig
  clientId: string
  apiKey: string
  params: MemberParams
  /** Set it if several of your ids mean the same connection: only one flow runs at a time for each key. */
  key?: string | undefined
}

/** A flow waits for its user. */
export interface PersonNeeded {
  user: string
  connection: string
  /** The id of the flow. */
  flow: string
  /** The step that waits. */
  step: 'challenge' | 'connect' | 'redirect'
  /** The number of the round, if the step is a challenge. */
  round?: number
  /** Whether a page was waiting for the flow at that moment. */
  present: boolean
}

/** A flow has ended. */
export interface FlowEnded {
  user: string
  connection: string
  /** The id of the flow. */
  flow: string
  outcome: 'done' | 'failed'
  /** The result with the vendor's ids, if the outcome is `done`. Keep it at your back end. */
  result?: unknown
  /** The failure, if the outcome is `failed`. */
  failure?: Failure
}

/** Stores sealed records by id, each with a version. */
export interface Store {
  /** Returns a record and its version, which counts its writes. */
  read(id: string): Promise<{ sealed: string; version: number } | null>
  /**
   * Compare-and-set: writes the record if its version is still `expectedVersion`, and increments the version. 0 expects
   * that there is no record. Returns `false` if the version has changed. `due` is when the flow must go on even if
   * nobody asks, and `expires` is when the record may be deleted, both in milliseconds since 1970.
   */
  write(id: string, sealed: string, expectedVersion: number, when: { due?: number; expires: number }): Promise<boolean>
  remove(id: string): Promise<void>
  /** Returns the ids of some records that are due, for `sweep`. */
  due?(now: number, limit: number): Promise<string[]>
  /** Deletes the expired records. */
  purge?(now: number): Promise<void>
}

/**
 * The keys that seal the records: 32 random bytes each, as base64 (`openssl rand -base64 32`). The `current` key seals,
 * and every key opens. Add a new key on every server before it becomes current on any. The first key also makes the ids
 * of the records: remove it only when all flows that began under it have ended.
 */
export interface SealKeys {
  /** The id of the key that seals. */
  current: string
  /**
   * The keys by id, the oldest first. An id of digits only is refused, because JavaScript does not keep its position.
   */
  keys: Record<string, string>
}

/** Reads data of a connection, one step at a time. */
export type DataReader<Env = unknown> = (source: DataSource, env: Env) => DataStep | Promise<DataStep>

/** What a reader receives. */
export interface DataSource {
  user: string
  connection: string
  /** What `resolve` returns for the connection now. */
  by: Connection
  /** The result of the flow, with the vendor's ids. */
  result: unknown
  /** The `state` that the previous step returned; `null` for the first step. */
  state: string | null
  /** The options of the edge's own calls. */
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  clock: Clock
  /** Aborts after the step's timeout. */
  signal: AbortSignal
}

/** The data for the page, as plain JSON; or the state of the next step and its time, in milliseconds since 1970. */
export type DataStep = { data: unknown } | { state: string; until: number }
