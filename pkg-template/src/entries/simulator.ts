/** `bank-mfa/simulator`: simulated vendors for tests, with their wasm inlined. */
import { decodeBase64 } from '../base64.js'
import { initLazily } from '../wasm/simulator.js'
import base64 from '../wasm/simulator_inline.js'

initLazily(() => decodeBase64(base64))

export * from '../simulator/index.js'
export type {} from '../globals.js'
