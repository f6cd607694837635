/** Reads responses: those of the runtime's `fetch`, and those of other libraries. */

/** The largest body that is read: room for an image of five million bytes as base64. */
const MAX_BODY_BYTES = 8 * 1024 * 1024

/** Statuses whose response has no body. */
const WITHOUT_BODY = [204, 205, 304]

/** The response of a `Fetch` call. A `Response` is one. */
export interface FetchResponse {
  readonly status: number
  /** Pairs, as in `Headers` and `Map`, or a plain object. */
  readonly headers: Headers | Iterable<[string, string]> | Record<string, string>
  /** Used unless the response has a `body` that is a `ReadableStream`. */
  arrayBuffer(): Promise<ArrayBuffer>
}

/** A reply that was read. */
export interface Reply {
  status: number
  retryAfter: string | undefined
  bytes: Uint8Array
}

/** What only the responses of a real `fetch` have. */
type WithStream = FetchResponse & { readonly body?: unknown; readonly bodyUsed?: boolean }

/** Any object's class, also of another realm or library. Naming the class would make Node load all of its `fetch`. */
const isA = (name: string, value: unknown) => Object.prototype.toString.call(value) === `[object ${name}]`

/** Reads a response. Rejects if it is not one. A larger body than `maxBytes` becomes an empty one, which is unreadable. */
export async function readReply(response: FetchResponse, maxBytes = MAX_BODY_BYTES): Promise<Reply> {
  const { status, headers, body, bodyUsed } = response as WithStream
  if (!Number.isInteger(status) || (status !== 0 && status < 200) || status > 599) throw new TypeError('invalid status')
  if (bodyUsed) throw new TypeError('the body was already read')
  const header: unknown = isA('Headers', headers)
    ? (headers as Headers).get('retry-after')
    : headerPairs(response).find(([name]) => name.toLowerCase() === 'retry-after')?.[1]
  // Another library may give a number, and wasm traps on it.
  const retryAfter = header == null ? undefined : String(header)
  if (WITHOUT_BODY.includes(status)) return { status, retryAfter, bytes: new Uint8Array() }
  const bytes = isA('ReadableStream', body)
    ? await readStream(body as ReadableStream<Uint8Array>, maxBytes)
    : new Uint8Array(await response.arrayBuffer())
  return { status, retryAfter, bytes }
}

/** The headers of a response as pairs. */
export function headerPairs({ headers }: FetchResponse): [string, string][] {
  return Symbol.iterator in Object(headers) ? [...(headers as Iterable<[string, string]>)] : Object.entries(headers)
}

async function readStream(stream: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    if (!isA('Uint8Array', read.value)) throw new TypeError('the body is not made of bytes')
    size += read.value.length
    if (size > maxBytes) {
      reader.cancel().catch(() => {})
      return new Uint8Array()
    }
    chunks.push(read.value)
  }
  if (chunks.length === 1) return chunks[0]!
  const bytes = new Uint8Array(size)
  for (let at = 0, i = 0; i < chunks.length; at += chunks[i]!.length, i += 1) bytes.set(chunks[i]!, at)
  return bytes
}
