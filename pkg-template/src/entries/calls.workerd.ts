/** `bank-mfa/calls` in workerd, which imports the wasm as a module. */
import { initLazily } from '../wasm/calls.js'
import module from '../wasm/calls_bg.wasm'

initLazily(() => module)

export * from '../calls/index.js'
