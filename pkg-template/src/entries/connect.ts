/** `bank-mfa/connect`: the vendor's page in an iframe, and the return from it. It needs no wasm. */
export * from '../connect/index.js'
export type {} from '../globals.js'
