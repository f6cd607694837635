/** Bytes as base64url without padding, quickly: a record with a bank's pictures can have megabytes. */

/** What newer runtimes can do by themselves. */
interface Native {
  toBase64?(options: { alphabet: 'base64url'; omitPadding: true }): string
}
interface NativeConstructor {
  fromBase64?(text: string, options: { alphabet: 'base64url' }): Uint8Array<ArrayBuffer>
}

const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const VALUES = new Uint8Array(256)
DIGITS.forEach((digit, value) => (VALUES[digit] = value))

export function toBase64Url(bytes: Uint8Array & Native): string {
  return bytes.toBase64?.({ alphabet: 'base64url', omitPadding: true }) ?? toDigits(bytes)
}

/** Throws where it is none. Of several spellings of the same bytes only the one that `toBase64Url` writes passes. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 = fromDigits } = Uint8Array as NativeConstructor
  const bytes = fromBase64.call(Uint8Array, text, { alphabet: 'base64url' })
  if (toBase64Url(bytes) !== text) throw new TypeError()
  return bytes
}

// By bytes in and bytes out: characters one by one take seconds for megabytes.

function toDigits(bytes: Uint8Array): string {
  const digits = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let [at, held, bits] = [0, 0, 0]
  for (const byte of bytes) {
    held = ((held & 0x3f) << 8) | byte
    for (bits += 8; bits >= 6; at++) digits[at] = DIGITS[(held >> (bits -= 6)) & 0x3f]!
  }
  if (bits > 0) digits[at] = DIGITS[(held << (6 - bits)) & 0x3f]!
  return new TextDecoder().decode(digits)
}

function fromDigits(text: string): Uint8Array<ArrayBuffer> {
  const digits = new TextEncoder().encode(text)
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let [at, held, bits] = [0, 0, 0]
  for (const digit of digits) {
    held = ((held & 0xff) << 6) | VALUES[digit]!
    bits += 6
    if (bits >= 8) bytes[at++] = held >> (bits -= 8)
  }
  return bytes
}
