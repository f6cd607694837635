import type { ErrorCode, Failure, FieldError, Loss, NextAction, Refusal } from '../wasm/bank_mfa.js'

/** Codes that only an edge returns, in addition to `ErrorCode`. */
export type EdgeCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'BODY_TOO_LARGE'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'

/** @internal The fields that a `FlowError` is made from. */
export type ErrorDetails = Partial<Omit<Failure & Refusal, 'code' | 'next'>> &
  Pick<FlowError, 'code' | 'next' | 'message'>

/**
 * The failure that ended a flow, or the reason why a call was refused. A lower-case `code` ends the flow. An
 * upper-case `code` refuses one call: nothing was sent, and the flow has not changed. The error never contains
 * a vendor's message, an answer or a key.
 */
export class FlowError extends Error {
  override readonly name = 'FlowError'
  /** The stable code. */
  readonly code: ErrorCode | EdgeCode
  /** What to do next. Only an edge returns `sign-in`. */
  readonly next: NextAction | 'sign-in'
  /** What to do if `next` does not help. Set if the vendor has one code for two causes. */
  declare readonly otherwise?: NextAction
  /** The earliest time to retry, in milliseconds since 1970. */
  declare readonly retryAt?: number
  /** The vendor's own code, such as a FlinksCode or MX's error code. For `cancelled`: the window's `vendorReason`. */
  declare readonly vendorCode?: string
  /** The HTTP status of the reply that the code was derived from. */
  declare readonly status?: number
  /** The guid of the member that exists, if the code is `member-exists` and MX named it. */
  declare readonly memberGuid?: string
  /** The invalid value's path, such as `/params/loginId`. */
  declare readonly path?: string
  /** The invalid fields and their reasons, if the code is `INVALID_ANSWER`. */
  declare readonly fields?: FieldError[]
  /** What a function of the host or its `fetch` threw: the same object. It is in no message, JSON or snapshot. */
  declare readonly cause?: unknown
  /** The id of the flow that failed or refused the call. */
  declare readonly flowId?: string

  /** @internal `cause` is what a function of the host threw: the same object, which is in no message and no JSON. */
  constructor(reason: ErrorDetails, flowId?: string, cause?: unknown) {
    const { code, next, message, ...details } = reason
    const text = details.path ? `${code}: ${details.path} ${message}` : `${code}: ${message}`
    super(text, cause === undefined ? undefined : { cause })
    this.code = code
    this.next = next
    for (const [name, detail] of Object.entries({ ...details, flowId })) {
      if (detail !== null && detail !== undefined && !(Array.isArray(detail) && detail.length === 0)) {
        Object.defineProperty(this, name, { value: detail, enumerable: true })
      }
    }
  }
}

/** The error for an invalid argument that the core does not check. */
export function invalidInput(path: string, message: string): FlowError {
  return new FlowError({ code: 'INVALID_INPUT', next: 'fix-integration', message, path })
}

/** The error for answers that arrive after their round is over. */
export function staleRound(flowId: string): FlowError {
  const message = 'the answers are for a round that is over'
  return new FlowError({ code: 'STALE_ROUND', next: 'answer-again', message }, flowId)
}

/** The error for a new session that is not possible, or that comes after an answer. */
export function noNewSession(flowId: string): FlowError {
  const message = 'a new session is not possible now'
  return new FlowError({ code: 'OUT_OF_TURN', next: 'answer-again', message }, flowId)
}

/** The error for a vendor's page if the token that its URL needs is missing. */
export function secretMissing(flowId: string): FlowError {
  const message = "no usable token for the vendor's page"
  return new FlowError({ code: 'secret-missing', next: 'fix-integration', message }, flowId)
}

/** How long after the core broke a flow may start again: nobody knows what it has sent, and a session lasts 8 minutes. */
const BROKEN_RETRY_MS = 8 * 60_000

/** The failure of a flow whose core is broken. */
export function brokenFlow(code: ErrorCode, now: number): Failure {
  const [message, retryAt] = ['the flow cannot go on; see cause', now + BROKEN_RETRY_MS]
  return {
    ...{ code, next: 'retry-later', otherwise: null, message, retryAt },
    ...{ vendorCode: null, status: null, memberGuid: null },
  }
}

export const HOST_ERROR_MESSAGE = 'a function of the host threw an error; see cause'

/** Whether a token source says that it could not reach the vendor, as `flinks.token` of `bank-mfa/calls` does. */
export function isUnreachable(error: unknown): boolean {
  return (error as { code?: unknown } | null | undefined)?.code === 'unreachable'
}

/** The error for a token source that threw. */
export function sourceError(cause: unknown, flowId?: string): FlowError {
  const [code, message]: [ErrorCode, string] = isUnreachable(cause)
    ? ['unreachable', 'the vendor could not be reached']
    : ['host-error', HOST_ERROR_MESSAGE]
  return new FlowError({ code, next: 'retry-later', message }, flowId, cause)
}

/** The error for an address of a window that the flow has left. */
export function stepLeft(flowId: string): FlowError {
  return new FlowError({ code: 'OUT_OF_TURN', next: 'answer-again', message: 'the flow has left this step' }, flowId)
}

/** The error for a window whose address was opened, if no fresh one came. The window stays open. */
export function noFreshAddress(flowId: string, lost: { loss: Loss; cause?: unknown } | undefined): FlowError {
  if (lost?.loss === 'host-error') return sourceError(lost.cause, flowId)
  const message = 'the vendor sent no fresh address of the window'
  return new FlowError({ code: 'unreachable', next: 'retry-later', message }, flowId, lost?.cause)
}

/** Calls into the core, and rethrows its refusal, a plain object, as a `FlowError`. */
export function asFlowError<T>(call: () => T, flowId?: string): T {
  try {
    return call()
  } catch (reason) {
    throw isRefusal(reason) ? new FlowError(reason, flowId) : reason
  }
}

function isRefusal(reason: unknown): reason is Refusal {
  return typeof reason === 'object' && reason !== null && !(reason instanceof Error) && 'code' in reason
}
