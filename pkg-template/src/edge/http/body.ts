import { isObject } from '../../shared.js'
import { invalidInput } from '../../flow/errors.js'
import { problem } from '../problem.js'

const decoder = new TextDecoder('utf-8', { fatal: true })

/** Reads the JSON object of a request. Refuses other content types, because any page can post an HTML form. */
export async function readBody(request: Request, maxBytes: number): Promise<Record<string, unknown>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw invalidInput('/header/content-type', 'must be application/json')
  const bytes = await readBytes(request, maxBytes)
  let body: unknown
  try {
    body = JSON.parse(decoder.decode(bytes))
  } catch {
    body = undefined
  }
  if (!isObject(body)) throw invalidInput('/body', 'must be a JSON object')
  return body
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > maxBytes) throw problem('BODY_TOO_LARGE')
  // The platform enforces the announced length.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    length += read.value.length
    if (length > maxBytes) {
      await reader?.cancel()
      throw problem('BODY_TOO_LARGE')
    }
    chunks.push(read.value)
  }
  const bytes = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.length
  }
  return bytes
}
