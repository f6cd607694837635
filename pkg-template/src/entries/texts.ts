/** `bank-mfa/texts`: what a person and a developer read of a flow, in three languages. It needs no wasm. */
export * from '../texts/index.js'
export type {} from '../globals.js'
