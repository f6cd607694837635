import { readReply, type Send } from './host.js'
import { Reply, send as sendInWasm } from '../wasm/bank_mfa.js'

/** Sends a request, and reads the response's body into wasm. */
export const send: Send = async ({ method, url, body }, headers, signal, fetch) => {
  if (fetch === undefined) return sendInWasm(method, url, new Headers(headers), body, signal, undefined)
  const response = await fetch(url, { method, headers, body, redirect: 'manual', signal })
  // A stream is read in wasm up to a limit. Some test environments have no global `Response`.
  if (globalThis.Response && response instanceof Response) {
    return sendInWasm(method, url, new Headers(), body, signal, response)
  }
  const { status, retryAfter, bytes } = await readReply(response)
  return new Reply(status, retryAfter, bytes)
}
