/** The types of MX's flows. */
export type { MxFlows, MxHost } from '../flow/mx.js'
export type { MemberParams, MxConfig, MxConnected } from '../wasm/bank_mfa.js'
