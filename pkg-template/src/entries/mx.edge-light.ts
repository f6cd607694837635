/** `bank-mfa/mx` in Vercel's edge runtime, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/mx.js'
import module from '../wasm/mx_bg.wasm?module'

initLazily(() => module)

export * from '../vendors/mx.js'
