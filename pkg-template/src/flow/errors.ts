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
  declare readonly code: ErrorCode | EdgeCode
  /** What to do next. Only an edge returns `sign-in`. */
  declare readonly next: NextAction | 'sign-in'
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
    const { message, ...details } = reason
    const { code, path } = details
    super(`${code}: ${path ? `${path} ` : ''}${message}`, cause === undefined ? undefined : { cause })
    for (const [name, value] of Object.entries({ ...details, flowId })) {
      if (value != null && (value as { length?: number }).length !== 0)
        Object.defineProperty(this, name, { value, enumerable: true })
    }
  }
}

/** The error for an invalid argument that the core does not check. */
export function invalidInput(path: string, message: string): FlowError {
  return new FlowError({ code: 'INVALID_INPUT', next: 'fix-integration', message, path })
}

/** The errors of calls that come too late or are not possible, by the id of the flow. */
const refusal = (code: ErrorCode, next: NextAction, message: string) => (flowId: string) =>
  new FlowError({ code, next, message }, flowId)

/** The error for answers that arrive after their round is over. */
export const staleRound = /* @__PURE__ */ refusal(
  'STALE_ROUND',
  'answer-again',
  'the answers are for a round that is over',
)

/** The error for a new session that is not possible, or that comes after an answer. */
export const noNewSession = /* @__PURE__ */ refusal('OUT_OF_TURN', 'answer-again', 'a new session is not possible now')

/** The error for an address of a window that the flow has left. */
export const stepLeft = /* @__PURE__ */ refusal('OUT_OF_TURN', 'answer-again', 'the flow has left this step')

/** The error for a vendor's page if the token that its URL needs is missing. */
export const secretMissing = /* @__PURE__ */ refusal(
  'secret-missing',
  'fix-integration',
  "no usable token for the vendor's page",
)

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

/** A property of what was thrown, which can be nothing, or an object that cannot be read. */
export function propertyOf(thrown: unknown, name: 'code' | 'name'): unknown {
  try {
    return (thrown as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

/** Whether a token source says that it could not reach the vendor, as `flinks.token` of `bank-mfa/calls` does. */
export function isUnreachable(error: unknown): boolean {
  return propertyOf(error, 'code') === 'unreachable'
}

/** The error for a token source that threw. */
export function sourceError(cause: unknown, flowId?: string): FlowError {
  const [code, message]: [ErrorCode, string] = isUnreachable(cause)
    ? ['unreachable', 'the vendor could not be reached']
    : ['host-error', HOST_ERROR_MESSAGE]
  return new FlowError({ code, next: 'retry-later', message }, flowId, cause)
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
    // Anything else has been thrown by the host, or is a trap.
    if (reason instanceof Error || !('code' in Object(reason))) throw reason
    // Only the refusal of a wasm that cannot be compiled has a cause.
    const { cause, ...details } = reason as Refusal & { cause?: unknown }
    throw new FlowError(details, flowId, cause)
  }
}
