import type { Message } from '../connect/message.js'
import { isObject, TICKET, type PublicStep } from '../shared.js'
import { FlowError, invalidInput, type EdgeCode, type Refused } from '../flow/errors.js'
import { realTime, type Clock } from '../flow/host.js'
import { readEvents } from './event-stream.js'
import type { ErrorCode, NextAction } from '../wasm/bank_mfa.js'

/** How the edge is called. */
export interface RemoteOptions {
  /** Makes the calls instead of the global `fetch`. */
  fetch?: typeof fetch | undefined
  /** Goes along with each call: a bearer token, for one. A function is asked before each. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>) | undefined
  /** `include` where the edge is on another origin and knows the person by a cookie. */
  credentials?: RequestCredentials | undefined
  /** Tells the time, for tests. */
  clock?: Clock | undefined
}

/** What the edge says a flow stands at. */
export interface Reply {
  /** The handle, in a reply to a call of its own. */
  flow?: string
  version: number
  step: PublicStep
}

/** What a call of its own brings: the reply's body, the newest ticket, and when to ask again, in milliseconds from now. */
interface Said {
  body: unknown
  ticket: string | null
  after: number
}

/** A call came to nothing, and may be made again: in `after` milliseconds, where the edge said so. */
export class Lost {
  readonly after: number

  constructor(after = 0) {
    this.after = after
  }
}

/** The edge answers within 25 seconds, and says something every 15 where it streams. Longer than that, and it is gone. */
const PATIENCE = 40_000

/** A stream begins with the present step. One that brings nothing so long is held back on its way. */
const FIRST_EVENT = 5_000

/** Who is told to come back later than this does not wait for it. */
const LONGEST_WAIT = 60_000

/** What a status says where no problem document does. */
const REFUSALS: Record<number, [ErrorCode | EdgeCode, FlowError['next']]> = {
  401: ['UNAUTHENTICATED', 'sign-in'],
  403: ['FORBIDDEN', 'fix-integration'],
  404: ['NOT_FOUND', 'start-over'],
  413: ['BODY_TOO_LARGE', 'fix-integration'],
  429: ['RATE_LIMITED', 'retry-later'],
}

const MISTAKEN: [ErrorCode, NextAction] = ['request-refused', 'fix-integration']
const UNREACHABLE: [ErrorCode, NextAction] = ['unreachable', 'retry-later']

/** The routes of an edge, each asked once. Rejects with a `FlowError` where the edge refuses; all else is a lost call. */
export class Edge {
  readonly #flows: string
  readonly #options: RemoteOptions
  readonly clock: Clock
  /** Whether streams get through, as far as is known. */
  streams = true

  constructor(url: string | URL, options: RemoteOptions) {
    this.#flows = readUrl(url)
    this.#options = options
    this.clock = options.clock ?? realTime
  }

  /** Posts a body, or looks. */
  async ask(handle: string, route: string, signal: AbortSignal, body?: object): Promise<Reply> {
    return readReply(await this.said(handle, route, signal, body))
  }

  /** The same, whatever the reply is. */
  said(handle: string, route: string, signal: AbortSignal, body?: object): Promise<Said> {
    return this.#within(PATIENCE, signal, async (signal) => this.#judge(await this.#call(handle, route, signal, body)))
  }

  /**
   * Reads a stream for as long as it lasts. One that ends before its first event, for whatever reason, is the last
   * one: long poll serves better then.
   */
  async listen(handle: string, signal: AbortSignal, heard: (reply: Reply) => void): Promise<void> {
    this.streams = false
    try {
      await this.#within(FIRST_EVENT, signal, async (signal, prolong) => {
        const response = await this.#call(handle, '', signal, undefined, 'text/event-stream')
        const { body, headers } = response
        if (!body || !headers.get('content-type')?.startsWith('text/event-stream')) {
          return heard(readReply(await this.#judge(response)))
        }
        for await (const events of readEvents(body)) {
          for (const data of events) {
            heard(readReply({ body: JSON.parse(data) }))
            this.streams = true
          }
          if (this.streams) prolong(PATIENCE)
        }
      })
    } catch (error) {
      if (this.streams || error instanceof FlowError || (error instanceof Lost && error.after > 0)) throw error
    } finally {
      // It was not given its time.
      if (signal.aborted) this.streams = true
    }
  }

  /** Ends after so many milliseconds, or when `signal` aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void> {
    return this.#within<void>(ms, signal, () => new Promise(() => {})).catch(() => {})
  }

  async #call(
    handle: string,
    route: string,
    signal: AbortSignal,
    body?: object,
    accept = 'application/json',
  ): Promise<Response> {
    const { fetch = globalThis.fetch, headers: given, credentials } = this.#options
    const headers: Record<string, string> = { ...(typeof given === 'function' ? await given() : given), accept }
    const [flow, ticket] = handle.split('~')
    if (ticket) headers[TICKET] = ticket
    if (body) headers['content-type'] = 'application/json'
    return fetch(this.#flows + (flow && `/${flow}`) + route, {
      method: body ? 'POST' : 'GET',
      headers,
      body: body ? JSON.stringify(body) : null,
      signal,
      redirect: 'manual',
      // Otherwise a browser lets one tab's look wait for the same look of another.
      cache: 'no-store',
      // What is posted arrives although the page is left.
      keepalive: body !== undefined,
      ...(credentials && { credentials }),
    })
  }

  async #judge(response: Response): Promise<Said> {
    const { status, type, headers } = response
    if (type === 'opaqueredirect' || (status >= 300 && status < 400)) {
      throw refusal(status, { code: 'redirected', next: 'fix-integration' })
    }
    const body: unknown = await response.json().catch(() => undefined)
    const now = this.clock.now()
    const after = readRetryAfter(headers.get('retry-after'), now)
    if (response.ok) return { body, ticket: headers.get(TICKET), after }

    const problem = isObject(body) && typeof body.code === 'string' ? body : undefined
    if (after > LONGEST_WAIT) throw refusal(status, { ...problem, retryAt: now + after })
    // Who has used up a limit of the edge's gains nothing by asking again, nor who asks a misconfigured one.
    const { next = 'retry-later' } = problem ?? {}
    const stays = problem && after === 0 && (status === 429 || (status >= 500 && next !== 'retry-later'))
    const passes = status >= 500 || [406, 408, 425, 429].includes(status)
    throw passes && !stays ? new Lost(after) : refusal(status, problem)
  }

  /** Runs a task until it ends, `outer` aborts, or it is not prolonged in time. */
  async #within<T>(
    ms: number,
    outer: AbortSignal,
    task: (signal: AbortSignal, prolong: (ms: number) => void) => Promise<T>,
  ): Promise<T> {
    const call = new AbortController()
    const abort = () => call.abort()
    let patience = new AbortController()
    const prolong = (ms: number) => {
      patience.abort()
      const { signal } = (patience = new AbortController())
      const over = () => {
        if (!signal.aborted) abort()
      }
      this.clock.wait(ms, signal, 'vendor').then(over, () => {})
    }
    // The task may overlook the signal, as Node's streams do at times: it is left behind all the same.
    const aborted = new Promise<never>((_, reject) => {
      call.signal.addEventListener('abort', () => reject(new Lost()))
    })
    prolong(ms)
    outer.addEventListener('abort', abort)
    if (outer.aborted) abort()
    try {
      return await Promise.race([task(call.signal, prolong), aborted])
    } finally {
      patience.abort()
      outer.removeEventListener('abort', abort)
      aborted.catch(() => {})
      // Ends what is left of a body that was not read.
      abort()
    }
  }
}

function readUrl(url: string | URL): string {
  try {
    const { origin, pathname } = new URL(url, globalThis.location?.href)
    return `${origin}${pathname.replace(/\/$/, '')}/flows`
  } catch {
    throw invalidInput('/url', 'must be an address')
  }
}

/** Not everything that comes with a 200 is the edge's: a hotel's network says so, too. */
function readReply({ body, ticket }: Partial<Said>): Reply {
  const fits = isObject(body) && Number.isInteger(body.version) && isObject(body.step)
  if (!fits || typeof (body.step as { kind?: unknown }).kind !== 'string') throw new Lost()
  const reply = body as unknown as Reply
  return ticket ? { ...reply, flow: `${reply.flow}~${ticket}` } : reply
}

/** Milliseconds; 0 where nothing is said. */
function readRetryAfter(header: string | null, now: number): number {
  const seconds = Number(header)
  const ms = Number.isNaN(seconds) ? Date.parse(header ?? '') - now : seconds * 1000
  return ms > 0 ? ms : 0
}

/** A problem document's own words where it has some. */
function refusal(status: number, problem: Message = {}): FlowError {
  const [byStatus, byDefault] = REFUSALS[status] ?? (status < 500 ? MISTAKEN : UNREACHABLE)
  const { code = byStatus, next = byDefault, title, path = null, fields = [], retryAt } = problem
  const message = typeof title === 'string' ? title : `the edge answered with status ${status}`
  return new FlowError({ code, next, message, path, fields, retryAt, status } as Refused)
}
