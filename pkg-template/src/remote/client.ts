import { matches, type Message } from '../connect/message.js'
import { FlowError, HOST_ERROR_MESSAGE, invalidInput, type EdgeCode, type ErrorDetails } from '../flow/errors.js'
import { realTime, type Clock } from '../flow/host.js'
import type { Recorder } from '../flow/recorder.js'
import type { OnEvent } from '../flow/trace.js'
import { isObject, type PublicStep } from '../shared.js'
import type { ErrorCode } from '../wasm/bank_mfa.js'
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

/** Why a request was lost, if it is not that the edge was not reached. */
interface LostReason {
  code?: ErrorCode | EdgeCode
  message?: string
  cause?: unknown
}

/** A request failed and may be repeated, at the earliest after `retryAfterMs`. */
export class RequestLost {
  readonly retryAfterMs: number
  readonly reason: LostReason

  constructor(retryAfterMs = 0, reason: LostReason = {}) {
    this.retryAfterMs = retryAfterMs
    this.reason = reason
  }
}

/** Checks a body, because a 200 can come from another server, such as a hotel's login page. */
type Check<T> = (body: Message) => T | false

type Task<T> = (signal: AbortSignal, extend: (ms: number) => void) => Promise<T>

/** Sends single requests to an edge. They reject with a `FlowError` if the edge refuses them, else with `RequestLost`. */
export interface EdgeClient {
  readonly clock: Clock
  readonly onEvent: OnEvent | undefined
  /** Posts a body, or gets if there is none. Returns the state of the flow, or what `check` returns. */
  request(flow: Caller, route: string, signal?: AbortSignal, body?: object): Promise<FlowState>
  request<T>(flow: Caller, route: string, signal: undefined, body: undefined, check: Check<T>): Promise<T>
  /** Reads a stream until it ends. Returns false if streams do not get through. */
  stream(flow: Caller, signal: AbortSignal, onState: (state: FlowState) => void): Promise<boolean>
  /** Resolves after `ms` milliseconds, or when `signal` aborts. */
  pause(ms: number, signal: AbortSignal | undefined): Promise<void>
}

/** The edge replies within 25 seconds, and writes to a stream every 15. After a longer silence, a request is lost. */
const SILENCE_TIMEOUT_MS = 40_000

/** A stream starts with the current step. If no step arrives in this time, a proxy may be buffering the stream. */
const FIRST_EVENT_TIMEOUT_MS = 5_000

/** If the `Retry-After` of an error is longer, the flow fails with `retryAt`. */
const MAX_RETRY_AFTER_MS = 60_000

/** The code and `next` of a status, if the response is not a problem document: 400 and 500 are for all others. */
const BY_STATUS: Record<number, [ErrorCode | EdgeCode, FlowError['next']]> = {
  400: ['request-refused', 'fix-integration'],
  401: ['UNAUTHENTICATED', 'sign-in'],
  403: ['FORBIDDEN', 'fix-integration'],
  404: ['NOT_FOUND', 'start-over'],
  413: ['BODY_TOO_LARGE', 'fix-integration'],
  429: ['RATE_LIMITED', 'retry-later'],
  500: ['unreachable', 'retry-later'],
}

/** The id of a flow becomes a part of the URL. */
export const isFlowId = (id: unknown): id is string => matches(id, /^[\w-][\w.-]*$/)

/** A code of this package. The edge sends it with `next`, in a problem document; a gateway has codes of its own. */
const CODE = /^([A-Z_]+|[a-z-]+)$/

export function edgeClient(url: string | URL, options: RemoteOptions): EdgeClient {
  const { credentials, clock = realTime, onEvent } = options
  const flowsUrl = toFlowsUrl(url)
  if (onEvent !== undefined && typeof onEvent !== 'function')
    throw invalidInput('/options/onEvent', 'must be a function')
  /** False after a stream that ended before its first event. */
  let streamsWork = true

  async function send(flow: Caller, route: string, signal: AbortSignal, body?: object, accept = 'application/json') {
    const { fetch = globalThis.fetch, headers } = options
    let own: Record<string, string> | undefined
    try {
      // In lower case: two names of one header would be sent as one value.
      own = Object.fromEntries(new Headers(typeof headers === 'function' ? await headers() : headers))
    } catch (cause) {
      throw new RequestLost(0, { code: 'host-error', message: HOST_ERROR_MESSAGE, cause })
    }
    const init: RequestInit & { method: string } = {
      method: body ? 'POST' : 'GET',
      headers: { ...own, accept, ...(body && { 'content-type': 'application/json' }) },
      body: body ? JSON.stringify(body) : null,
      signal,
      redirect: 'manual',
      // With a cache, a browser delays a tab's request until the same request of another tab has ended.
      cache: 'no-store',
      // A body arrives even if the user leaves the page.
      keepalive: !!body,
      ...(credentials && { credentials }),
    }
    const url = flowsUrl + (flow.id && `/${flow.id}`) + route
    const name = /^\/(\w+)/.exec(route)?.[1] ?? (flow.id ? 'state' : 'start')
    try {
      return await flow.recorder.call(
        { method: init.method, url },
        () => fetch(url, init),
        ({ status }) => ({ status }),
        name,
      )
    } catch (cause) {
      throw new RequestLost(0, { cause })
    }
  }

  async function read<T>(response: Response, check: Check<T>): Promise<T> {
    const { status, type, headers } = response
    if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      throw toError(status, { code: 'redirected', next: 'fix-integration' })
    }
    const body: unknown = await response.json().catch(() => {})
    const now = clock.now()
    const retryAfterMs = readRetryAfter(headers.get('retry-after'), now)
    if (response.ok) return checked(body, check, retryAfterMs)

    const problem = isProblem(body, headers) ? body : {}
    if (retryAfterMs > MAX_RETRY_AFTER_MS) throw toError(status, { ...problem, retryAt: now + retryAfterMs })
    // A limit of the edge without Retry-After, or a mistake in its configuration: a retry would not help.
    const { code, next } = problem
    const isFinal = code && retryAfterMs === 0 && (status === 429 || (status >= 500 && next !== 'retry-later'))
    const isTemporary = status >= 500 || [406, 408, 425, 429].includes(status)
    if (!isTemporary || isFinal) throw toError(status, problem)
    // The edge was reached, and a function of its company failed.
    throw new RequestLost(retryAfterMs, code === 'UNAVAILABLE' ? { code, message: 'the edge is unavailable' } : {})
  }

  /** Runs a task until it settles, `outer` aborts or its time limit passes. The task can extend its limit. */
  function limited<T>(ms: number, outer: AbortSignal | undefined, task: Task<T>): Promise<T> {
    const controller = new AbortController()
    const { signal } = controller
    const abort = () => controller.abort()
    let timer = controller
    const extend = (ms: number) => {
      // A task that has lost the race may still run.
      if (signal.aborted) return
      if (timer !== controller) timer.abort()
      const current = (timer = new AbortController())
      clock.wait(ms, current.signal, 'vendor').then(
        () => current === timer && abort(),
        () => {},
      )
    }
    // The race does not depend on the task: Node's streams sometimes ignore the signal.
    return new Promise<T>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new RequestLost()))
      extend(ms)
      outer?.addEventListener('abort', abort)
      if (outer?.aborted) abort()
      task(signal, extend).then(resolve, reject)
    }).finally(() => {
      outer?.removeEventListener('abort', abort)
      timer.abort()
      // Cancels a body that was not read to its end.
      abort()
    })
  }

  return {
    clock,
    onEvent,
    request: <T = FlowState>(
      flow: Caller,
      route: string,
      signal?: AbortSignal,
      body?: object,
      check = isState as Check<T>,
    ) => limited(SILENCE_TIMEOUT_MS, signal, async (signal) => read(await send(flow, route, signal, body), check)),
    async stream(flow, signal, onState) {
      if (!streamsWork) return false
      streamsWork = false
      try {
        await limited(FIRST_EVENT_TIMEOUT_MS, signal, async (signal, extend) => {
          const response = await send(flow, '', signal, undefined, 'text/event-stream')
          const { body } = response
          if (!body || !hasType(response.headers, 'text/event-stream')) return onState(await read(response, isState))
          for await (const events of readEvents(body)) {
            for (const data of events) {
              onState(checked(JSON.parse(data), isState))
              streamsWork = true
            }
            if (streamsWork) extend(SILENCE_TIMEOUT_MS)
          }
        })
      } catch (error) {
        const isRefused = error instanceof FlowError || (error instanceof RequestLost && error.retryAfterMs > 0)
        if (streamsWork || isRefused) throw error
      } finally {
        // If the caller stopped the stream early, it may still work.
        streamsWork ||= signal.aborted
      }
      return streamsWork
    },
    pause: (ms, signal) => limited<void>(ms, signal, () => new Promise(() => {})).catch(() => {}),
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

function checked<T>(body: unknown, check: Check<T>, retryAfterMs = 0): T {
  const value = isObject(body) && check(body)
  if (!value) throw new RequestLost(Math.min(retryAfterMs, MAX_RETRY_AFTER_MS))
  return value
}

/** What each kind of step cannot do without. */
const PARTS: Record<string, string> = {
  working: 'stage',
  challenge: 'round',
  redirect: 'purpose',
  connect: 'purpose',
  done: 'result',
  failed: 'failure',
}

const isState: Check<FlowState> = (body) => {
  const { version, step } = body
  const part = isObject(step) && step[PARTS[`${step.kind}`]!]
  if (!Number.isInteger(version) || !part) return false
  const { code, next } = part as Message
  if ((step as Message).kind === 'failed' && !(matches(code, CODE) && matches(next, CODE))) return false
  return body as unknown as FlowState
}

const hasType = (headers: Headers, type: string) => headers.get('content-type')?.startsWith(type)

/** The Retry-After header in milliseconds, or 0 if there is none. */
function readRetryAfter(header: string | null, now: number): number {
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - now : seconds * 1000
  return ms > 0 ? ms : 0
}

/** Whether a body is a problem document of an edge. */
function isProblem(body: unknown, headers: Headers): body is Message {
  return isObject(body) && matches(body.code, CODE) && !!hasType(headers, 'application/problem+json')
}

/** The error of a status, with the fields of its problem document if there is one. */
function toError(status: number, problem: Message): FlowError {
  const [statusCode, statusNext] = BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500]!
  const { code = statusCode, next = statusNext, title, path, fields, retryAt } = problem
  const message = typeof title === 'string' ? title : `the edge answered with status ${status}`
  return new FlowError({ code, next, message, path, fields, retryAt, status } as ErrorDetails)
}
