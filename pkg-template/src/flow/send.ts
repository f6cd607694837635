import { readReply, type Send } from './host.js'
import type * as Both from '../wasm/bank_mfa.js'

/** What sending uses of a wasm's glue. */
export type SendGlue = Pick<typeof Both, 'Reply' | 'send'>

/** Sends a request, and reads the response's body into wasm. */
export function sender({ Reply, send }: SendGlue): Send {
  return async ({ method, url, body }, headers, signal, fetch) => {
    if (fetch === undefined) return send(method, url, new Headers(headers), body, signal, undefined)
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal })
    // A stream is read in wasm up to a limit. Some test environments have no global `Response`.
    if (globalThis.Response && response instanceof Response) {
      return send(method, url, new Headers(), body, signal, response)
    }
    const { status, retryAfter, bytes } = await readReply(response)
    return new Reply(status, retryAfter, bytes)
  }
}
