/** `bank-mfa/mx` in workerd, which cannot compile bytes and imports the wasm as a module. */
import { initSync } from '../wasm/mx.js'
import module from '../wasm/mx_bg.wasm'

initSync({ module })

export * from '../vendors/mx.js'
