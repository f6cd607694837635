import { isObject } from '../shared.js'

/**
 * Why a message was refused: it is of another origin or another window, nothing that the vendor would say, not
 * at a time when the vendor would say it, or says two things at once.
 */
export type RefusedReason = 'origin' | 'source' | 'shape' | 'phase' | 'contradiction'

/** A message's fields, of which nothing is known yet. */
export type Message = Record<string, unknown>

/** Longer than anything that either vendor documents; a guess. */
const LONGEST = 16_384

/** A message is an object, or the JSON text of one: both vendors have sent both. Not everybody's is one of theirs. */
export function readMessage(data: unknown): Message | undefined {
  if (typeof data !== 'string') return isObject(data) ? data : undefined
  if (data.length > LONGEST) return undefined
  try {
    const message: unknown = JSON.parse(data)
    return isObject(message) ? message : undefined
  } catch {
    return undefined
  }
}

/** An address, where it is one. */
export function readUrl(address: unknown): URL | undefined {
  try {
    return new URL(String(address))
  } catch {
    return undefined
  }
}

/** What a LoginId is. */
export function isGuid(text: unknown): boolean {
  return /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(String(text))
}

/** A text of a sensible length. */
export function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 && value.length <= 256 ? value : undefined
}

/** Texts of a sensible length and number: a list, or one text with commas between them. */
export function readTexts(value: unknown): string[] {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  const texts = parts.flatMap((part) => (typeof part === 'string' && part.length <= LONGEST ? part.split(',') : []))
  return texts.flatMap((text) => readText(text.trim()) ?? []).slice(0, 256)
}
