/**
 * The vendors' webhooks: a reason to look at the vendor, and nothing else. Whoever can reach the route can send one.
 *
 * MX's CONNECTION_STATUS (https://docs.mx.com/resources/webhooks/connection-status) comes when a member needs its person;
 * MX wants 204 at once, and repeats for a day. No page of MX's describes a signature.
 *
 * Flinks' webhooks (https://docs.flinks.com/guides/webhooks/introduction) bring data, of GetAccountsDetail and others, where
 * they are switched on. None tells of MFA. Flinks wants 200. It signs the bytes of the body by HMAC-SHA-256 with a key of
 * the instance's, as base64, where that is switched on: in `flinks-authenticity-key` by https://docs.flinks.com/reference/hmac,
 * in `X-Flinks-Signature` by the code of https://docs.flinks.com/guides/webhooks/hmac-validation. Either is taken.
 */
import { invalidInput } from '../flow/errors.js'
import type { Webhooks } from './config.js'
import { readBytes, toObject } from './defence.js'
import { member, toRecord } from './json.js'
import { problem } from './problem.js'

/** What a webhook says: a claim of somebody's, by which you find the connection that it may be about. */
export type Webhook =
  | { vendor: 'mx'; userGuid: string | null; memberGuid: string | null }
  | { vendor: 'flinks'; loginId: string | null; tag: string | null }

/** How many bytes are read of anybody, and of who brings a signature: data of accounts can be long. Both are guesses. */
const [SHORT, LONG] = [64 << 10, 16 << 20]

/** Reads a webhook, whose signature is checked where there is a key. Data of accounts is left where it is. */
export async function readHint(vendor: string, request: Request, key: string | undefined): Promise<Webhook> {
  const given = request.headers.get('flinks-authenticity-key') ?? request.headers.get('x-flinks-signature') ?? ''
  const bytes = await readBytes(request, key !== undefined && given !== '' ? LONG : SHORT)
  if (key !== undefined && !(await isSigned(bytes, given, key))) throw problem('FORBIDDEN')
  const body = toObject(bytes)
  if (vendor === 'mx') return { vendor, userGuid: text(body['user_guid']), memberGuid: text(body['member_guid']) }
  const login = toRecord(member(body, 'Login'))
  const loginId = text(member(login, 'Id')) ?? text(member(body, 'LoginId'))
  return { vendor: 'flinks', loginId, tag: text(member(body, 'Tag')) ?? text(member(login, 'Tag')) }
}

/** The key that an option gives. One that is missing where it is set would leave everything unchecked. */
export function toFlinksKey<Env>(webhooks: Webhooks<Env>, env: Env): string | undefined {
  if (!('flinksKey' in webhooks)) return undefined
  const { flinksKey } = webhooks
  const key: unknown = typeof flinksKey === 'function' ? flinksKey(env) : flinksKey
  if (typeof key !== 'string' || key === '') throw invalidInput('/webhooks/flinksKey', 'must be a key, or left out')
  return key
}

async function isSigned(bytes: Uint8Array<ArrayBuffer>, given: string, key: string): Promise<boolean> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const imported = await crypto.subtle.importKey('raw', new TextEncoder().encode(key), algorithm, false, ['verify'])
  try {
    const signature = Uint8Array.from(atob(given), (character) => character.charCodeAt(0))
    return await crypto.subtle.verify('HMAC', imported, signature, bytes)
  } catch {
    return false
  }
}

const text = (value: unknown) => (typeof value === 'string' && value.length <= 200 ? value : null)
