import { invalidInput } from './errors.js'
import type { LazyAbort } from './lazy-abort.js'
import type { FetchResponse, Reply } from './reply.js'
import type { OnEvent, Trace } from './trace.js'
import type { Request } from '../wasm/bank_mfa.js'

/**
 * What a flow waits for: `vendor` is its next poll; `person` is the user, until the step expires or the flow asks the
 * vendor whether it is still open.
 */
export type WaitsFor = 'vendor' | 'person'

/** A clock. The default is real time. */
export interface Clock {
  /** The current time, in milliseconds since 1970. */
  now(): number
  /**
   * Resolves after `ms` milliseconds, when `now()` has advanced by as much. If it resolves earlier, the wait begins again.
   * May reject or never settle once `signal` aborts.
   */
  wait(ms: number, signal: AbortSignal, waitsFor: WaitsFor): Promise<void>
}

/** The part of `fetch` that flows use: a URL and plain options. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse> | FetchResponse

/** The options of a `Fetch` call. */
export interface FetchInit {
  method: string
  headers: Record<string, string>
  body: string | null
  redirect: 'manual'
  signal: AbortSignal
}

/** The flow and the session that need a secret. */
export interface SecretRequest {
  /** The flow's id. */
  flowId: string
  /** The session's number within the flow, from 1. */
  session: number
}

/** A secret, or a function that is called once per session and returns it. */
export type SecretSource = string | ((request: SecretRequest) => string | Promise<string>)

/** The options that every flow takes. */
export interface HostOptions {
  /** Replaces the global `fetch`. */
  fetch?: Fetch | undefined
  /**
   * Stores the flow. It is called with `snapshot()` before each request, and awaited: a restored flow then does
   * not send an answer or a password twice. If it rejects, nothing is sent, and a start ends in `host-error`, with
   * the error as `cause`. `timeout` is the time limit of that request in milliseconds: until it has passed, the request
   * may still be running.
   */
  store?: ((snapshot: string, timeout: number) => unknown) | undefined
  /**
   * Whether a page sends an empty `GET` before its first submission to another origin, to find out whether the
   * vendor accepts cross-origin requests (CORS). The default is `true`. Use `false` if your proxy does not answer `GET`.
   */
  probe?: boolean | undefined
  /**
   * The time limit of a request, of `store` and of a secret, in milliseconds. The default depends on the request: at
   * Flinks 240,000 if it contacts a bank, and otherwise 30,000; at MX 60,000, and 15,000 for a watch.
   */
  timeout?: number | undefined
  /**
   * Receives what happens in the flow, as it happens: for logs, metrics and OpenTelemetry. No event contains personal data
   * or a secret. The flow does not wait for it, and ignores what it throws.
   */
  onEvent?: OnEvent | undefined
  /** Cancels the flow. */
  signal?: AbortSignal | undefined
  /** Replaces real time, for tests. */
  clock?: Clock | undefined
}

/** Sends one request. `fetch` is the host's option, if it is set. */
export type Send = (
  request: Pick<Request, 'method' | 'url' | 'body'>,
  headers: Record<string, string>,
  ended: LazyAbort,
  fetch: Fetch | undefined,
) => Promise<Reply>

/** The host's options, checked and with their defaults. */
export interface CheckedHost {
  send: Send
  fetch: Fetch | undefined
  store: ((snapshot: string, timeout: number) => unknown) | undefined
  probe: boolean
  timeout: number | undefined
  onEvent: OnEvent | undefined
  signal: AbortSignal | undefined
  clock: Clock
  vendor: Trace['vendor']
  secrets: Record<string, SecretSource | undefined>
  /** How many sessions a restored flow has opened. */
  sessions?: number
  /** The address and the header names of the first submission, if a form comes before any call. */
  firstProbe?: { url: string; headers: string[] }
}

/** The longest delay that `setTimeout` accepts; it treats a longer one as 0. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** @internal Real time. */
export const realTime: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      // A flow that is woken too early waits again.
      const timer = setTimeout(resolve, Math.min(ms, MAX_TIMER_MS))
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }),
}

/**
 * Waits until a time, and returns the time. If `stop` aborts, it may reject or never settle. A clock that is set back
 * meanwhile does not make the wait longer.
 */
export async function waitUntil(until: number, clock: Clock, stop: LazyAbort, waitsFor: WaitsFor): Promise<number> {
  const begun = readClock(clock)
  const ms = Math.max(0, until - begun)
  await (clock === realTime ? startTimer(ms, stop) : clock.wait(ms, stop.signal, waitsFor))
  const now = readClock(clock)
  if (now < begun) return until
  // The flow waits again. A clock that ends each wait at once must not keep all other tasks from running.
  if (now < until) await new Promise((resolve) => setTimeout(resolve))
  return now
}

/** The time of a clock. Throws if it is no finite number: a wait of NaN milliseconds would end at once, again and again. */
export function readClock(clock: Clock): number {
  const now = clock.now()
  if (!Number.isFinite(now)) throw new TypeError('clock.now() must return a finite number')
  return now
}

/** `realTime.wait` without a signal. */
function startTimer(ms: number, stop: LazyAbort): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, MAX_TIMER_MS))
    stop.onAbort = () => clearTimeout(timer)
  })
}

type CheckedOptions = Omit<CheckedHost, 'secrets' | 'send' | 'vendor' | 'sessions' | 'firstProbe'>

export function isTimeout(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= MAX_TIMER_MS
}

/** Splits a host into its options, which are checked here, and the configuration, which the core checks. */
export function splitHostOptions<T extends HostOptions>(host: T): [CheckedOptions, Omit<T, keyof HostOptions>] {
  const { fetch, store, probe = true, timeout, onEvent, signal, clock = realTime, ...config } = host ?? {}
  const check = (isValid: boolean, name: string, message: string) => {
    if (!isValid) throw invalidInput(`/host/${name}`, message)
  }
  const isFunction = (value: unknown) => value === undefined || typeof value === 'function'
  check(isFunction(fetch), 'fetch', 'must be a function')
  check(isFunction(store), 'store', 'must be a function')
  check(isFunction(onEvent), 'onEvent', 'must be a function')
  check(typeof probe === 'boolean', 'probe', 'must be a boolean')
  check(timeout === undefined || isTimeout(timeout), 'timeout', 'must be a positive number of milliseconds')
  const methods = ['addEventListener', 'removeEventListener'] as const
  const isSignal = methods.every((name) => typeof signal?.[name] === 'function')
  check(signal === undefined || isSignal, 'signal', 'must be an AbortSignal')
  check(typeof clock?.now === 'function' && typeof clock.wait === 'function', 'clock', 'must have now() and wait()')
  return [{ fetch, store, probe, timeout, onEvent, signal, clock }, config]
}

/** Checks a secret that is a string. The result of a function is checked when it is used. */
export function checkSecret(name: string, secret: SecretSource | undefined): void {
  if (secret === undefined || typeof secret === 'function' || isHeaderSafe(secret)) return
  throw invalidInput(`/host/${name}`, 'must be a function, or ASCII text without spaces')
}

/** Returns a secret source of the header's value, which is empty if the secret is not header-safe. */
export function mapSecret(secret: SecretSource | undefined, map: (text: string) => string): SecretSource | undefined {
  const checked = (text: unknown) => (isHeaderSafe(text) ? map(text) : '')
  return typeof secret === 'function' ? async (request) => checked(await secret(request)) : secret && checked(secret)
}

/** Printable ASCII without spaces, which every `fetch` accepts in a header. */
export function isHeaderSafe(secret: unknown): secret is string {
  return typeof secret === 'string' && /^[\x21-\x7e]+$/.test(secret)
}

/**
 * An argument as the JSON text that the core reads. Throws on a function or a symbol, which JSON would drop. The
 * error's path contains the option's name, but no key of raw answers, because those are the vendor's own text.
 */
export function toJson(name: string, value: unknown, keysAreOurs = true): string {
  let path = `/${name}`
  function requirePlain(this: unknown, key: string, item: unknown): unknown {
    if (this === value && keysAreOurs) path = `/${name}/${key}`
    if (typeof item === 'function' || typeof item === 'symbol') throw new TypeError()
    return item
  }
  try {
    return JSON.stringify(value, requirePlain) ?? 'null'
  } catch {
    throw invalidInput(path, 'must be plain JSON data')
  }
}

/** Checks a text that the core takes as it is: wasm traps on any other type. */
export function checkText(path: string, text: string): string {
  if (typeof text !== 'string') throw invalidInput(path, 'must be a string')
  return text
}

/**
 * The configuration as JSON. `name` is the argument's name: `host` of a flow, `config` of a single request. Only the
 * runtime can tell whether `baseUrl` is a URL, so that is checked here.
 */
export function configToJson(name: 'host' | 'config', config: { baseUrl?: string }): string {
  const json = toJson(name, config)
  try {
    if (config?.baseUrl !== undefined) new URL(config.baseUrl)
  } catch {
    throw invalidInput(`/${name}/baseUrl`, 'must be a valid URL')
  }
  return json
}

/** The parts of a vendor's response that are read. */
export interface VendorResponse {
  /** The HTTP status. */
  status: number
  /** The whole body. */
  body: string | Uint8Array
}

/** Checks a response that the caller's own loop received; returns its status and bytes. */
export function checkResponse(response: VendorResponse): [number, Uint8Array] {
  const { status, body } = Object(response) as VendorResponse
  if (!(Number.isInteger(status) && status >= 0 && status < 600)) {
    throw invalidInput('/response/status', 'must be an HTTP status')
  }
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    throw invalidInput('/response/body', 'must be a string or a Uint8Array')
  }
  return [status, typeof body === 'string' ? new TextEncoder().encode(body) : body]
}
