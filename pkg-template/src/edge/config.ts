/** The public types of the edge: what a company configures and what its functions receive. */
import type { Clock, Fetch, HostOptions } from '../flow/host.js'
import type { FlowEvent } from '../flow/trace.js'
import type {
  AuthorizeParams,
  ConnectParams,
  Failure,
  FlinksConfig,
  MemberParams,
  MidSessionParams,
  MxConfig,
  ReconnectParams,
  ResumeParams,
} from '../wasm/bank_mfa.js'

/** The options of `edge`. `Env` is the type of a worker's bindings, which each function gets as its last argument. */
export interface EdgeConfig<Env = unknown> extends HandlerConfig<Env> {
  /** Stores the flows. A function gets the worker's bindings, and is called for each request and sweep. */
  store: Store | ((env: Env) => Store)
}

/** The options of both `edge` and `durable`. */
export interface HandlerConfig<Env = unknown> {
  /** Returns the user who sent the request, or `null` if nobody is signed in. */
  authenticate(request: Request, env: Env): string | null | Promise<string | null>
  /**
   * Returns a connection of this user by your own id, or `null` if the user has no such connection. A mistake in it is
   * refused with `INVALID_INPUT` and its path in the connection, such as `/flow/params/loginId`.
   */
  resolve(user: string, connection: string, env: Env): Connection | null | Promise<Connection | null>
  /** The origins of your pages, such as `https://app.example`. */
  origins: string[]
  /** The keys that encrypt the stored records, or their JSON text, for example from an environment variable. */
  seal: SealKeys | string | ((env: Env) => SealKeys | string)
  limits?: Limits | undefined
  /** Receives the vendors' webhooks. Without it there is no route for them. */
  webhooks?: Webhooks<Env> | undefined
  /**
   * The readers of data that a page may read after its flow is done, by name; none by default. A name has 1 to 64 letters,
   * digits, `_` or `-`. `bank-mfa/edge/data` has readers of accounts. With any reader, a record keeps the vendor's ids for
   * ten minutes after the end.
   */
  data?: Record<string, DataReader<Env>> | undefined
  /**
   * Called once each time a flow begins to wait for its user: for each round, each window and each iframe, but not for an
   * iframe in place of another one. It is not retried: a crash at that moment can lose the call, and `onError` gets a
   * rejection, or that it takes longer than 30 seconds.
   */
  onPersonNeeded?: ((event: PersonNeeded, env: Env) => unknown) | undefined
  /**
   * Called when a flow has ended. Of all events, only this one has the vendor's ids. If it rejects, takes longer than 30
   * seconds, or the process dies, it is retried for a day. It can be called several times for a flow, by several servers even
   * at the same time: each call has the same `flow`.
   */
  onFlowEnded?: ((event: FlowEnded, env: Env) => unknown) | undefined
  /**
   * Receives what happens in each flow, as it happens: for logs, metrics and OpenTelemetry. No event contains personal data
   * or a secret. No flow waits for it. `onError` gets what it throws, or that it takes longer than 30 seconds.
   */
  onEvent?: ((event: EdgeEvent, env: Env) => unknown) | undefined
  /**
   * Called with each error that one of your functions or the store threw, with a mistake in what they returned, and with
   * one that takes too long. Also called with the error of a flow that ended because something was thrown, by `fetch`, too
   * (see its `cause`), if a request for an authorize token fails, and once for each origin that is refused because it is not
   * in `origins`, for at most 20. Pages never see what was thrown. The default writes the name, code and message of each
   * error and of its cause to `console.error`; `() => {}` writes nothing.
   */
  onError?: ((error: unknown, env: Env) => unknown) | undefined
  /** Replaces the global `fetch` for calls to the vendors. */
  fetch?: Fetch | undefined
  /**
   * The timeout of a call to a vendor, in milliseconds. The default depends on the call: at Flinks 240,000 if it contacts
   * a bank, and otherwise 30,000; at MX 60,000, and 15,000 for a watch. A request for an authorize token never takes longer
   * than 30,000.
   */
  timeout?: number | undefined
  /** Replaces the clock, for tests. */
  clock?: Clock | undefined
}

/**
 * The limits on the calls of pages. A call above a limit gets `RATE_LIMITED` or `BODY_TOO_LARGE`. At a limit per flow,
 * `next` is `start-over`: waiting does not help, so cancel the flow and start another one.
 */
export interface Limits {
  /** The most answers per flow, and the most fresh addresses of its windows; 20 by default. */
  answersPerFlow?: number
  /** The most starts of known connections per user and hour, including starts that join a flow; 30 by default. */
  startsPerHour?: number
  /** The most reads of data per flow; 20 by default. */
  readsPerFlow?: number
  /** The largest request body, in bytes; 65,536 by default. */
  body?: number
}

/** What `findConnection` returns: your user, and your id of the connection. */
export interface FoundConnection {
  user: string
  connection: string
}

/** How webhooks find their connections. */
export interface Webhooks<Env = unknown> {
  /** Returns the user and the connection of a webhook's ids, or `null` if you do not know them. */
  findConnection(webhook: Webhook, env: Env): FoundConnection | null | Promise<FoundConnection | null>
}

/** The ids in a webhook. Webhooks are untrusted: use the ids only to look up the connection. */
export type Webhook = { vendor: 'mx'; userGuid: string | null; memberGuid: string | null }

/** A connection of a user: the vendor, its keys, and the flow to run. */
export type Connection = FlinksConnection | MxConnection

/** A connection at Flinks. */
export interface FlinksConnection {
  vendor: 'flinks'
  /** The Flinks instance and your customer id. */
  host: FlinksConfig
  /** The key for GenerateAuthorizeToken, called once per session. Customers from before October 2024 may have none. */
  secretKey?: string | undefined
  /** The `x-api-key` of the data calls. Needed if pages may read accounts. */
  apiKey?: string | undefined
  flow:
    | { kind: 'authorize'; params: AuthorizeParams }
    | { kind: 'reconnect'; params: ReconnectParams & MidSessionParams & ConnectParams }
    | { kind: 'resume'; params: ResumeParams & MidSessionParams & ConnectParams }
    | { kind: 'connect'; params: ConnectParams }
  /**
   * Set it if several ids of a user mean the same connection: only one flow of the user runs at a time for each key. It
   * must not be an empty string.
   */
  key?: string | undefined
}

/** A connection at MX. */
export interface MxConnection {
  vendor: 'mx'
  /** The MX environment. */
  host: MxConfig
  clientId: string
  apiKey: string
  params: MemberParams
  /**
   * Set it if several ids of a user mean the same connection: only one flow of the user runs at a time for each key. It
   * must not be an empty string.
   */
  key?: string | undefined
}

/** Something that happened in a flow, and the flow's id, as in `PersonNeeded` and `FlowEnded`. */
export type EdgeEvent = FlowEvent & { readonly flow: string }

/** The event that a flow waits for its user. */
export interface PersonNeeded {
  /** The user, as `authenticate` or `findConnection` returned it. */
  user: string
  /** Your own id of the connection. */
  connection: string
  /** The id of the flow. */
  flow: string
  /** The step that waits. */
  step: 'challenge' | 'connect' | 'redirect'
  /** The number of the round, if the step is a challenge. */
  round?: number
  /** `true` if a request of a page has led to the step, and `false` if a sweep, an alarm or a webhook has. */
  present: boolean
}

/** The event that a flow has ended. */
export interface FlowEnded {
  /** The user, as `authenticate` or `findConnection` returned it. */
  user: string
  /** Your own id of the connection. */
  connection: string
  /** The id of the flow. */
  flow: string
  outcome: 'done' | 'failed'
  /** The result with the vendor's ids, if the outcome is `done`. Keep it at your back end. */
  result?: unknown
  /** The failure, if the outcome is `failed`. With `member-exists`, its `memberGuid` names the member if MX did. */
  failure?: Failure
}

/**
 * Stores sealed records by id, each with a version. The edge waits for each call until it settles: set a timeout in your
 * database client.
 */
export interface Store {
  /** Returns a record and its version, a number that counts its writes; or `null` if there is no record. */
  read(id: string): Promise<{ sealed: string; version: number } | null>
  /**
   * Compare-and-set: writes the record if its version is still `expectedVersion`, and increments the version. 0 expects
   * that there is no record. Returns `true` if the record was written, and `false` if the version has changed. `due` is
   * when `sweep` must continue the flow, and `expires` is when the record may be deleted, both in milliseconds since 1970.
   */
  write(id: string, sealed: string, expectedVersion: number, when: { due?: number; expires: number }): Promise<boolean>
  /** Deletes a record, if it exists. */
  remove(id: string): Promise<void>
  /** Returns the ids of at most `limit` records whose `due` is not after `now`, for `sweep`. */
  due?(now: number, limit: number): Promise<string[]>
  /** Deletes the records whose `expires` is not after `now`. */
  purge?(now: number): Promise<void>
}

/**
 * The keys that encrypt the records: 32 random bytes each, as base64 (`openssl rand -base64 32`). The `current` key
 * encrypts, and every key decrypts. Add a new key on every server before it becomes current on any. The first key also
 * derives the record ids: remove it only when all flows that began with it have ended.
 */
export interface SealKeys {
  /** The id of the key that encrypts. */
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
  /** What `resolve` returned for the connection just now. */
  resolved: Connection
  /** The result of the flow, with the vendor's ids. */
  result: unknown
  /** The `state` that the previous step returned; `null` for the first step. */
  state: string | null
  /** The `fetch` and the timeout of the edge's calls to vendors. */
  options: Pick<HostOptions, 'fetch' | 'timeout'>
  clock: Clock
  /** Aborts when the step's timeout of 60,000 ms has passed. */
  signal: AbortSignal
}

/** The data for the page, as plain JSON; or a `state` for the next step, at `until` (milliseconds since 1970). */
export type DataStep = { data: unknown } | { state: string; until: number }
