/** `bank-mfa/simulator` in workerd, which imports the wasm as a module. */
import { initSync } from '../wasm/simulator.js'
import module from '../wasm/simulator_bg.wasm'

initSync({ module })

export * from '../simulator/index.js'
