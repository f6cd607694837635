/** What `bank-mfa/react` exports. */
export { useFlow, type ObservableFlow } from './use-flow.js'
