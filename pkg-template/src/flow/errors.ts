import type { ErrorCode, Failure, FieldError, NextAction, Refusal } from '../wasm/bank_mfa.js'

/** What an edge refuses with, beside the codes of flows. */
export type EdgeCode = 'UNAUTHENTICATED' | 'FORBIDDEN' | 'NOT_FOUND' | 'BODY_TOO_LARGE' | 'RATE_LIMITED' | 'UNAVAILABLE'

/** @internal What an error is made of. */
export type Refused = (Omit<Failure, 'code' | 'next'> | Omit<Refusal, 'code' | 'next'>) &
  Pick<FlowError, 'code' | 'next'>

/**
 * What a flow ends with, or why a call was refused. A lower-case `code` is an ending; an upper-case one
 * is a refusal: nothing was sent, and the flow stands where it stood. No vendor's message, no answer and
 * no key is ever in it.
 */
export class FlowError extends Error {
  override readonly name = 'FlowError'
  /** The stable code. */
  readonly code: ErrorCode | EdgeCode
  /** What to do next; `sign-in` is an edge's. */
  readonly next: NextAction | 'sign-in'
  /** When to come back, in milliseconds since 1970. */
  declare readonly retryAt?: number
  /** The vendor's own code, such as a FlinksCode. */
  declare readonly vendorCode?: string
  /** The HTTP status that the verdict was made of. */
  declare readonly status?: number
  /** Where the mistake is, such as `/params/loginId`. */
  declare readonly path?: string
  /** Of `INVALID_ANSWER`: what is wrong with which field. */
  declare readonly fields?: FieldError[]
  /** The flow that it is about. */
  declare readonly flowId?: string

  constructor(reason: Refused, flowId?: string) {
    const { code, next, message, ...details } = { path: null, fields: [], ...reason }
    super(details.path === null ? `${code}: ${message}` : `${code}: ${details.path} ${message}`)
    this.code = code
    this.next = next
    for (const [name, detail] of Object.entries({ ...details, flowId })) {
      if (detail !== null && detail !== undefined && !(Array.isArray(detail) && detail.length === 0)) {
        Object.defineProperty(this, name, { value: detail, enumerable: true })
      }
    }
  }
}

/** The refusal of an argument that the core does not see. */
export function invalidInput(path: string, message: string): FlowError {
  return new FlowError({ code: 'INVALID_INPUT', next: 'fix-integration', message, path, fields: [] })
}

/** The refusal of answers to a flow that has ended. */
export function staleRound(flowId: string): FlowError {
  const message = 'the answers are for a round that is no longer asked'
  return new FlowError({ code: 'STALE_ROUND', next: 'answer-again', message, path: null, fields: [] }, flowId)
}

/** The host gave no secret for the vendor's page. */
export function secretMissing(flowId: string): FlowError {
  const message = "the host gave no usable secret for the vendor's page"
  return new FlowError({ code: 'secret-missing', next: 'fix-integration', message, path: null, fields: [] }, flowId)
}

/** Calls into the core, and makes a real `Error` of the refusal it throws. */
export function refusing<T>(call: () => T, flowId?: string): T {
  try {
    return call()
  } catch (reason) {
    throw isRefusal(reason) ? new FlowError(reason, flowId) : reason
  }
}

function isRefusal(reason: unknown): reason is Refusal {
  return typeof reason === 'object' && reason !== null && !(reason instanceof Error) && 'code' in reason
}
