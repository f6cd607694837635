/** For workerd, which compiles no bytes and imports the module. */
import { initSync } from '../wasm/bank_mfa.js'
import module from '../wasm/bank_mfa_bg.wasm'

initSync({ module })

export * from '../flow/index.js'
