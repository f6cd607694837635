/** `bank-mfa` in workerd, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/bank_mfa.js'
import module from '../wasm/bank_mfa_bg.wasm'

initLazily(() => module)

export * from '../vendors/both.js'
