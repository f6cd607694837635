import type { Reading } from '../engine/reading.js'
import type { Problem } from '../problem.js'

/** A reply, without the headers that the handler adds to every reply. */
export interface Reply {
  status: number
  headers: Record<string, string>
  body: BodyInit | null
}

export function jsonReply(body: unknown, headers: Record<string, string> = {}, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** Data, or a 202 if the data is not ready. */
export function readingReply(reading: Reading, now: number): Reply {
  if (!('until' in reading)) return jsonReply(reading)
  return jsonReply(reading, retryAfter(Math.max(1, reading.until - now)), 202)
}

/** The reply with a problem document: https://www.rfc-editor.org/rfc/rfc9457 */
export function problemReply({ body, retryAfter: ms, allow }: Problem): Reply {
  const headers = {
    'content-type': 'application/problem+json',
    ...(ms > 0 && retryAfter(ms)),
    ...(allow !== undefined && { allow }),
  }
  return jsonReply(body, headers, body.status)
}

/** The header is in seconds. */
const retryAfter = (ms: number) => ({ 'retry-after': `${Math.ceil(ms / 1_000)}` })
