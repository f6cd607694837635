/** `bank-mfa/mx`: with the wasm inlined, so that it works in any bundler and runtime. */
import { decodeBase64 } from '../base64.js'
import { initLazily } from '../wasm/mx.js'
import base64 from '../wasm/mx_inline.js'

initLazily(() => decodeBase64(base64))

export * from '../vendors/mx.js'
export type {} from '../globals.js'
