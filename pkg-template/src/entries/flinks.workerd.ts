/** `bank-mfa/flinks` in workerd, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/flinks.js'
import module from '../wasm/flinks_bg.wasm'

initLazily(() => module)

export * from '../vendors/flinks.js'
