/** What `bank-mfa/element` exports. */
export {
  BankMfaElement,
  type BankMfaActionEvent,
  type BankMfaDoneEvent,
  type BankMfaFailedEvent,
  type BankMfaStepEvent,
  type StartFlow,
} from './element.js'
export type { ElementClock, ElementFlow } from './view.js'
