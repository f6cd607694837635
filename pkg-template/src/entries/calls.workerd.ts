/** `bank-mfa/calls` in workerd, which imports the wasm as a module. */
import { initSync } from '../wasm/calls.js'
import module from '../wasm/calls_bg.wasm'

initSync({ module })

export * from '../calls/index.js'
