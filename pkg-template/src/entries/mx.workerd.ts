/** `bank-mfa/mx` in workerd, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/mx.js'
import module from '../wasm/mx_bg.wasm'

initLazily(() => module)

export * from '../vendors/mx.js'
