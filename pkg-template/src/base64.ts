/** Decodes base64 with the fastest means that the runtime has: an entry with inlined wasm does so once. */

interface Decoders {
  Uint8Array: { fromBase64?(base64: string): Uint8Array<ArrayBuffer> }
  // Not the plain name `Buffer`, for which some bundlers add a polyfill.
  Buffer?: { from(base64: string, encoding: 'base64'): Uint8Array<ArrayBuffer> }
}

export function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  const {
    Uint8Array: { fromBase64 },
    Buffer,
  } = globalThis as unknown as Decoders
  if (fromBase64) return fromBase64(base64)
  if (Buffer) return Buffer.from(base64, 'base64')
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i)
  return bytes
}
