import { FlowError, type EdgeCode } from '../flow/errors.js'
import type { FieldError } from '../wasm/bank_mfa.js'

/** What each of them is. */
const OWN: Record<EdgeCode, { status: number; next: string; title: string }> = {
  UNAUTHENTICATED: { status: 401, next: 'sign-in', title: 'nobody is signed in' },
  FORBIDDEN: { status: 403, next: 'fix-integration', title: 'the request does not come from a page that may ask' },
  NOT_FOUND: { status: 404, next: 'start-over', title: 'there is no such thing' },
  BODY_TOO_LARGE: { status: 413, next: 'fix-integration', title: 'it is too large' },
  RATE_LIMITED: { status: 429, next: 'retry-later', title: 'that was too often' },
  UNAVAILABLE: { status: 503, next: 'retry-later', title: 'the service cannot answer now' },
}

/** The status of each refusal that is a page's doing. */
const REFUSALS: Record<string, number> = {
  INVALID_INPUT: 400,
  INVALID_ANSWER: 422,
  STALE_ROUND: 409,
  OUT_OF_TURN: 409,
  SNAPSHOT_UNREADABLE: 400,
  SNAPSHOT_VERSION: 400,
}

/** What is read of a configuration only when a request comes; a mistake in it is no page's. */
const CONFIGURED = /^\/seal\b/

/** The body of a reply that refuses. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  code: string
  next: string
  path?: string
  fields?: FieldError[]
}

/** Why a request is refused. Nothing of a request, a vendor or a key is in it. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly body: ProblemBody

  /** After how many milliseconds the same may be asked again, where that is known. */
  readonly wait: number

  constructor(body: Omit<ProblemBody, 'type'>, wait = 0) {
    super(`${body.code}: ${body.title}`)
    this.wait = wait
    this.body = { type: `urn:bank-mfa:${body.code.toLowerCase().replaceAll('_', '-')}`, ...body }
  }
}

/** A refusal of the edge's own. */
export function problem(code: EdgeCode, wait?: number): Problem {
  return new Problem({ ...OWN[code], code }, wait)
}

/** Whatever was thrown, as what a page is told of it. `status` is for the mistakes in a configuration. */
export function toProblem(error: unknown, status?: number): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof FlowError)) return problem('UNAVAILABLE')
  const { code, next, path, fields } = error
  const title = error.message.slice(error.message.indexOf(': ') + 2)
  const refused = CONFIGURED.test(path ?? '') ? 500 : REFUSALS[code]
  const found = OWN[code as EdgeCode]?.status ?? status ?? refused ?? 500
  return new Problem({ title, status: found, code, next, ...(path && { path }), ...(fields && { fields }) })
}
