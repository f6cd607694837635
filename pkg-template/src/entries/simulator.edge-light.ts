/** `bank-mfa/simulator` in Vercel's edge runtime, which cannot compile bytes and imports the wasm as a module. */
import { initLazily } from '../wasm/simulator.js'
import module from '../wasm/simulator_bg.wasm?module'

initLazily(() => module)

export * from '../simulator/index.js'
