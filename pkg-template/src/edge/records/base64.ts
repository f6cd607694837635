/** Base64url without padding. It is fast, because a record with images of a bank can have megabytes. */

/** Built into newer runtimes. */
interface NativeBytes {
  toBase64?(options: { alphabet: 'base64url'; omitPadding: true }): string
}
interface NativeBytesConstructor {
  fromBase64?(text: string, options: { alphabet: 'base64url' }): Uint8Array<ArrayBuffer>
}

const DIGITS = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
const VALUES = new Uint8Array(256)
DIGITS.forEach((digit, value) => (VALUES[digit] = value))

export function toBase64Url(bytes: Uint8Array & NativeBytes): string {
  return bytes.toBase64?.({ alphabet: 'base64url', omitPadding: true }) ?? toDigits(bytes)
}

/** Throws if the text is not base64url as `toBase64Url` writes it: other spellings of the same bytes are refused. */
export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64 = fromDigits } = Uint8Array as NativeBytesConstructor
  const bytes = fromBase64.call(Uint8Array, text, { alphabet: 'base64url' })
  if (toBase64Url(bytes) !== text) throw new TypeError()
  return bytes
}

// These work on bytes: one character at a time takes seconds for megabytes.

function toDigits(bytes: Uint8Array): string {
  const digits = new Uint8Array(Math.ceil((bytes.length * 4) / 3))
  let [index, buffer, bits] = [0, 0, 0]
  for (const byte of bytes) {
    buffer = ((buffer & 0x3f) << 8) | byte
    for (bits += 8; bits >= 6; index++) digits[index] = DIGITS[(buffer >> (bits -= 6)) & 0x3f]!
  }
  if (bits > 0) digits[index] = DIGITS[(buffer << (6 - bits)) & 0x3f]!
  return new TextDecoder().decode(digits)
}

function fromDigits(text: string): Uint8Array<ArrayBuffer> {
  const digits = new TextEncoder().encode(text)
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4))
  let [index, buffer, bits] = [0, 0, 0]
  for (const digit of digits) {
    buffer = ((buffer & 0xff) << 6) | VALUES[digit]!
    bits += 6
    if (bits >= 8) bytes[index++] = buffer >> (bits -= 8)
  }
  return bytes
}
