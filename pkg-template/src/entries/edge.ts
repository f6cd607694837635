/** `bank-mfa/edge`. It runs flows, so it needs the wasm that the first import loads. */
import './index.js'

export * from '../edge/index.js'
export type {} from '../globals.js'
