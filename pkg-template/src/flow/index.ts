/** What `bank-mfa` and `bank-mfa/slim` export. Their files in entries/ load the wasm. */
import { asFlowError } from './errors.js'
import { readFlinks, type FlinksHost } from './flinks.js'
import { Flow } from './flow.js'
import { readMx, type MxHost } from './mx.js'
import { FlowHandle, type Authorized, type MxConnected } from '../wasm/bank_mfa.js'

export { FlowError } from './errors.js'
export { flinks, type Connected, type FlinksHost } from './flinks.js'
export { Flow } from './flow.js'
export { mx, type MxHost } from './mx.js'
export type { Clock, Fetch, FetchInit, FetchResponse, HostOptions } from './host.js'
export type { SecretRequest, SecretSource, WaitsFor } from './host.js'
export type { FlowAction, FlowEvent, FlowEventAttributes, OnEvent, Trace, TraceEvent, TraceTimes } from './trace.js'
export type { Answers, ChallengeStep, Claim, ConnectStep, RawAnswers, RedirectStep, Step } from './steps.js'
export type {
  AuthorizeParams,
  Authorized,
  Challenge,
  ChallengeImage,
  ChallengeKind,
  ConnectParams,
  ConnectPurpose,
  ConnectionProof,
  ErrorCode,
  Failure,
  Field,
  FieldError,
  FieldErrorReason,
  FieldOption,
  FieldPart,
  FieldType,
  FlinksConfig,
  Header,
  MemberParams,
  MidSessionParams,
  MxConfig,
  MxConnected,
  NewSession,
  NextAction,
  ReconnectMethod,
  ReconnectParams,
  ResumeParams,
  RedirectError,
  RedirectErrorCode,
  Request,
  Round,
  RoundExpiry,
  Stage,
  WindowPurpose,
} from '../wasm/bank_mfa.js'

/**
 * Restores a flow from its snapshot. Pass the host again: a snapshot contains no URL and no secret. If the flow was
 * sending, it does not repeat a submission that the bank may have received. Use `restore<Connected>(…)` for a flow of
 * `reconnect`, `resume` or `connect`. Throws a `FlowError` with `SNAPSHOT_UNREADABLE` or `SNAPSHOT_VERSION`.
 */
export function restore<Result extends Authorized = Authorized>(snapshot: string, host: FlinksHost): Flow<Result>
/** Restores an MX flow from its snapshot, as above. */
export function restore(snapshot: string, host: MxHost): Flow<MxConnected>
export function restore(snapshot: string, host: FlinksHost | MxHost): Flow {
  const isMx = (host: object): host is MxHost => 'environment' in Object(host)
  const { config, checked } = isMx(host) ? readMx(host) : readFlinks(host)
  const handle = asFlowError(() => FlowHandle.restore(String(snapshot), config))
  const { session } = (JSON.parse(snapshot) as { flow: { session: number } }).flow
  return new Flow(handle, { ...checked, sessions: session }, 'restored')
}
