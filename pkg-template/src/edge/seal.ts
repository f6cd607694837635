import { isObject } from '../shared.js'
import { FlowError, invalidInput } from '../flow/errors.js'
import { fromBase64Url, toBase64Url } from './base64.js'
import { parse, toRecord } from './json.js'

/**
 * The keys that records are sealed with: 32 random bytes each, as base64 (`openssl rand -base64 32`).
 * The `current` one seals; every one opens. A new one is added everywhere before it is made current anywhere. The
 * first one also makes the names of the records: take it away only when the flows that began under it have ended.
 */
export interface SealKeys {
  /** The id of the key that seals. */
  current: string
  /** Each key by its id, the oldest first. An id of digits alone is refused: JavaScript does not keep it in its place. */
  keys: Record<string, string>
}

/** Seals texts and opens them, each bound to a name: what was sealed for one name does not open for another. */
export interface Sealer {
  seal(text: string, name: string): Promise<string>
  /**
   * Rejects with `SNAPSHOT_UNREADABLE` where one byte is another, with `SNAPSHOT_VERSION`, or with `UNAVAILABLE` where
   * the key is not here: another machine may have it already, or still.
   */
  open(sealed: string, name: string): Promise<string>
  /** A name that says nothing of its parts, always the same for the same ones. */
  name(...parts: string[]): Promise<string>
}

/** `bm1.<key id>.<iv>.<ciphertext>`, each base64url. */
const FORMAT = 'bm1'

interface Derived {
  seal: CryptoKey
  name: CryptoKey
}

/** What was derived from a key, for as long as the process lives. */
const derived = new Map<string, Promise<Derived>>()

/** A sealer with these keys, or their JSON text: AES-256-GCM with a random IV, and HMAC-SHA-256 for the names. */
export function sealer(given: SealKeys | string): Sealer {
  const { current, keys } = toKeys(given)
  const ids = Object.keys(keys)
  if (!ids.includes(current)) throw invalidInput('/seal/current', 'must be the id of one of the keys')
  for (const id of ids) {
    if (!/^(?!\d+$)[\w-]{1,32}$/.test(id)) throw invalidInput('/seal/keys', 'must have plain ids, not of digits alone')
  }

  const find = (id: string): Promise<Derived> | undefined => {
    const material = Object.hasOwn(keys, id) ? keys[id] : undefined
    if (material === undefined) return undefined
    const found = derived.get(material) ?? derive(material)
    derived.set(material, found)
    return found
  }

  return {
    async seal(text, name) {
      const { seal } = await find(current)!
      const iv = crypto.getRandomValues(new Uint8Array(12))
      const sealed = await crypto.subtle.encrypt(
        { name: 'AES-GCM', iv, additionalData: bound(current, name) },
        seal,
        encode(text),
      )
      return [FORMAT, current, toBase64Url(iv), toBase64Url(new Uint8Array(sealed))].join('.')
    },

    async open(sealed, name) {
      const [format, id = '', iv = '', text = '', ...rest] = sealed.split('.')
      if (format !== FORMAT && /^bm\d+$/.test(format ?? '')) throw refused('SNAPSHOT_VERSION')
      const key = await find(id)
      if (format !== FORMAT || text === '' || rest.length > 0) throw refused('SNAPSHOT_UNREADABLE')
      if (key === undefined) throw refused('UNAVAILABLE')
      try {
        const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: bound(id, name) }
        return decoder.decode(await crypto.subtle.decrypt(algorithm, key.seal, fromBase64Url(text)))
      } catch {
        throw refused('SNAPSHOT_UNREADABLE')
      }
    },

    async name(...parts) {
      const { name } = await find(ids[0]!)!
      return toBase64Url(new Uint8Array(await crypto.subtle.sign('HMAC', name, encode(JSON.stringify(parts)))))
    },
  }
}

/** Says nothing of what it read: a parser's own message would quote a part of the keys. */
function toKeys(given: unknown): SealKeys {
  const { current, keys } = toRecord(typeof given === 'string' ? parse(given) : given)
  if (typeof current !== 'string' || !isObject(keys))
    throw invalidInput('/seal', 'must be the keys, or their JSON text')
  return { current, keys: keys as SealKeys['keys'] }
}

async function derive(material: string): Promise<Derived> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = Uint8Array.from(atob(material), (character) => character.charCodeAt(0))
  } catch {
    bytes = new Uint8Array()
  }
  if (bytes.length !== 32) throw invalidInput('/seal/keys', 'must be 32 bytes each, as base64')
  const root = await crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveKey'])
  const from = (info: string) => ({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encode(info) })
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const [seal, name] = await Promise.all([
    crypto.subtle.deriveKey(from('bank-mfa seal'), root, { name: 'AES-GCM', length: 256 }, false, [
      'encrypt',
      'decrypt',
    ]),
    crypto.subtle.deriveKey(from('bank-mfa name'), root, hmac, false, ['sign']),
  ])
  return { seal, name }
}

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]
const encode = (text: string) => encoder.encode(text) as Uint8Array<ArrayBuffer>

const bound = (id: string, name: string) => encode(JSON.stringify([FORMAT, id, name]))

const REFUSALS = {
  SNAPSHOT_VERSION: ['start-over', 'it is of another version'],
  SNAPSHOT_UNREADABLE: ['start-over', 'it does not open here'],
  UNAVAILABLE: ['retry-later', 'the key that it was sealed with is not here'],
} as const

function refused(code: keyof typeof REFUSALS): FlowError {
  const [next, message] = REFUSALS[code]
  return new FlowError({ code, next, message, path: null, fields: [] })
}
