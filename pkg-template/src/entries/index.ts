/** `bank-mfa`: with the wasm inlined, so that it works in any bundler and runtime. */
import { decodeBase64 } from '../base64.js'
import { initLazily } from '../wasm/bank_mfa.js'
import base64 from '../wasm/bank_mfa_inline.js'

initLazily(() => decodeBase64(base64))

export * from '../vendors/both.js'
export type {} from '../globals.js'
