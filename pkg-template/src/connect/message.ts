import { isObject } from '../shared.js'

/**
 * Why a message was refused: it has another origin (`origin`) or comes from another window (`source`), it has no
 * known shape (`shape`), it is out of order (`phase`), or it contains two different LoginIds (`contradiction`).
 */
export type RefusedReason = 'origin' | 'source' | 'shape' | 'phase' | 'contradiction'

/** The unchecked fields of a message. */
export type Message = Record<string, unknown>

/** What a flow and an iframe need of an accepted message. */
export interface Report {
  readonly kind: 'step' | 'redirect' | 'token-refused' | 'error' | 'mx'
  /** The step or the FlinksCode. */
  readonly name?: string
  readonly loginId?: string
  readonly accountIds?: readonly string[]
  /** The height that the iframe requests. */
  readonly height?: number
}

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

/** Looks up the query entries of a URL by name in lower case: the casing in Flinks' URLs varies. Any other value has none. */
export function entriesOfUrl(url: unknown): (name: string) => string[] {
  return finder((splitUrl(url)?.query ?? '').split('&').map(readEntry))
}

/** Key and value of a query entry. */
export function readEntry(entry: string): [string, string] {
  const [key = '', ...value] = entry.split('=')
  return [decode(key), decode(value.join('='))]
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

/** Whether a value is a text of this shape. A list of one text is not, although a pattern would match it. */
export function matches(value: unknown, shape: RegExp): value is string {
  return typeof value === 'string' && shape.test(value)
}

/** Whether a text is a GUID, as every LoginId is. */
export function isGuid(text: unknown): boolean {
  return matches(text, /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i)
}

/** A text of 1 to 256 characters. */
export function readText(value: unknown): string | undefined {
  return matches(value, /^.{1,256}$/s) ? value : undefined
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
