/** `bank-mfa/flinks` in workerd, which cannot compile bytes and imports the wasm as a module. */
import { initSync } from '../wasm/flinks.js'
import module from '../wasm/flinks_bg.wasm'

initSync({ module })

export * from '../vendors/flinks.js'
