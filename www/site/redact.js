/** Removes secrets from request and reply bodies before they are logged. */

export const REDACTED = '••••••'

/** Body keys whose values are secret at any depth. The keys of Flinks' answers are the questions. */
const SECRET_KEYS = new Set([
  ...['password', 'username', 'token', 'securityresponses', 'answer', 'value', 'tag', 'oauth_window_uri'],
  // Sent to and from the edge: the person's answers, and one-time addresses of the vendor's pages.
  ...['answers', 'raw', 'address', 'url'],
])

/** Ids are not secret, but a log needs only their first characters. */
const ID_KEYS = new Set(['loginid', 'id', 'flow'])

/** A vendor's guid, or a flow handle of the edge. */
const LONG_ID = /([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f-]{9,}|([\w-]{8})[\w-]{35}\.[0-9a-f]{32}/gi

const MAX_TEXT_LENGTH = 2000

/** Shortens each id in a text. */
export const shortenIds = (text) => String(text).replace(LONG_ID, '$1$2…')

/** Returns parsed JSON without its secrets, or the beginning of a text that is not JSON. */
export function redactBody(text) {
  try {
    return redact(JSON.parse(text))
  } catch {
    // JSON that cannot be parsed cannot be redacted either.
    if (/^\s*[[{]/.test(text)) return `Invalid JSON of ${text.length.toLocaleString('en')} characters`
    return text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text
  }
}

function redact(value, redactLeaf = (leaf) => leaf) {
  if (Array.isArray(value)) return value.map((item) => redact(item, redactLeaf))
  if (value === null || typeof value !== 'object') return redactLeaf(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const name = key.toLowerCase()
      if (SECRET_KEYS.has(name)) return [key, redact(inner, () => REDACTED)]
      if (ID_KEYS.has(name)) return [key, redact(inner, shortenIds)]
      return [key, redact(inner, redactLeaf)]
    }),
  )
}
