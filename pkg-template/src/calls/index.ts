/** What `bank-mfa/calls` exports. Its files in entries/ load the wasm. */
export { FlowError } from '../flow/errors.js'
export { flinks, restore, type Challenged, type DataFlow, type FlinksCalls, type FlinksCallsHost } from './flinks.js'
export { mx, type MxChallenged } from './mx.js'
export type {
  AccountsDetailParams,
  AccountsSummaryParams,
  AuthorizeParams,
  AuthorizeReply,
  Authorized,
  CallReply,
  Challenge,
  ChallengeImage,
  ChallengeKind,
  ErrorCode,
  Failure,
  Field,
  FieldOption,
  FieldPart,
  FieldType,
  FlinksConfig,
  Header,
  IneligibleCard,
  MemberParams,
  MxConfig,
  MxConnected,
  MxReply,
  NextAction,
  Request,
  StatementsParams,
  StoredAnswer,
} from '../wasm/calls.js'
export type { VendorResponse } from '../flow/host.js'
