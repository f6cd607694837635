/** Base64url without padding. It is fast, because a record with images of a bank can have megabytes. */

/** Built into newer runtimes. */
interface NativeBytes {
  toBase64?(options: { alphabet: 'base64url'; omitPadding: true }): string
}
interface NativeBytesConstructor {
  fromBase64?(text: string, options: { alphabet: 'base64url' }): Uint8Array<ArrayBuffer>
}

const [encoder, decoder] = [new TextEncoder(), new TextDecoder()]
const DIGITS = encoder.encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_')
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

// These work on three bytes, or four digits, at a time: a turn seals and opens some kilobytes, several times. The arrays are
// as long as whole groups need, because engines read slowly beyond the end.

function toDigits(bytes: Uint8Array): string {
  const digits = new Uint8Array(Math.ceil(bytes.length / 3) * 4)
  for (let [from, to] = [0, 0]; from < bytes.length; from += 3) {
    const three = (bytes[from]! << 16) | (bytes[from + 1]! << 8) | bytes[from + 2]!
    digits[to++] = DIGITS[three >> 18]!
    digits[to++] = DIGITS[(three >> 12) & 0x3f]!
    digits[to++] = DIGITS[(three >> 6) & 0x3f]!
    digits[to++] = DIGITS[three & 0x3f]!
  }
  return decoder.decode(digits.subarray(0, Math.ceil((bytes.length * 4) / 3)))
}

function fromDigits(text: string): Uint8Array<ArrayBuffer> {
  const digits = new Uint8Array(Math.ceil(text.length / 4) * 4)
  encoder.encodeInto(text, digits)
  const bytes = new Uint8Array((digits.length / 4) * 3)
  for (let [from, to] = [0, 0]; from < digits.length; from += 4) {
    const first = (VALUES[digits[from]!]! << 18) | (VALUES[digits[from + 1]!]! << 12)
    const four = first | (VALUES[digits[from + 2]!]! << 6) | VALUES[digits[from + 3]!]!
    bytes[to++] = four >> 16
    bytes[to++] = four >> 8
    bytes[to++] = four
  }
  return bytes.subarray(0, Math.floor((text.length * 3) / 4))
}
