/** Simulated vendors in workerd, which imports the module. */
import { initSync } from '../wasm/simulator.js'
import module from '../wasm/simulator_bg.wasm'

initSync({ module })

export * from '../simulator/simulator.js'
