import type { Send } from '../flow/host.js'
import { readReply } from '../flow/reply.js'

/** The largest error body of a data call that is read. */
const MAX_ERROR_BYTES = 64 * 1024

const EMPTY_JSON = new TextEncoder().encode('{}')

/**
 * Makes the function that sends requests. With `onData`, a response with data is passed to it unread, and of other
 * bodies only as much is read as an error needs: megabytes of data never enter wasm.
 */
export function makeSend(onData?: (response: Response) => void): Send {
  return async ({ method, url, body }, headers, ended, fetch = globalThis.fetch) => {
    const { signal } = ended
    const controller = new AbortController()
    const abort = () => controller.abort(signal.reason)
    signal.addEventListener('abort', abort)
    const init = { method, headers, body, redirect: 'manual' as const, signal: controller.signal }
    const response = (await fetch(url, init)) as Response
    if (onData && (await hasData(response))) {
      // From here on the host reads or cancels the body: the end of the call must not abort it.
      signal.removeEventListener('abort', abort)
      onData(response)
      return { status: response.status, retryAfter: undefined, bytes: EMPTY_JSON }
    }
    return readReply(response, onData && MAX_ERROR_BYTES)
  }
}

/**
 * Flinks also sends HTML pages and empty bodies with a status of success. The content type says `html` of some JSON,
 * too, so the body decides. A copy of it is read, and only up to its first character.
 */
async function hasData(response: Response): Promise<boolean> {
  const { status, headers, body } = response
  if (![200, 201].includes(status) || body === null || headers.get('content-length') === '0') return false
  return !/html/i.test(headers.get('content-type') ?? '') || startsJson(response.clone())
}

/** JSON whitespace, and the bytes of a byte order mark. */
const BEFORE_JSON = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]

async function startsJson({ body }: Response): Promise<boolean> {
  const reader = body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    const first = read.value.find((byte) => !BEFORE_JSON.includes(byte))
    if (first === undefined) continue
    reader?.cancel().catch(() => {})
    return first === 0x7b
  }
  return false
}
