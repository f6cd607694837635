/** `bank-mfa/calls`: single vendor calls, with their wasm inlined. */
import { initSync } from '../wasm/calls.js'
import base64 from '../wasm/calls_inline.js'

initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) })

export * from '../calls/index.js'
export type {} from '../globals.js'
