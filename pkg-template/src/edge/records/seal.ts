import { isObject } from '../../shared.js'
import { FlowError, invalidInput } from '../../flow/errors.js'
import type { SealKeys } from '../config.js'
import { parse, toRecord } from '../json.js'
import { fromBase64Url, toBase64Url } from './base64.js'

/** Encrypts (seals) and decrypts (opens) texts. A text that is sealed under one name cannot be opened under another. */
export interface Sealer {
  seal(text: string, name: string): Promise<string>
  /**
   * Rejects with `SNAPSHOT_UNREADABLE` if a byte was changed, with `SNAPSHOT_VERSION` if the format is another one, and
   * with `UNAVAILABLE` if this server does not have the key, which another server may have.
   */
  open(sealed: string, name: string): Promise<string>
  /** Returns an id for `parts` that does not reveal them. The same parts have the same id. */
  name(...parts: string[]): Promise<string>
}

/** `bm1.<key id>.<iv>.<ciphertext>`, each base64url. */
const FORMAT = 'bm1'

interface DerivedKeys {
  seal: CryptoKey
  name: CryptoKey
}

/** The derived keys by their key material, for the life of the process. */
const derived = new Map<string, Promise<DerivedKeys>>()

/**
 * Makes a sealer from keys, or from their JSON text: AES-256-GCM with a random IV, and HMAC-SHA-256 for the ids. Throws
 * a `FlowError` with `INVALID_INPUT` if `current`, an id or a key is wrong.
 */
export function sealer(keysOrJson: SealKeys | string): Sealer {
  const { current, keys } = readKeys(keysOrJson)
  const ids = Object.keys(keys)
  if (!ids.includes(current)) throw invalidInput('/seal/current', 'must be the id of one of the keys')
  for (const id of ids) {
    if (!/^(?!\d+$)[\w-]{1,32}$/.test(id))
      throw invalidInput('/seal/keys', 'must have ids of 1 to 32 letters, digits, - or _, with at least one non-digit')
    if (typeof keys[id] !== 'string') throw invalidInput(`/seal/keys/${id}`, 'must be 32 bytes, as base64')
    toKeyBytes(keys[id])
  }

  const find = (id: string): Promise<DerivedKeys> | undefined => {
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
      const algorithm = { name: 'AES-GCM', iv, additionalData: additionalData(current, name) }
      const sealed = await crypto.subtle.encrypt(algorithm, seal, encode(text))
      return [FORMAT, current, toBase64Url(iv), toBase64Url(new Uint8Array(sealed))].join('.')
    },

    async open(sealed, name) {
      const [format, id = '', iv = '', text = '', ...rest] = sealed.split('.')
      if (format !== FORMAT && /^bm\d+$/.test(format ?? '')) throw refused('SNAPSHOT_VERSION')
      const key = await find(id)
      if (format !== FORMAT || text === '' || rest.length > 0) throw refused('SNAPSHOT_UNREADABLE')
      if (key === undefined) throw refused('UNAVAILABLE')
      try {
        const algorithm = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: additionalData(id, name) }
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

/** The errors quote no input, because a JSON parser's message would contain a part of the keys. */
function readKeys(keysOrJson: unknown): SealKeys {
  const { current, keys } = toRecord(typeof keysOrJson === 'string' ? parse(keysOrJson) : keysOrJson)
  if (typeof current !== 'string' || !isObject(keys))
    throw invalidInput('/seal', 'must be an object with current and keys, or its JSON text')
  return { current, keys: keys as SealKeys['keys'] }
}

function toKeyBytes(material: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = Uint8Array.from(atob(material), (character) => character.charCodeAt(0))
  } catch {
    bytes = new Uint8Array()
  }
  if (bytes.length !== 32) throw invalidInput('/seal/keys', 'must be 32 bytes each, as base64')
  return bytes
}

async function derive(material: string): Promise<DerivedKeys> {
  const root = await crypto.subtle.importKey('raw', toKeyBytes(material), 'HKDF', false, ['deriveKey'])
  const from = (info: string) => ({ name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encode(info) })
  const aes = { name: 'AES-GCM', length: 256 }
  const hmac = { name: 'HMAC', hash: 'SHA-256', length: 256 }
  const [seal, name] = await Promise.all([
    crypto.subtle.deriveKey(from('bank-mfa seal'), root, aes, false, ['encrypt', 'decrypt']),
    crypto.subtle.deriveKey(from('bank-mfa name'), root, hmac, false, ['sign']),
  ])
  return { seal, name }
}

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]
const encode = (text: string) => encoder.encode(text) as Uint8Array<ArrayBuffer>

const additionalData = (id: string, name: string) => encode(JSON.stringify([FORMAT, id, name]))

const REFUSALS = {
  SNAPSHOT_VERSION: ['start-over', 'the sealed text has an unknown format'],
  SNAPSHOT_UNREADABLE: ['start-over', 'the sealed text cannot be decrypted'],
  UNAVAILABLE: ['retry-later', 'the seal key is not configured on this server'],
} as const

function refused(code: keyof typeof REFUSALS): FlowError {
  const [next, message] = REFUSALS[code]
  return new FlowError({ code, next, message })
}
