/** `bank-mfa/edge`. It runs flows, so it needs the wasm of the first import. */
import './index.js'

export * from '../edge/index.js'
export type {} from '../globals.js'
