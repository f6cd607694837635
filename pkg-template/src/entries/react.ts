/** `bank-mfa/react`: the current step of a flow, and `<bank-mfa>` as a component. It needs React 18 or later, and no wasm. */
'use client'
// By name: a client boundary of Next cannot have `export *`.
export { BankMfa, useFlow, type BankMfaProps, type FlowOf, type ObservableFlow } from '../react/index.js'
export type {} from '../globals.js'
