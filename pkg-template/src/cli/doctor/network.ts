/** Sends the doctor's requests. */

/** How long a request may take, in milliseconds. */
export const TIMEOUT_MS = 10_000

/** How much of a body is read, in characters: no server may fill the memory. */
const MAX_BODY = 65_536

/** A reply, or why there was none. */
export type Probe = { status: number; headers: Headers; text: string } | { failure: string }

export type SendRequest = (request: Request) => Promise<Response>

/** Sends a request. Never rejects, and follows no redirect. */
export async function probe(url: string, init: RequestInit = {}, send: SendRequest = fetch): Promise<Probe> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const { status, headers, body } = await withTimeLimit(
      send(new Request(url, { redirect: 'manual', signal, ...init })),
    )
    return { status, headers, text: await withTimeLimit(readText(body)) }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
}

/** The address that a reply redirects to, or null if it does not. */
export function redirectOf(reply: Probe): string | null {
  if ('failure' in reply || reply.status < 300 || reply.status > 399) return null
  const location = reply.headers.get('location') ?? ''
  if (!URL.canParse(location)) return 'another path'
  const { origin, pathname } = new URL(location)
  return origin + pathname
}

async function readText(body: Response['body']): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true })
    if (text.length > MAX_BODY) break
  }
  return text
}

/** Rejects after the time limit, because a function of the user may never settle. */
export async function withTimeLimit<T>(task: T | Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DOMException('', 'TimeoutError')), TIMEOUT_MS)
  })
  return Promise.race([task, limit]).finally(() => clearTimeout(timer))
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused: nothing listens at this address',
  ECONNRESET: 'the connection broke',
  UND_ERR_SOCKET: 'the connection broke',
  HPE_INVALID_CONSTANT: 'the reply is not HTTP: the port may be that of another service',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is from a CA that Node does not know: set NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate comes without the intermediate certificate, or from an unknown CA',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'the reply is not TLS: is it an http address?',
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name could not be looked up',
  TimeoutError: `there was no reply within ${TIMEOUT_MS / 1_000} seconds`,
}

/** Says in a few words, on one line, why there was no reply. Anything can be thrown. */
export function reasonOf(error: unknown): string {
  const { name, code, message, cause } = Object(error) as Partial<Record<'name' | 'code' | 'message', string>> & {
    cause?: { code?: string }
  }
  const known = [cause?.code, code, name].find((key) => key !== undefined && Object.hasOwn(REASONS, key))
  const reason = (known && REASONS[known]) ?? cause?.code ?? message ?? 'an unknown error'
  // A message can contain codes that change a terminal.
  return `${reason}`.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
}
