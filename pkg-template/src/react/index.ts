/** What `bank-mfa/react` exports. */
export { BankMfa, type BankMfaProps, type FlowOf } from './bank-mfa.js'
export { useFlow, type ObservableFlow } from './use-flow.js'
