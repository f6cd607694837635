import { readReply, type Send } from './host.js'
import type * as Both from '../wasm/bank_mfa.js'

/** What sending uses of a wasm's glue. */
export type SendGlue = Pick<typeof Both, 'Reply' | 'send'>

/** Sends a request, and reads the response's body into wasm. */
export function sender({ Reply, send }: SendGlue): Send {
  return async ({ method, url, body }, headers, ended, fetch) => {
    if (fetch === undefined) return send(method, url, new Headers(headers), body, ended.signal, undefined)
    const init = {
      ...{ method, headers, body, redirect: 'manual' as const },
      get signal() {
        return ended.signal
      },
    }
    const response = await fetch(url, init)
    // A stream is read in wasm up to a limit. Some test environments have no global `Response`.
    if (globalThis.Response && response instanceof Response) {
      return send(method, url, new Headers(), body, ended.signal, response)
    }
    const { status, retryAfter, bytes } = await readReply(response)
    return new Reply(status, retryAfter, bytes)
  }
}
