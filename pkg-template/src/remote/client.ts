import type { Message } from '../connect/message.js'
import { FlowError, HOST_ERROR_MESSAGE, invalidInput, type EdgeCode, type ErrorDetails } from '../flow/errors.js'
import { realTime, type Clock } from '../flow/host.js'
import type { Recorder } from '../flow/recorder.js'
import type { OnEvent } from '../flow/trace.js'
import { isObject, type PublicStep } from '../shared.js'
import type { ErrorCode, NextAction } from '../wasm/bank_mfa.js'
import { readEvents } from './event-stream.js'

/** The options of `remote`. */
export interface RemoteOptions {
  /** Replaces the global `fetch`. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined
  /** Headers of each request, such as a bearer token. A function is called before each request. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  /** Use `include` if the edge has another origin and identifies the user by a cookie. */
  credentials?: 'include' | 'omit' | 'same-origin' | undefined
  /**
   * Receives what happens in each flow, as it happens. No event contains personal data or a secret. The flow does not wait
   * for it, and ignores what it throws.
   */
  onEvent?: OnEvent | undefined
  /** Replaces real time, for tests. */
  clock?: Clock | undefined
}

/** A flow that makes requests. Its id is empty before the edge has named it. */
export interface Caller {
  readonly id: string
  readonly recorder: Recorder
}

/** The state of a flow, as the edge sends it. */
export interface FlowState {
  /** The flow's id. An event of a stream does not contain it. */
  flow?: string
  version: number
  step: PublicStep
}

/** A successful response of the edge. */
interface EdgeResponse {
  body: unknown
  /** The delay of the Retry-After header, in milliseconds; 0 if there is none. */
  retryAfterMs: number
}

/** Why a request was lost, if it is not that the edge was not reached. */
interface LostReason {
  code?: ErrorCode | EdgeCode
  message?: string
  cause?: unknown
}

/** A request failed and may be repeated, at the earliest after `retryAfterMs`. */
export class RequestLost {
  constructor(
    readonly retryAfterMs = 0,
    readonly reason: LostReason = {},
  ) {}
}

type Task<T> = (signal: AbortSignal, extend: (ms: number) => void) => Promise<T>

/** The edge replies within 25 seconds, and writes to a stream every 15. After a longer silence, a request is lost. */
const SILENCE_TIMEOUT_MS = 40_000

/** A stream starts with the current step. If no step arrives in this time, a proxy may be buffering the stream. */
const FIRST_EVENT_TIMEOUT_MS = 5_000

/** If `Retry-After` is longer, the flow fails with `retryAt`. */
const MAX_RETRY_AFTER_MS = 60_000

/** The code and `next` of a status, if the response is not a problem document. */
const BY_STATUS: Record<number, [ErrorCode | EdgeCode, FlowError['next']]> = {
  401: ['UNAUTHENTICATED', 'sign-in'],
  403: ['FORBIDDEN', 'fix-integration'],
  404: ['NOT_FOUND', 'start-over'],
  413: ['BODY_TOO_LARGE', 'fix-integration'],
  429: ['RATE_LIMITED', 'retry-later'],
}
const OTHER_4XX: [ErrorCode, NextAction] = ['request-refused', 'fix-integration']
const OTHER_5XX: [ErrorCode, NextAction] = ['unreachable', 'retry-later']

/** Sends single requests to an edge. Rejects with a `FlowError` if the edge refuses one, else with `RequestLost`. */
export class EdgeClient {
  readonly #flowsUrl: string
  readonly #options: RemoteOptions
  readonly clock: Clock
  readonly onEvent: OnEvent | undefined
  /** Whether streams get through: false after a stream that ended before its first event. */
  streamsWork = true

  constructor(url: string | URL, options: RemoteOptions) {
    this.#flowsUrl = toFlowsUrl(url)
    this.#options = options
    this.clock = options.clock ?? realTime
    this.onEvent = options.onEvent
    if (this.onEvent !== undefined && typeof this.onEvent !== 'function') {
      throw invalidInput('/options/onEvent', 'must be a function')
    }
  }

  /** Posts a body, or gets the state if there is none. */
  async requestState(flow: Caller, route: string, signal: AbortSignal, body?: object): Promise<FlowState> {
    return readState((await this.request(flow, route, signal, body)).body)
  }

  /** As `requestState`, but returns any response body. */
  request(flow: Caller, route: string, signal: AbortSignal, body?: object): Promise<EdgeResponse> {
    return this.#withTimeout(SILENCE_TIMEOUT_MS, signal, async (signal) =>
      this.#readResponse(await this.#fetch(flow, route, signal, body)),
    )
  }

  /** Reads a stream until it ends. If it ends before its first event, `streamsWork` becomes false. */
  async stream(flow: Caller, signal: AbortSignal, onState: (state: FlowState) => void): Promise<void> {
    this.streamsWork = false
    try {
      await this.#withTimeout(FIRST_EVENT_TIMEOUT_MS, signal, async (signal, extend) => {
        const response = await this.#fetch(flow, '', signal, undefined, 'text/event-stream')
        const { body, headers } = response
        if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) {
          return onState(readState((await this.#readResponse(response)).body))
        }
        for await (const events of readEvents(body)) {
          for (const data of events) {
            onState(readState(JSON.parse(data)))
            this.streamsWork = true
          }
          if (this.streamsWork) extend(SILENCE_TIMEOUT_MS)
        }
      })
    } catch (error) {
      const isRefused = error instanceof FlowError || (error instanceof RequestLost && error.retryAfterMs > 0)
      if (this.streamsWork || isRefused) throw error
    } finally {
      // If the caller stopped the stream early, it may still work.
      if (signal.aborted) this.streamsWork = true
    }
  }

  /** Resolves after `ms` milliseconds, or when `signal` aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#withTimeout<void>(ms, signal, () => new Promise(() => {})).catch(() => {})
  }

  async #fetch(flow: Caller, route: string, signal: AbortSignal, body?: object, accept = 'application/json') {
    const { fetch = globalThis.fetch, headers: configured, credentials } = this.#options
    let own: Record<string, string> | undefined
    try {
      own = typeof configured === 'function' ? await configured() : configured
    } catch (cause) {
      throw new RequestLost(0, { code: 'host-error', message: HOST_ERROR_MESSAGE, cause })
    }
    const headers: Record<string, string> = { ...own, accept }
    const method = body ? 'POST' : 'GET'
    if (body) headers['content-type'] = 'application/json'
    const init: RequestInit = {
      method,
      headers,
      body: body ? JSON.stringify(body) : null,
      signal,
      redirect: 'manual',
      // With a cache, a browser delays a tab's request until the same request of another tab has ended.
      cache: 'no-store',
      // A body arrives even if the user leaves the page.
      keepalive: body !== undefined,
      ...(credentials && { credentials }),
    }
    const url = this.#flowsUrl + (flow.id && `/${flow.id}`) + route
    const name = /^\/?\w*/.exec(route)![0].slice(1) || (flow.id ? 'state' : 'start')
    try {
      return await flow.recorder.call(
        { method, url },
        () => fetch(url, init),
        ({ status }) => ({ status }),
        name,
      )
    } catch (cause) {
      throw new RequestLost(0, { cause })
    }
  }

  async #readResponse(response: Response): Promise<EdgeResponse> {
    const { status, type, headers } = response
    if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      throw toError(status, { code: 'redirected', next: 'fix-integration' })
    }
    const body: unknown = await response.json().catch(() => undefined)
    const now = this.clock.now()
    const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
    if (response.ok) return { body, retryAfterMs }

    const problem = isObject(body) && typeof body.code === 'string' ? body : undefined
    if (retryAfterMs > MAX_RETRY_AFTER_MS) throw toError(status, { ...problem, retryAt: now + retryAfterMs })
    // A limit of the edge without Retry-After, or a mistake in its configuration: a retry would not help.
    const { next = 'retry-later' } = problem ?? {}
    const isFinal = problem && retryAfterMs === 0 && (status === 429 || (status >= 500 && next !== 'retry-later'))
    const isTemporary = status >= 500 || [406, 408, 425, 429].includes(status)
    // The edge was reached, and a function of its company failed.
    const reason =
      problem?.code === 'UNAVAILABLE' ? ({ code: 'UNAVAILABLE', message: 'the edge is unavailable' } as const) : {}
    throw isTemporary && !isFinal ? new RequestLost(retryAfterMs, reason) : toError(status, problem)
  }

  /** Runs a task until it settles, `outer` aborts or its time limit passes. The task can extend its limit. */
  async #withTimeout<T>(ms: number, outer: AbortSignal, task: Task<T>): Promise<T> {
    const controller = new AbortController()
    const abort = () => controller.abort()
    let timer = new AbortController()
    const extend = (ms: number) => {
      timer.abort()
      // A task that has lost the race may still run.
      if (controller.signal.aborted) return
      const { signal } = (timer = new AbortController())
      const timedOut = () => {
        if (!signal.aborted) abort()
      }
      this.clock.wait(ms, signal, 'vendor').then(timedOut, () => {})
    }
    // The race does not depend on the task: Node's streams sometimes ignore the signal.
    const aborted = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(new RequestLost()))
    })
    extend(ms)
    outer.addEventListener('abort', abort)
    if (outer.aborted) abort()
    try {
      return await Promise.race([task(controller.signal, extend), aborted])
    } finally {
      timer.abort()
      outer.removeEventListener('abort', abort)
      aborted.catch(() => {})
      // Cancels a body that was not read to its end.
      abort()
    }
  }
}

function toFlowsUrl(url: string | URL): string {
  try {
    const { origin, pathname } = new URL(url, globalThis.location?.href)
    return `${origin}${pathname.replace(/\/$/, '')}/flows`
  } catch {
    throw invalidInput('/url', globalThis.location ? 'must be a valid URL' : 'must be an absolute URL outside a page')
  }
}

/** Checks the body, because a 200 can come from another server, such as a hotel's login page. */
function readState(body: unknown): FlowState {
  if (isObject(body) && Number.isInteger(body.version) && isObject(body.step) && typeof body.step.kind === 'string') {
    return body as unknown as FlowState
  }
  throw new RequestLost()
}

/** The Retry-After header in milliseconds, or 0 if there is none. */
function readRetryAfter(header: string | null, now: number): number {
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - now : seconds * 1000
  return ms > 0 ? ms : 0
}

/** The error of a status, with the fields of its problem document if there is one. */
function toError(status: number, problem: Message = {}): FlowError {
  const [statusCode, statusNext] = BY_STATUS[status] ?? (status < 500 ? OTHER_4XX : OTHER_5XX)
  const { code = statusCode, next = statusNext, title, path, fields, retryAt } = problem
  const message = typeof title === 'string' ? title : `the edge answered with status ${status}`
  return new FlowError({ code, next, message, path, fields, retryAt, status } as ErrorDetails)
}
