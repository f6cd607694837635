/** The refusals of the edge. `http/` sends them as problem documents (RFC 9457). */
import { FlowError, type EdgeCode } from '../flow/errors.js'
import type { FieldError } from '../wasm/bank_mfa.js'

const EDGE_CODES: Record<EdgeCode, { status: number; next: string; title: string }> = {
  UNAUTHENTICATED: { status: 401, next: 'sign-in', title: 'not signed in' },
  FORBIDDEN: { status: 403, next: 'fix-integration', title: 'origin not in `origins`' },
  NOT_FOUND: { status: 404, next: 'start-over', title: 'not found' },
  METHOD_NOT_ALLOWED: { status: 405, next: 'fix-integration', title: 'method not allowed' },
  BODY_TOO_LARGE: { status: 413, next: 'fix-integration', title: 'body too large' },
  RATE_LIMITED: { status: 429, next: 'retry-later', title: 'rate limit exceeded' },
  UNAVAILABLE: { status: 503, next: 'retry-later', title: 'service unavailable' },
}

/** The status of each error that the page caused. */
const PAGE_CODES: Record<string, number> = {
  INVALID_INPUT: 400,
  INVALID_ANSWER: 422,
  STALE_ROUND: 409,
  OUT_OF_TURN: 409,
}

/** The path of a mistake in the seal keys. They may be read during a request, but the page did not cause the mistake. */
const CONFIG_PATH = /^\/seal\b/

/** The body of a problem document. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  code: string
  next: string
  path?: string
  fields?: FieldError[]
}

/** The error of a refused request. It contains no value of the request, no vendor's message and no key. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly body: ProblemBody
  /** The delay before the same request may be retried, in milliseconds; 0 if unknown. */
  readonly retryAfter: number
  /** The method that the route has, if the request has another one. */
  allow: string | undefined
  /** Whether `onError` has received the cause. */
  isReported = false

  /** @param cause what was thrown; no reply contains it */
  constructor(body: Omit<ProblemBody, 'type'>, retryAfter = 0, cause?: unknown) {
    super(`${body.code}: ${withPath(body.path)}${body.title}`, cause === undefined ? undefined : { cause })
    this.retryAfter = retryAfter
    this.body = { type: `urn:bank-mfa:${body.code.toLowerCase().replaceAll('_', '-')}`, ...body }
  }
}

/** The path as the message of an error begins with it. */
const withPath = (path = '') => path && `${path} `

export function problem(code: EdgeCode, retryAfter?: number): Problem {
  return new Problem({ ...EDGE_CODES[code], code }, retryAfter)
}

/** The refusal of a request for something that does not exist, or that belongs to another user. */
export function notFound(title: string): Problem {
  return new Problem({ ...EDGE_CODES.NOT_FOUND, title, code: 'NOT_FOUND' })
}

/** The refusal of a known route with another method. */
export function methodNotAllowed(allow: string): Problem {
  return Object.assign(problem('METHOD_NOT_ALLOWED'), { allow })
}

/** The refusal at a limit of the whole flow: only another flow has uses left. */
export function flowLimitReached(): Problem {
  return new Problem({ ...EDGE_CODES.RATE_LIMITED, code: 'RATE_LIMITED', next: 'start-over' })
}

function unavailable(cause: unknown): Problem {
  return new Problem({ ...EDGE_CODES.UNAVAILABLE, code: 'UNAVAILABLE' }, 0, cause)
}

/** Turns a thrown value into a problem. `status` replaces the status of an error that the page did not cause. */
export function toProblem(error: unknown, status?: number): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof FlowError)) return unavailable(error)
  const { code, next, path, fields } = error
  const title = error.message.slice(`${code}: ${withPath(path)}`.length)
  const byCode = CONFIG_PATH.test(path ?? '') ? 500 : PAGE_CODES[code]
  const found = EDGE_CODES[code as EdgeCode]?.status ?? status ?? byCode ?? 500
  const body = { title, status: found, code, next, ...(path && { path }), ...(fields && { fields }) }
  return new Problem(body, 0, error.cause)
}

/** The default of `onError`. It writes no stack and no other property, because they could contain a secret. */
function logError(error: unknown): void {
  const { cause } = (error ?? {}) as { cause?: unknown }
  console.error(`bank-mfa/edge: ${describe(error)}${cause === undefined ? '' : `, because of ${describe(cause)}`}`)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return `a thrown value that is no Error (${typeof error})`
  const { name, message, code } = error as Error & { code?: unknown }
  const isCoded = typeof code === 'string' && !message.startsWith(code)
  return `${name}: ${isCoded ? `${code}: ` : ''}${message}`
}

/** How long a call of a function of the company may take, in milliseconds of real time. */
const CALLBACK_TIMEOUT_MS = 30_000

/** Waits for what a function of the company has returned. Rejects if it takes too long, so that a task ends in any case. */
export async function settled<T>(name: string, returned: T | Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const error = () => new Error(`${name} has not settled within ${CALLBACK_TIMEOUT_MS / 1_000} seconds`)
    timer = setTimeout(() => reject(error()), CALLBACK_TIMEOUT_MS)
  })
  return Promise.race([returned, late]).finally(() => clearTimeout(timer))
}

/** Calls a function of the company. A `FlowError` that it throws is the company's, and not a mistake of the page. */
export async function callCompany<T>(name: string, call: () => T | Promise<T>): Promise<T> {
  try {
    return await settled(name, call())
  } catch (error) {
    throw error instanceof FlowError ? unavailable(error) : error
  }
}

/** Calls `onError` unless it has received the cause, and ignores the errors that `onError` itself throws. */
export async function report<Env>(
  onError: ((error: unknown, env: Env) => unknown) | undefined,
  error: unknown,
  env: Env,
): Promise<void> {
  if (error instanceof Problem && error.isReported) return
  try {
    await settled('onError', (onError ?? logError)(error, env))
  } catch {}
}
