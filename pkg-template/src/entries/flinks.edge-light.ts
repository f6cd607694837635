/** `bank-mfa/flinks` in Vercel's edge runtime, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/flinks.js'
import module from '../wasm/flinks_bg.wasm?module'

initLazily(() => module)

export * from '../vendors/flinks.js'
