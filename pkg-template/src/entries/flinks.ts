/** `bank-mfa/flinks`: with the wasm inlined, so that it works in any bundler and runtime. */
import { decodeBase64 } from '../base64.js'
import { initLazily } from '../wasm/flinks.js'
import base64 from '../wasm/flinks_inline.js'

initLazily(() => decodeBase64(base64))

export * from '../vendors/flinks.js'
export type {} from '../globals.js'
