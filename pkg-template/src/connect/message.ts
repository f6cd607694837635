import { isObject } from '../shared.js'

/**
 * Why a message was refused: it has another origin (`origin`) or comes from another window (`source`), it has no
 * known shape (`shape`), it is out of order (`phase`), or it contains two different LoginIds (`contradiction`).
 */
export type RefusedReason = 'origin' | 'source' | 'shape' | 'phase' | 'contradiction'

/** The unchecked fields of a message. */
export type Message = Record<string, unknown>

/** A guess: longer than any message that either vendor documents. */
export const MAX_LENGTH = 16_384

/** https, or http on the loopback, where tests and the simulator run. */
export const SECURE_URL = /^(https:\/\/|http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?([/?#]|$))/i

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

/**
 * Splits an address into its place (scheme, host and path) and its query. By hand, because React Native's `URL` cannot
 * read the parts of a deep link such as `myapp://connected?…`, and older ones cannot read any.
 */
export function splitUrl(url: unknown): { readonly place: string; readonly query: string } | undefined {
  const parts = /^([a-z][a-z\d+.-]*:(?:\/\/[^/?#]*)?)([^?#]*)(?:\?([^#]*))?/i.exec(String(url))
  if (parts === null) return undefined
  const [, host = '', path, query = ''] = parts
  return { place: host.toLowerCase() + (path || '/'), query }
}

/** Looks up query entries by name in lower case; the casing in Flinks' URLs varies. */
export function entriesOf(query: string): (name: string) => string[] {
  return finder(query.split('&').map(readEntry))
}

/** Looks up the query entries of a URL. A value that is no URL has none. */
export function entriesOfUrl(url: unknown): (name: string) => string[] {
  return entriesOf(splitUrl(url)?.query ?? '')
}

/** Key and value of a query entry. */
export function readEntry(entry: string): [string, string] {
  const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(entry) ?? []
  return [decode(key), decode(value)]
}

/** Decodes a part of a query. Text that cannot be decoded stays as it is. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** Looks up values by a key in lower case. */
export function finder<Value>(entries: [string, Value][]): (name: string) => Value[] {
  return (name) => entries.flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))
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

/** A whole number. */
export function readInteger(value: unknown): number | undefined {
  return Number.isInteger(value) ? (value as number) : undefined
}

/** The ids in a value. Any other is left out: with it, the flow would refuse the whole claim. */
export function readIds(value: unknown): string[] {
  return readTexts(value).filter((text) => /^[\w-]{1,128}$/.test(text))
}

/** At most 256 texts, from a list or from one text with commas between them. */
export function readTexts(value: unknown): string[] {
  const parts: unknown[] = Array.isArray(value) ? value : [value]
  const texts = parts.flatMap((part) => (typeof part === 'string' && part.length <= MAX_LENGTH ? part.split(',') : []))
  return texts.flatMap((text) => readText(text.trim()) ?? []).slice(0, 256)
}
