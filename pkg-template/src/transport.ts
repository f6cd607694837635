import { isSecret, type Host, type Secret } from './host.js'
import { send, type Header, type Reply, type Request } from './wasm/bank_mfa.js'

/** Why there is no reply. */
export type Loss = 'maybe-sent' | 'not-sent' | 'no-secret'

/** How long the harmless call before the first submission may take, in milliseconds. */
const PROBE_TIMEOUT = 30_000

/** Sends the requests of one flow: fills in its secrets, and says what came of each. */
export class Transport {
  readonly #host: Host
  readonly #flowId: string
  readonly #cancelled: AbortSignal
  /** One secret a slot and session, kept for as long as the flow. */
  readonly #pocket = new Map<string, Promise<string>>()
  #heard = false

  constructor(host: Host, flowId: string, cancelled: AbortSignal) {
    this.#host = host
    this.#flowId = flowId
    this.#cancelled = cancelled
  }

  /** Sends a request once. Never rejects. */
  async send(request: Request): Promise<Reply | Loss> {
    const headers = await this.#headers(request)
    if (headers === undefined) return 'no-secret'
    if (this.#cancelled.aborted) return 'not-sent'
    if (request.once && !this.#heard && isCrossOrigin(request.url)) {
      if (!(await this.#probe(request, headers))) return 'not-sent'
    }
    const reply = await this.#call(request, headers)
    this.#heard ||= reply !== undefined
    return reply ?? 'maybe-sent'
  }

  /**
   * A page cannot tell a refused cross-origin call from a lost reply. So before its first submission it
   * makes a call that needs the same permission and carries nothing: where that one fails, nothing has
   * been sent.
   */
  async #probe(request: Request, headers: Record<string, string>): Promise<boolean> {
    const bare = Object.fromEntries(Object.keys(headers).map((name) => [name, 'probe']))
    const probe = { ...request, method: 'GET', body: null, timeout: PROBE_TIMEOUT }
    return (await this.#call(probe, { ...bare, accept: 'application/json' })) !== undefined
  }

  /** One call, with an end. */
  async #call(request: Request, headers: Record<string, string>): Promise<Reply | undefined> {
    const { method, url, body } = request
    const { fetch } = this.#host
    const controller = new AbortController()
    const abort = () => controller.abort()
    const timer = setTimeout(abort, this.#host.timeout ?? request.timeout)
    this.#cancelled.addEventListener('abort', abort)
    const { signal } = controller
    // A caller's fetch may overlook the signal; the call ends all the same.
    const aborted = new Promise<undefined>((resolve) => {
      signal.addEventListener('abort', () => resolve(undefined))
    })
    const own =
      fetch && (async () => toResponse(await fetch(url, { method, headers, body, redirect: 'manual', signal })))
    const sent = send(method, url, Object.entries(headers).flat(), body, signal, own)
    try {
      return await Promise.race([sent.catch(() => undefined), aborted])
    } finally {
      clearTimeout(timer)
      this.#cancelled.removeEventListener('abort', abort)
    }
  }

  /** The headers with their secrets, or nothing where one is missing. */
  async #headers(request: Request): Promise<Record<string, string> | undefined> {
    const headers: Record<string, string> = {}
    for (const header of request.headers) {
      if ('value' in header) {
        headers[header.name] = header.value
        continue
      }
      const source = this.#host.secrets[header.slot]
      if (source === undefined) continue
      const secret = await this.#secret(source, header, request.session)
      if (!isSecret(secret)) return undefined
      headers[header.name] = secret
    }
    return headers
  }

  async #secret(source: Secret, header: Header & { slot: string }, session: number): Promise<unknown> {
    const key = `${header.slot} ${session}`
    let secret = this.#pocket.get(key)
    if (secret === undefined) {
      // A string is one secret: it serves the first session that asks, and no other.
      const spent = typeof source === 'string' && this.#pocket.size > 0
      secret = spent ? Promise.resolve('') : Promise.resolve(session).then(() => this.#ask(source, session))
      this.#pocket.set(key, secret)
    }
    return secret.catch(() => undefined)
  }

  #ask(source: Secret, session: number): string | Promise<string> {
    return typeof source === 'string' ? source : source({ flowId: this.#flowId, session })
  }
}

function isCrossOrigin(url: string): boolean {
  const page = globalThis.location?.origin
  return page !== undefined && page !== new URL(url).origin
}

/** A response of another realm, or of another library's fetch, as one of ours. */
async function toResponse(response: Awaited<ReturnType<NonNullable<Host['fetch']>>>): Promise<Response> {
  if (response instanceof Response) return response
  const { status, headers } = response
  const body = [204, 205, 304].includes(status) ? null : await response.arrayBuffer()
  return new Response(body, { status, headers: Object.fromEntries(headers) })
}
