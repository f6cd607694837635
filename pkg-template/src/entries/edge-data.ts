/** `bank-mfa/edge/data`. It makes single calls, so it needs the wasm of the first import. */
import './calls.js'

export * from '../edge/data.js'
export type {} from '../globals.js'
