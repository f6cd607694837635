/** What every entry with flows exports, whichever vendors it has. */
export { FlowError } from './errors.js'
export { Flow } from './flow.js'
export type { Clock, Fetch, FetchInit, HostOptions } from './host.js'
export type { FetchResponse } from './reply.js'
export type { SecretRequest, SecretSource, WaitsFor } from './host.js'
export type { FlowAction, FlowEvent, FlowEventAttributes, OnEvent, Trace, TraceEvent, TraceTimes } from './trace.js'
export type { Answers, ChallengeStep, Claim, ConnectStep, RawAnswers, RedirectStep, Step } from './steps.js'
export type {
  Challenge,
  ChallengeImage,
  ChallengeKind,
  ConnectPurpose,
  ErrorCode,
  Failure,
  Field,
  FieldError,
  FieldErrorReason,
  FieldOption,
  FieldPart,
  FieldType,
  Header,
  NewSession,
  NextAction,
  RedirectError,
  RedirectErrorCode,
  Request,
  Round,
  RoundExpiry,
  Stage,
  WindowPurpose,
} from '../wasm/bank_mfa.js'
