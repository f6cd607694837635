/** `bank-mfa/remote`: follows a flow that runs at an edge. It needs no wasm. */
export * from '../remote/index.js'
export type {} from '../globals.js'
