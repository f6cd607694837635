/** `bank-mfa/element`: defines `<bank-mfa>`, which draws a flow. On a server it defines nothing. It needs no wasm. */
import { BankMfaElement } from '../element/index.js'

if (globalThis.customElements && !customElements.get('bank-mfa')) customElements.define('bank-mfa', BankMfaElement)

export * from '../element/index.js'
export type {} from '../globals.js'
