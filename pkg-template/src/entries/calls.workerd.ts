/** Single calls in workerd, which imports the module. */
import { initSync } from '../wasm/calls.js'
import module from '../wasm/calls_bg.wasm'

initSync({ module })

export * from '../calls/index.js'
