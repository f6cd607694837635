/** What `bank-mfa/calls` exports. Its files in entries/ load the wasm. */
export { FlowError } from '../flow/errors.js'
export { flinks, restore, type Challenged, type DataFlow, type FlinksCalls, type FlinksCallsHost } from './flinks.js'
export { mx } from './mx.js'
export type {
  AccountsDetailParams,
  AccountsSummaryParams,
  AuthorizeReply,
  CallReply,
  Header,
  IneligibleCard,
  MxReply,
  Request,
  StatementsParams,
  StoredAnswer,
} from '../wasm/calls.js'
