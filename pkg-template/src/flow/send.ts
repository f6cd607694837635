import type { Send } from './host.js'
import { readReply } from './reply.js'
import type * as Both from '../wasm/bank_mfa.js'

/** What sending uses of a wasm's glue. */
export type SendGlue = Pick<typeof Both, 'send'>

/** Sends a request by the host's `fetch`, or from wasm, and reads the response. */
export function sender({ send }: SendGlue): Send {
  return async ({ method, url, body }, headers, ended, fetch = send) => {
    const init = {
      ...{ method, headers, body, redirect: 'manual' as const },
      get signal() {
        return ended.signal
      },
    }
    return readReply(await fetch(url, init))
  }
}
