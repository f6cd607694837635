import { invalidInput } from './errors.js'
import type { Reply, Request } from '../wasm/bank_mfa.js'

/** Whom a wait is for: the vendor, until the next poll, or the person, until the round expires. */
export type WaitsFor = 'vendor' | 'person'

/** A clock; the default one is real time. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Resolves after `ms` milliseconds. May reject, or never settle, once `signal` aborts. */
  wait(ms: number, signal: AbortSignal, waitsFor: WaitsFor): Promise<void>
}

/** `fetch`, as far as it is needed: called with an address and plain options. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse> | FetchResponse

/** What a `Fetch` is called with. */
export interface FetchInit {
  method: string
  headers: Record<string, string>
  body: string | null
  redirect: 'manual'
  signal: AbortSignal
}

/** What a `Fetch` resolves to. */
export interface FetchResponse {
  readonly status: number
  readonly headers: Iterable<[string, string]>
  arrayBuffer(): Promise<ArrayBuffer>
}

/** The session that a secret is asked for. */
export interface Session {
  /** The flow's id. */
  flowId: string
  /** Counted from 1 within the flow. */
  session: number
}

/** A secret, or a function that is asked for it once a session. */
export type Secret = string | ((session: Session) => string | Promise<string>)

/** What every flow takes from its host. */
export interface HostOptions {
  /** Makes the calls instead of the global `fetch`. */
  fetch?: Fetch | undefined
  /**
   * Called before each send, and awaited, with the flow as `snapshot()` gives it: a flow that is stored here
   * is at most once over a crash, too. Where it rejects, nothing is sent. `timeout` is how long the send may
   * take, in milliseconds: until then its sender may still be at it.
   */
  store?: ((snapshot: string, timeout: number) => unknown) | undefined
  /**
   * In a page, before the first submission to another origin, whether to make a harmless `GET` that tells if
   * cross-origin calls are answered; `true` by default. A proxy that answers no `GET` wants `false`.
   */
  probe?: boolean | undefined
  /**
   * How long a call, or `store`, or a secret may take, in milliseconds. By default as long as the vendor may: 240,000 where a
   * bank is reached, 30,000 elsewhere.
   */
  timeout?: number | undefined
  /** Cancels the flow. */
  signal?: AbortSignal | undefined
  /** Tells the time, for tests. */
  clock?: Clock | undefined
}

/** Makes one call, by the host's `fetch` if it has one. */
export type Send = (
  request: Request,
  headers: Record<string, string>,
  signal: AbortSignal,
  fetch: Fetch | undefined,
) => Promise<Reply>

/** The host, checked. */
export interface Host {
  send: Send
  fetch: Fetch | undefined
  store: ((snapshot: string, timeout: number) => unknown) | undefined
  probe: boolean
  timeout: number | undefined
  signal: AbortSignal | undefined
  clock: Clock
  secrets: Record<string, Secret | undefined>
}

/** @internal Real time. */
export const realTime: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      // A longer timer would end at once; the flow goes on waiting where this one ends too early.
      const timer = setTimeout(resolve, Math.min(ms, 2 ** 31 - 1))
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }),
}

/** What is left of a host when its options are taken: the vendor's configuration. */
export type Config<T extends HostOptions> = Omit<T, keyof HostOptions>

/** Parts a host into its options, checked here, and the configuration, which the core checks. */
export function partHost<T extends HostOptions>(host: T): [Omit<Host, 'secrets' | 'send'>, Config<T>] {
  const { fetch, store, probe = true, timeout, signal, clock = realTime, ...config } = host ?? {}
  const check = (fits: boolean, name: string, message: string) => {
    if (!fits) throw invalidInput(`/config/${name}`, message)
  }
  const isFunction = (value: unknown) => value === undefined || typeof value === 'function'
  check(isFunction(fetch), 'fetch', 'must be a function')
  check(isFunction(store), 'store', 'must be a function')
  check(typeof probe === 'boolean', 'probe', 'must be true or false')
  const isTime = typeof timeout === 'number' && timeout > 0 && timeout < 2 ** 31
  check(timeout === undefined || isTime, 'timeout', 'must be a number of milliseconds')
  check(signal === undefined || typeof signal?.addEventListener === 'function', 'signal', 'must be an AbortSignal')
  check(typeof clock?.now === 'function' && typeof clock.wait === 'function', 'clock', 'must have now and wait')
  return [{ fetch, store, probe, timeout, signal, clock }, config]
}

/** Checks a secret as far as it is known before it is needed. */
export function checkSecret(name: string, secret: Secret | undefined): void {
  if (secret === undefined || typeof secret === 'function' || isSecret(secret)) return
  throw invalidInput(`/config/${name}`, 'must be a string fit for a header, or a function')
}

/** A secret as it goes into its header, or nothing where it is none. */
export function mapSecret(secret: Secret | undefined, map: (text: string) => string): Secret | undefined {
  const checked = (text: unknown) => (isSecret(text) ? map(text) : '')
  return typeof secret === 'function' ? async (session) => checked(await secret(session)) : secret && checked(secret)
}

/** Fit for a header: no space, no line break, nothing that a fetch would refuse. */
export function isSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && /^[\x21-\x7e]+$/.test(secret)
}

/**
 * An argument as the JSON text that the core reads. What JSON leaves out silently is refused, by the path of
 * its option, unless the keys are a vendor's words.
 */
export function toJson(name: string, value: unknown, ourKeys = true): string {
  let path = `/${name}`
  function plain(this: unknown, key: string, item: unknown): unknown {
    if (this === value && ourKeys) path = `/${name}/${key}`
    if (typeof item === 'function' || typeof item === 'symbol') throw new TypeError()
    return item
  }
  try {
    return JSON.stringify(value, plain) ?? 'null'
  } catch {
    throw invalidInput(path, 'must be plain JSON data')
  }
}

/** The configuration's JSON. Whether an address is one at all is left to the runtime. */
export function toConfig(config: { baseUrl?: string }): string {
  const json = toJson('config', config)
  try {
    if (config?.baseUrl !== undefined) new URL(config.baseUrl)
  } catch {
    throw invalidInput('/config/baseUrl', 'must be an address')
  }
  return json
}

/** A reply, as far as it is judged. */
export interface Judged {
  status: number
  body: string | Uint8Array
}

/** The status and the bytes of a reply that a loop of the host's own got. */
export function toReply({ status, body }: Judged): [number, Uint8Array] {
  if (!(Number.isInteger(status) && status >= 0 && status < 600)) {
    throw invalidInput('/response/status', 'must be the status of a response')
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw invalidInput('/response/body', 'must be a string or bytes')
  }
  return [status, typeof body === 'string' ? new TextEncoder().encode(body) : body]
}
