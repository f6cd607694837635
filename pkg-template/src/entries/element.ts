/** `bank-mfa/element`: defines `<bank-mfa>`, which draws a flow. On a server it defines nothing. It needs no wasm. */
import { defineElement } from '../element/define.js'

defineElement()

export * from '../element/index.js'
export type {} from '../globals.js'
