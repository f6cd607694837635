/** `bank-mfa/mx` in Vercel's edge runtime, which cannot compile bytes and imports the wasm as a module. */
import { initSync } from '../wasm/mx.js'
import module from '../wasm/mx_bg.wasm?module'

initSync({ module })

export * from '../vendors/mx.js'
