/** The default entry: the wasm is inlined, so that any bundler and any runtime has it. */
import { initSync } from '../wasm/bank_mfa.js'
import base64 from '../wasm/bank_mfa_inline.js'

initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) })

export * from '../flow/index.js'
