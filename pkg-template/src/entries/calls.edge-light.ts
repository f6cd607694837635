/** `bank-mfa/calls` in Vercel's edge runtime, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/calls.js'
import module from '../wasm/calls_bg.wasm?module'

initLazily(() => module)

export * from '../calls/index.js'
