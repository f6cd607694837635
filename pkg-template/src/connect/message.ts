import { isObject } from '../shared.js'

/**
 * Why a message was refused: it has another origin (`origin`) or comes from another window (`source`), it has no
 * known shape (`shape`), it is out of order (`phase`), or it contains two different LoginIds (`contradiction`).
 */
export type RefusedReason = 'origin' | 'source' | 'shape' | 'phase' | 'contradiction'

/** The unchecked fields of a message. */
export type Message = Record<string, unknown>

/** A guess: longer than any message that either vendor documents. */
const MAX_LENGTH = 16_384

/** The fields of a message that is an object or the JSON text of one: both vendors have sent both. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'string') return isObject(data) ? data : undefined
  if (data.length > MAX_LENGTH) return undefined
  try {
    const message: unknown = JSON.parse(data)
    return isObject(message) ? message : undefined
  } catch {
    return undefined
  }
}

export function readUrl(url: unknown): URL | undefined {
  try {
    return new URL(String(url))
  } catch {
    return undefined
  }
}

/** Whether a text is a GUID, as every LoginId is. */
export function isGuid(text: unknown): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(String(text))
}

/** A text of 1 to 256 characters. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 256 ? value : undefined
}

/** At most 256 texts, from a list or from one text with commas between them. */
export function readTexts(value: unknown): string[] {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  const texts = parts.flatMap((part) => (typeof part === 'string' && part.length <= MAX_LENGTH ? part.split(',') : []))
  return texts.flatMap((text) => readText(text.trim()) ?? []).slice(0, 256)
}
