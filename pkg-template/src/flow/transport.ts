import { isUnreachable } from './errors.js'
import type { CheckedHost } from './host.js'
import { LazyAbort } from './lazy-abort.js'
import type { Recorder } from './recorder.js'
import type { Reply } from './reply.js'
import type { Frame, Header, Loss, Request, Round, Stage } from '../wasm/bank_mfa.js'

/** @internal The abort reason of a task that is over. One shared error, because each new one records a stack trace. */
export const TASK_ENDED = new Error('ended')

/** The time limit of the probe before the first submission. */
const PROBE_TIMEOUT_MS = 30_000

/** The largest body that is read for a vendor's code. Only pictures make a body larger. */
const MAX_CODED_BODY_BYTES = 65_536

/** The time limit of a secret for the vendor's page. */
const SECRET_TIMEOUT_MS = 30_000

/** Why no reply came, and what was thrown. */
export interface Lost {
  loss: Loss
  cause?: unknown
}

/** What a call needs of a request. */
type Call = Pick<Request, 'method' | 'url' | 'body' | 'session'> & { stage: Stage }

/** Sends the requests of one flow. Adds the secrets, and reports whether a reply came. */
export class Transport {
  readonly #host: CheckedHost
  readonly #flowId: string
  readonly #recorder: Recorder
  /** Reads the vendor's word for the state from a body. */
  readonly #vendorCode: (body: Uint8Array) => string | undefined
  /** The secrets in use, by slot and session. */
  readonly #secrets = new Map<string, string>()
  /** Whether the vendor has replied, so that no probe is needed. */
  #isReached = false
  #closed = false
  /** How many sessions were opened. */
  #sessions: number
  /** The functions that abort the running tasks. */
  readonly #aborts = new Set<() => void>()

  constructor(
    host: CheckedHost,
    flowId: string,
    recorder: Recorder,
    vendorCode: (body: Uint8Array) => string | undefined,
  ) {
    this.#vendorCode = vendorCode
    this.#host = host
    this.#flowId = flowId
    this.#sessions = host.sessions ?? 0
    this.#recorder = recorder
  }

  /** Aborts what is running, and sends nothing more. */
  close(): void {
    this.#closed = true
    for (const abort of this.#aborts) abort()
  }

  /** Sends a request once, after `store`. Never rejects. */
  async send({ request, stage }: { request: Request; stage: Stage }, store?: () => unknown): Promise<Reply | Lost> {
    const timeout = this.#host.timeout ?? request.timeout
    let loss: Loss = 'host-error'
    try {
      const prepare = async (ended?: LazyAbort) => {
        const filled = await this.#fillSlots(request.headers, request.session)
        if (filled !== undefined && !ended?.aborted) await store?.()
        return filled
      }
      const isWaiting = store !== undefined || request.headers.some((slot) => this.#isUnknown(slot, request.session))
      const headers = await (isWaiting ? this.#withTimeout(timeout, prepare) : prepare())
      if (headers === undefined) return { loss: 'no-secret' }
      loss = 'not-sent'
      if (request.once && this.#needsProbe(request.url)) await this.#probe({ ...request, stage }, Object.keys(headers))
      if (this.#closed) return { loss }
      loss = 'maybe-sent'
      const reply = await this.#call({ ...request, stage }, headers, timeout)
      this.#isReached = true
      return reply
    } catch (cause) {
      return { loss: loss === 'host-error' && isUnreachable(cause) ? 'not-sent' : loss, cause }
    }
  }

  /**
   * A page cannot tell a blocked cross-origin request (CORS) from a lost reply. So before its first submission it
   * sends a `GET` that needs the same permission and contains nothing: if that fails, nothing has been submitted.
   */
  async #probe(request: Call, headers: string[]): Promise<void> {
    const dummies = Object.fromEntries(headers.map((name) => [name, 'probe']))
    const probe = { ...request, method: 'GET', body: null }
    const timeout = this.#host.timeout ?? PROBE_TIMEOUT_MS
    await this.#call(probe, { ...dummies, accept: 'application/json' }, timeout, 'probe')
    this.#isReached = true
  }

  #needsProbe(url: string): boolean {
    return !this.#isReached && this.#host.probe && isCrossOrigin(url)
  }

  /** Whether a form must wait for a probe, because nothing was sent before it. */
  get needsFirstProbe(): boolean {
    const { firstProbe } = this.#host
    return firstProbe !== undefined && this.#needsProbe(firstProbe.url)
  }

  /** Probes before the first form. Resolves to what was thrown, or to undefined. */
  async firstProbe(): Promise<unknown> {
    const { url = '', headers = [] } = this.#host.firstProbe ?? {}
    try {
      await this.#probe({ method: 'GET', url, body: null, session: 1, stage: 'start' }, headers)
      return undefined
    } catch (cause) {
      return cause || TASK_ENDED
    }
  }

  #call(request: Call, headers: Record<string, string>, timeout: number, name?: string): Promise<Reply> {
    const { send, fetch } = this.#host
    const call = () => this.#withTimeout(timeout, (ended) => send(request, headers, ended, fetch))
    const read = ({ status, bytes }: Reply) => {
      return { status, vendorCode: bytes.length > MAX_CODED_BODY_BYTES ? undefined : this.#vendorCode(bytes) }
    }
    return this.#recorder.call(request, call, read, name)
  }

  /** Runs a task until it settles, its time limit passes or the transport is closed. */
  #withTimeout<T>(timeout: number, task: (ended: LazyAbort) => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#closed) throw TASK_ENDED
      const ended = new LazyAbort()
      const settle = (reason: unknown, give: () => void) => {
        clearTimeout(timer)
        this.#aborts.delete(abort)
        give()
        // Cancels also a body that was not read to its end.
        ended.abort(reason)
      }
      // The promise does not depend on the task: it may ignore the signal.
      const abort = (reason: unknown = TASK_ENDED) => settle(reason, () => reject(reason as Error))
      const timer = setTimeout(() => abort(new DOMException('the time limit has passed', 'TimeoutError')), timeout)
      this.#aborts.add(abort)
      task(ended).then(
        (value) => settle(TASK_ENDED, () => resolve(value)),
        (error: Error) => settle(TASK_ENDED, () => reject(error)),
      )
    })
  }

  /** The URL of the vendor's page with its secrets, or undefined if one is missing. */
  async pageUrl({ url, query, session }: Frame): Promise<string | undefined> {
    const timeout = this.#host.timeout ?? SECRET_TIMEOUT_MS
    const filled = await this.#withTimeout(timeout, () => this.#fillSlots(query, session))
    if (filled === undefined) return undefined
    // The core has encoded the rest of the URL. `URL` would re-encode it, with a plus for each space.
    const entries = Object.entries(filled).map(([name, secret]) => `${name}=${encodeURIComponent(secret)}`)
    return [url, ...entries].join(url.includes('?') ? '&' : '?')
  }

  /** Whether a round asks for credentials that could not be sent: they open a session, and a string serves only one. */
  isTokenSpent({ challenges: [first] }: Round): boolean {
    const isString = typeof this.#host.secrets['FlinksAuthorizeToken'] === 'string'
    return isString && this.#sessions > 0 && first?.kind === 'credentials'
  }

  /** Whether a function must be called for a secret. */
  #isUnknown(slot: Header, session: number): boolean {
    return (
      'slot' in slot && typeof this.#host.secrets[slot.slot] === 'function' && !this.#secrets.has(keyOf(slot, session))
    )
  }

  /** Returns headers or query entries with their secrets, or undefined if one is missing. */
  async #fillSlots(slots: Header[], session: number): Promise<Record<string, string> | undefined> {
    const filled: Record<string, string> = {}
    this.#sessions = session
    for (const slot of slots) {
      if ('value' in slot) {
        filled[slot.name] = slot.value
        continue
      }
      const source = this.#host.secrets[slot.slot]
      if (source === undefined) continue
      const key = keyOf(slot, session)
      // A string is the secret of the first session only.
      const request = typeof source === 'string' ? () => (session === 1 ? source : undefined) : source
      const secret = this.#secrets.get(key) ?? (await request({ flowId: this.#flowId, session }))
      if (secret === '' || secret === undefined) return undefined
      this.#secrets.set(key, secret)
      filled[slot.name] = secret
    }
    return filled
  }
}

const keyOf = ({ slot }: { slot: string }, session: number) => `${slot} ${session}`

function isCrossOrigin(url: string): boolean {
  const page = globalThis.location?.origin
  return page !== undefined && page !== new URL(url).origin
}
