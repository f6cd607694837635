import { BankMfaElement } from './element.js'

/** Defines `<bank-mfa>` in a page, unless it is defined. */
export function defineElement(): void {
  if (globalThis.customElements && !customElements.get('bank-mfa')) customElements.define('bank-mfa', BankMfaElement)
}
