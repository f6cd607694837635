/** What a request must be like before anything of it is read, and what every reply says. */
import { isObject } from '../shared.js'
import { invalidInput } from '../flow/errors.js'
import { problem } from './problem.js'

/** On every reply: it is data for one reader, and nothing that a browser could run, guess at or keep. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-site',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

/**
 * Refuses what a page of another origin made a browser send. A browser names the origin on each call of a page that
 * could do harm; a server of yours names none.
 */
export function checkOrigin(request: Request, origins: string[]): void {
  const origin = request.headers.get('origin')
  const site = request.headers.get('sec-fetch-site')
  if (origin !== null ? !origins.includes(origin) : site !== null && site !== 'same-origin') throw problem('FORBIDDEN')
}

/** The headers of a reply to a request. */
export function replyHeaders(request: Request, origins: string[]): Record<string, string> {
  const origin = request.headers.get('origin')
  const allowed = origin !== null && origins.includes(origin)
  return {
    ...HEADERS,
    vary: 'origin',
    ...(allowed && {
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'retry-after',
      'cross-origin-resource-policy': 'cross-origin',
    }),
  }
}

/** What a browser asks before a page's call: which headers it may send. */
export function preflight(request: Request): Record<string, string> {
  return {
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': request.headers.get('access-control-request-headers') ?? '',
    'access-control-max-age': '600',
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })

/** The bytes of a body, which is no longer than `most`. */
export async function readBytes(request: Request, most: number): Promise<Uint8Array<ArrayBuffer>> {
  const announced = request.headers.get('content-length')
  if (Number(announced ?? 0) > most) throw problem('BODY_TOO_LARGE')
  // The platform sees to it that there is no more than that.
  if (announced !== null) return new Uint8Array(await request.arrayBuffer())
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = request.body?.getReader()
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    length += read.value.length
    if (length > most) {
      await reader?.cancel()
      throw problem('BODY_TOO_LARGE')
    }
    chunks.push(read.value)
  }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.length
  }
  return bytes
}

/** The JSON object of a body. A form, which a page may post without asking, has another content type. */
export async function readBody(request: Request, most: number): Promise<Record<string, unknown>> {
  const type = request.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw invalidInput('/header/content-type', 'must be application/json')
  return toObject(await readBytes(request, most))
}

/** Bytes as a JSON object. */
export function toObject(bytes: Uint8Array): Record<string, unknown> {
  let body: unknown
  try {
    body = JSON.parse(decoder.decode(bytes))
  } catch {
    body = undefined
  }
  if (!isObject(body)) throw invalidInput('/body', 'must be a JSON object')
  return body
}
