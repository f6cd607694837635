/** Sends the doctor's requests. */

/** How long a request may take, in milliseconds. */
export const TIMEOUT_MS = 10_000

/** A reply, or why there was none. */
export type Probe = { status: number; headers: Headers; text: string } | { failure: string }

export type SendRequest = (request: Request) => Promise<Response>

/** Sends a request. Never rejects, and follows no redirect. */
export async function probe(url: string, init: RequestInit = {}, send: SendRequest = fetch): Promise<Probe> {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS)
    const response = await withTimeLimit(send(new Request(url, { redirect: 'manual', signal, ...init })))
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    return { failure: reasonOf(error) }
  }
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
  ENOTFOUND: 'the host name does not exist',
  EAI_AGAIN: 'the host name could not be looked up',
  TimeoutError: `there was no reply within ${TIMEOUT_MS / 1_000} seconds`,
}

/** Says in a few words why there was no reply. */
export function reasonOf(error: unknown): string {
  const { name, code, message, cause } = error as Partial<Record<'name' | 'code' | 'message', string>> & {
    cause?: { code?: string }
  }
  const known = [cause?.code, code, name].find((key) => key !== undefined && Object.hasOwn(REASONS, key))
  return (known && REASONS[known]) ?? cause?.code ?? message ?? 'an unknown error'
}
