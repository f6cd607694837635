import type { Clock, Fetch } from '../flow/host.js'
import type {
  AuthorizeParams,
  ConnectParams,
  Failure,
  FlinksConfig,
  MemberParams,
  MxConfig,
  ReconnectParams,
} from '../wasm/bank_mfa.js'
import type { Webhook } from './webhooks.js'
import type { DataReader } from './reading.js'
import type { SealKeys } from './seal.js'
import type { Store } from './store.js'

type MaybePromise<T> = T | Promise<T>

/** What an edge is made of. `Env` is what the platform hands to each call: a worker's bindings. */
export interface EdgeConfig<Env = unknown> {
  /** Who asks; `null` where it is nobody known. */
  authenticate(request: Request, env: Env): MaybePromise<string | null>
  /** What a user's own connection id means; `null` where it is none of theirs. The page names nothing else. */
  resolve(user: string, connection: string, env: Env): MaybePromise<Connection | null>
  /** The origins of your pages, such as `https://app.example`. */
  origins: string[]
  /** The keys that everything stored is sealed with, or their JSON text, as an environment has it. */
  seal: SealKeys | string | ((env: Env) => SealKeys | string)
  /** Where flows live. */
  store: Store | ((env: Env) => Store)
  limits?: Limits | undefined
  /** The vendors' webhooks. Without it there is no route for them. */
  webhooks?: Webhooks<Env> | undefined
  /**
   * What pages may read of a connection once its flow is done, by the names that they ask for; nothing by default.
   * `bank-mfa/edge/data` has readers. With any, a record keeps the vendor's ids for the ten minutes after its end.
   */
  data?: Record<string, DataReader<Env>> | undefined
  /** A flow waits for its person. Called once for each time; a crash just then can leave it out. */
  onPersonNeeded?: ((asked: PersonNeeded, env: Env) => unknown) | undefined
  /**
   * A flow has ended; this alone brings the vendor's ids. It is called again, later, for a day, where it rejects or the
   * process dies in it: the same `flow` is the same ending.
   */
  onFlowEnded?: ((ended: FlowEnded, env: Env) => unknown) | undefined
  /** What a function of yours or the store threw. A page is told nothing of it. */
  onError?: ((error: unknown, env: Env) => unknown) | undefined
  /** Makes the calls to the vendors instead of the global `fetch`. */
  fetch?: Fetch | undefined
  /** How long a call to a vendor may take, in milliseconds; by default as long as each vendor may. */
  timeout?: number | undefined
  /** Tells the time, for tests. */
  clock?: Clock | undefined
}

/** What is allowed. */
export interface Limits {
  /** How many answers one flow takes; 20 by default. */
  answersPerFlow?: number
  /** How many starts of a user in an hour, joins among them; 30 by default. */
  startsPerHour?: number
  /** How often data of one flow is read; 20 by default. */
  readsPerFlow?: number
  /** How many bytes a body may have; 65,536 by default. */
  body?: number
}

/** The vendors' webhooks. */
export interface Webhooks<Env = unknown> {
  /** Finds the connection that a webhook is about; `null` if there is none. */
  findConnection(webhook: Webhook, env: Env): MaybePromise<{ user: string; connection: string } | null>
}

/** A connection of a user's: the vendor, the keys and what to do. */
export type Connection = FlinksConnection | MxConnection

/** A connection by Flinks. */
export interface FlinksConnection {
  vendor: 'flinks'
  host: FlinksConfig
  /** Mints the authorize tokens, one a session. Customers from before October 2024 may have none. */
  secretKey?: string | undefined
  /** The `x-api-key` of the data calls, where pages may read accounts. */
  apiKey?: string | undefined
  flow:
    | { kind: 'authorize'; params: AuthorizeParams }
    | { kind: 'reconnect'; params: ReconnectParams & ConnectParams }
    | { kind: 'connect'; params: ConnectParams }
  /** Names the connection where it has several ids at yours: one key, one flow at a time. */
  key?: string | undefined
}

/** A connection by MX. */
export interface MxConnection {
  vendor: 'mx'
  host: MxConfig
  clientId: string
  apiKey: string
  params: MemberParams
  key?: string | undefined
}

/** A flow waits for its person. */
export interface PersonNeeded {
  user: string
  connection: string
  /** Names the flow. */
  flow: string
  /** What it waits at. */
  step: 'challenge' | 'connect' | 'redirect'
  /** Of a challenge. */
  round?: number
  /** Whether a page was waiting for it just then. */
  present: boolean
}

/** A flow has ended. */
export interface FlowEnded {
  user: string
  connection: string
  /** Names the flow. */
  flow: string
  outcome: 'done' | 'failed'
  /** The vendor's ids among it: keep them at your back end. */
  result?: unknown
  failure?: Failure
}
