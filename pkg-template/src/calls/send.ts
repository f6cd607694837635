import type { Send } from '../flow/host.js'
import { Reply } from '../wasm/calls.js'

/** The most that is read of a reply, in bytes; what is larger counts as unreadable. */
const MAX_BODY = 8 * 1024 * 1024
/** The most of a refusal of data. */
const MAX_REFUSAL = 64 * 1024

/** What stands for a body that the host keeps. */
const KEPT = new TextEncoder().encode('{}')

/**
 * Makes calls. With `keep`, a reply with data is handed over unread, and of others no more than a refusal is
 * read: megabytes never pass through wasm.
 */
export function sender(keep?: (response: Response) => void): Send {
  return async ({ method, url, body }, headers, signal, fetch = globalThis.fetch) => {
    const calling = new AbortController()
    const abort = () => calling.abort(signal.reason)
    signal.addEventListener('abort', abort)
    const init = { method, headers, body, redirect: 'manual' as const, signal: calling.signal }
    const response = (await fetch(url, init)) as Response
    const retryAfter = response.headers.get('retry-after') ?? undefined
    if (keep && hasData(response)) {
      // It outlives the call: from here on it is the host's to read, or to cancel.
      signal.removeEventListener('abort', abort)
      keep(response)
      return new Reply(response.status, retryAfter, KEPT)
    }
    return new Reply(response.status, retryAfter, await read(response, keep ? MAX_REFUSAL : MAX_BODY))
  }
}

/** Flinks' HTML pages and empty bodies arrive with a 200, too. */
function hasData({ status, headers, body }: Response): boolean {
  const isHtml = /html/i.test(headers.get('content-type') ?? '')
  return status === 200 && body !== null && headers.get('content-length') !== '0' && !isHtml
}

async function read(response: Response, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = []
  const reader = response.body?.getReader()
  for (let size = 0; reader;) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.length
    if (size > most) {
      reader.cancel().catch(() => {})
      return new Uint8Array()
    }
    chunks.push(value)
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer())
}
