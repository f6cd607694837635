/** `bank-mfa/calls`: single vendor calls, with their wasm inlined. */
import { decodeBase64 } from '../base64.js'
import { initLazily } from '../wasm/calls.js'
import base64 from '../wasm/calls_inline.js'

initLazily(() => decodeBase64(base64))

export * from '../calls/index.js'
export type {} from '../globals.js'
