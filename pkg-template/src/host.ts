import { invalidInput } from './errors.js'

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
   * How long a call may take, in milliseconds. By default as long as the vendor may: 240,000 where a
   * bank is reached, 30,000 elsewhere.
   */
  timeout?: number | undefined
  /** Cancels the flow. */
  signal?: AbortSignal | undefined
  /** Tells the time, for tests. */
  clock?: Clock | undefined
}

/** The host, checked. */
export interface Host {
  fetch: Fetch | undefined
  timeout: number | undefined
  signal: AbortSignal | undefined
  clock: Clock
  secrets: Record<string, Secret | undefined>
}

const realTime: Clock = {
  now: () => Date.now(),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }),
}

/** Checks what the core does not see. */
export function readHost(options: HostOptions, secrets: Record<string, Secret | undefined>): Host {
  const { fetch, timeout, signal, clock = realTime } = options
  const check = (fits: boolean, name: string, message: string) => {
    if (!fits) throw invalidInput(`/config/${name}`, message)
  }
  check(fetch === undefined || typeof fetch === 'function', 'fetch', 'must be a function')
  check(timeout === undefined || (timeout > 0 && timeout < 2 ** 31), 'timeout', 'must be a number of milliseconds')
  check(signal === undefined || typeof signal.addEventListener === 'function', 'signal', 'must be an AbortSignal')
  check(typeof clock?.now === 'function' && typeof clock.wait === 'function', 'clock', 'must have now and wait')
  for (const [slot, secret] of Object.entries(secrets)) {
    const fits = secret === undefined || typeof secret === 'function' || isSecret(secret)
    check(fits, slot, 'must be a string fit for a header, or a function')
  }
  return { fetch, timeout, signal, clock, secrets }
}

/** Fit for a header: no space, no line break, nothing that a fetch would refuse. */
export function isSecret(secret: unknown): secret is string {
  return typeof secret === 'string' && /^[\x21-\x7e]+$/.test(secret)
}

/** An argument as the JSON text that the core reads. */
export function toJson(name: string, value: unknown): string {
  try {
    return JSON.stringify(value) ?? 'null'
  } catch {
    throw invalidInput(`/${name}`, 'must be plain JSON data')
  }
}
