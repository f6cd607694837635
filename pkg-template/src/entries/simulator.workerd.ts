/** `bank-mfa/simulator` in workerd, which imports the wasm as a module. */
import { initLazily } from '../wasm/simulator.js'
import module from '../wasm/simulator_bg.wasm'

initLazily(() => module)

export * from '../simulator/index.js'
