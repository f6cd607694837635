import { isObject } from '../../shared.js'
import { invalidInput } from '../../flow/errors.js'
import { problem } from '../problem.js'

const JSON_TYPE = /^application\/json\s*(;|$)/i

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads the JSON object of a request. Refuses other content types, because any page can post an HTML form. */
export async function readBody(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  if (!JSON_TYPE.test(request.headers.get('content-type') ?? '')) {
    throw invalidInput('/header/content-type', 'must be application/json')
  }
  const bytes = await readBytes(request, maxBytes)
  let body: unknown
  try {
    body = JSON.parse(decoder.decode(bytes))
  } catch {}
  if (!isObject(body)) throw invalidInput('/body', 'must be a JSON object')
  return body
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of readChunks(request, maxBytes)) {
    chunks.push(chunk)
    length += chunk.length
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}

/**
 * Reads a body in chunks, and refuses the chunk that exceeds the limit. What the caller does not read is left to the
 * platform: to cancel it can close the connection before the reply.
 */
export async function* readChunks({ body }: Request, maxBytes: number): AsyncGenerator<Uint8Array, void> {
  const reader = body?.getReader()
  // The page has disconnected. That is no error of the company.
  const cutOff = () => Promise.reject(invalidInput('/body', 'must be complete'))
  let length = 0
  for (;;) {
    const chunk = (await reader?.read().catch(cutOff))?.value
    if (chunk === undefined) return
    length += chunk.length
    if (length > maxBytes) throw problem('BODY_TOO_LARGE')
    yield chunk
  }
}
