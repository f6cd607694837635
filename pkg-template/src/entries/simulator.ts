/** `bank-mfa/simulator`: simulated vendors for tests, with their wasm inlined. */
import { initSync } from '../wasm/simulator.js'
import base64 from '../wasm/simulator_inline.js'

initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) })

export * from '../simulator/index.js'
export type {} from '../globals.js'
