import type { Host, Secret } from './host.js'
import type { Frame, Header, Loss, Reply, Request } from '../wasm/bank_mfa.js'

/** @internal Why a signal aborts whose task is over: one for all, as each of its own would cost a stack trace. */
export const OVER = new Error('over')

/** How long the harmless call before the first submission may take, in milliseconds. */
const PROBE_TIMEOUT = 30_000

/** How long a secret for the vendor's page may take, in milliseconds. */
const SECRET_TIMEOUT = 30_000

/** Sends the requests of one flow: fills in its secrets, and says what came of each. */
export class Transport {
  readonly #host: Host
  readonly #flowId: string
  /** One secret a slot and session, kept for as long as the flow. */
  readonly #pocket = new Map<string, string>()
  #heard = false
  #over = false
  /** Each ends a task that is under way. */
  readonly #aborts = new Set<() => void>()

  constructor(host: Host, flowId: string) {
    this.#host = host
    this.#flowId = flowId
  }

  /** Ends what is under way, and sends nothing more. */
  close(): void {
    this.#over = true
    for (const abort of this.#aborts) abort()
  }

  /** Sends a request once, after `store`. Never rejects. */
  async send(request: Request, store: () => unknown): Promise<Reply | Loss> {
    const timeout = this.#host.timeout ?? request.timeout
    let headers: Record<string, string> | undefined
    try {
      headers = await this.#within(timeout, async (signal) => {
        const filled = await this.#filled(request.headers, request.session)
        signal.throwIfAborted()
        if (filled !== undefined) await store()
        return filled
      })
      if (headers === undefined) return 'no-secret'
      if (request.once && !this.#heard && this.#host.probe && isCrossOrigin(request.url)) {
        await this.#probe(request, headers)
      }
      if (this.#over) return 'not-sent'
    } catch {
      return 'not-sent'
    }
    try {
      const reply = await this.#call(request, headers, timeout)
      this.#heard = true
      return reply
    } catch {
      return 'maybe-sent'
    }
  }

  /**
   * A page cannot tell a refused cross-origin call from a lost reply. So before its first submission it
   * makes a call that needs the same permission and carries nothing: where that one fails, nothing has
   * been sent.
   */
  async #probe(request: Request, headers: Record<string, string>): Promise<void> {
    const bare = Object.fromEntries(Object.keys(headers).map((name) => [name, 'probe']))
    const probe = { ...request, method: 'GET', body: null }
    const reply = await this.#call(probe, { ...bare, accept: 'application/json' }, this.#host.timeout ?? PROBE_TIMEOUT)
    reply.free()
  }

  #call(request: Request, headers: Record<string, string>, timeout: number): Promise<Reply> {
    const { send, fetch } = this.#host
    return this.#within(timeout, (signal) => send(request, headers, signal, fetch))
  }

  /** Runs a task to its end, to the end of its time, or to the cancelling of the flow. */
  async #within<T>(timeout: number, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#over) throw OVER
    const controller = new AbortController()
    let abort = () => {}
    // The task may overlook the signal; it is left behind all the same.
    const aborted = new Promise<never>((_, reject) => {
      abort = () => {
        controller.abort()
        reject(controller.signal.reason as Error)
      }
    })
    const timer = setTimeout(abort, timeout)
    this.#aborts.add(abort)
    try {
      return await Promise.race([task(controller.signal), aborted])
    } finally {
      clearTimeout(timer)
      this.#aborts.delete(abort)
      // Ends what is left of a body that was not read.
      controller.abort(OVER)
    }
  }

  /** The address of the vendor's page with its secrets, or nothing where one is missing. */
  async address({ url, query, session }: Frame): Promise<string | undefined> {
    const timeout = this.#host.timeout ?? SECRET_TIMEOUT
    const filled = await this.#within(timeout, () => this.#filled(query, session))
    if (filled === undefined) return undefined
    // The core has encoded the rest, and it stays as it is: a URL's own writer makes a plus of each space.
    const entries = Object.entries(filled).map(([name, secret]) => `${name}=${encodeURIComponent(secret)}`)
    return [url, ...entries].join(url.includes('?') ? '&' : '?')
  }

  /** Names and values, secrets among them, or nothing where one is missing. Rejects where the host does. */
  async #filled(slots: Header[], session: number): Promise<Record<string, string> | undefined> {
    const filled: Record<string, string> = {}
    for (const slot of slots) {
      if ('value' in slot) {
        filled[slot.name] = slot.value
        continue
      }
      const source = this.#host.secrets[slot.slot]
      if (source === undefined) continue
      const key = `${slot.slot} ${session}`
      const secret = this.#pocket.get(key) ?? (await this.#ask(source, session))
      if (secret === '' || secret === undefined) return undefined
      this.#pocket.set(key, secret)
      filled[slot.name] = secret
    }
    return filled
  }

  /** A string is one secret: it serves the first session, and no other. */
  async #ask(source: Secret, session: number): Promise<string | undefined> {
    if (typeof source === 'string') return session === 1 ? source : undefined
    return source({ flowId: this.#flowId, session })
  }
}

function isCrossOrigin(url: string): boolean {
  const page = globalThis.location?.origin
  return page !== undefined && page !== new URL(url).origin
}
