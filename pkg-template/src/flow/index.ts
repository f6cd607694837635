/** All that the entries share; each of them loads the wasm in its own way. */
import { refusing } from './errors.js'
import { readFlinks, type FlinksHost } from './flinks.js'
import { Flow } from './flow.js'
import { readMx, type MxHost } from './mx.js'
import { FlowHandle, type Authorized, type MxConnected } from '../wasm/bank_mfa.js'

export { FlowError } from './errors.js'
export { flinks, type Connected, type FlinksHost } from './flinks.js'
export { Flow } from './flow.js'
export { mx, type MxHost } from './mx.js'
export type { Clock, Fetch, FetchInit, FetchResponse, HostOptions, Secret, Session, WaitsFor } from './host.js'
export type { Answers, ChallengeStep, Claim, ConnectStep, RawAnswers, RedirectStep, Step } from './steps.js'
export type {
  Authorized,
  AuthorizeParams,
  Challenge,
  FieldOption,
  ErrorCode,
  ConnectParams,
  FieldType,
  RoundExpiry,
  Failure,
  Field,
  FieldError,
  FlinksConfig,
  Header,
  ChallengeImage,
  ChallengeKind,
  MemberParams,
  MxConfig,
  MxConnected,
  NextAction,
  FieldPart,
  ConnectionProof,
  ConnectPurpose,
  FieldErrorReason,
  ReconnectParams,
  Request,
  Round,
  Stage,
  ReconnectMethod,
} from '../wasm/bank_mfa.js'

/**
 * Takes up a flow where its snapshot left it. The host is given again: no address and no secret comes out
 * of a snapshot. A flow that was sending then does not send again what a bank may have heard.
 * A reconnect or a first link is a `restore<Connected>(…)`.
 */
export function restore<Result extends Authorized = Authorized>(snapshot: string, host: FlinksHost): Flow<Result>
export function restore(snapshot: string, host: MxHost): Flow<MxConnected>
export function restore(snapshot: string, host: FlinksHost | MxHost): Flow {
  const { config, checked } = isMx(host) ? readMx(host) : readFlinks(host)
  return new Flow(
    refusing(() => FlowHandle.restore(String(snapshot), config)),
    checked,
    'restored',
  )
}

function isMx(host: FlinksHost | MxHost): host is MxHost {
  return typeof host === 'object' && host !== null && 'environment' in host
}
