/** `bank-mfa`: with the wasm inlined, so that it works in any bundler and runtime. */
import { initSync } from '../wasm/bank_mfa.js'
import base64 from '../wasm/bank_mfa_inline.js'

initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) })

export * from '../flow/index.js'
export type {} from '../globals.js'
