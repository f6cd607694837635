import { invalidInput, type FlowError } from './errors.js'
import type { LazyAbort } from './lazy-abort.js'
import type { Failure, ConnectPurpose, RedirectError, Round, Stage, WindowPurpose } from '../wasm/bank_mfa.js'

/** Answers by `Field.name`: a form's data, or a plain object. */
export type Answers = FormData | Record<string, string | string[]>

/** Answers with the vendor's own keys and values, for a challenge type that the vendor does not document. */
export type RawAnswers = Record<string, string[]>

/** The current state of a flow. Times are in milliseconds since 1970. */
export type Step<Result = unknown> =
  | { readonly kind: 'working'; readonly stage: Stage; readonly until: number | null }
  | ChallengeStep
  | RedirectStep
  | ConnectStep
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly failure: Failure; readonly error: FlowError }

/** The bank asks the user one or more questions. */
export interface ChallengeStep {
  readonly kind: 'challenge'
  /** The questions. */
  readonly round: Round
  /** Aborts when the flow leaves this step. Then take the form away: the round may have ended without an answer. */
  readonly signal: AbortSignal
  /**
   * Answers this round. Resolves when the answers are valid and on their way. A second call returns the first
   * call's promise and sends nothing. Rejects with `INVALID_ANSWER` and the fields if an answer is invalid: the
   * round stays open. Rejects with `STALE_ROUND` if the round is over.
   */
  answer(answers: Answers): Promise<void>
  /**
   * Answers this round with the vendor's own keys and values, such as Flinks' `SecurityResponses`. Rejects with
   * `INVALID_ANSWER` if a key is not in the round; `name` is then its position, from `0`.
   */
  answerRaw(answers: RawAnswers): Promise<void>
  /**
   * Starts a new session in place of this round, for a user who got no code or got it too late. Possible if
   * `round.newSession` is not null, which also says when. The round is over at once; the flow waits until the old
   * session has ended, with the step `working`, and the bank then asks all its questions again. Resolves when the flow has
   * left the round. A second call returns the first call's promise. Rejects with `OUT_OF_TURN` if no new session is
   * possible or an answer is on its way, and with `STALE_ROUND` if the round is over.
   */
  startNewSession(): Promise<void>
}

/** The user continues on another page: signs in at the bank's own site, or answers in MX's widget. */
export interface RedirectStep {
  readonly kind: 'redirect'
  /** Where the user continues: `oauth` is the bank's own site, for a new window; `widget` is MX's widget, for `mount`. */
  readonly purpose: WindowPurpose
  /** @internal The number of the window, from 1. A fresh URL does not change it. */
  readonly number: number
  /** The newest URL, unchanged from the vendor. It works once, and that of MX's widget for ten minutes. See `pageUrl`. */
  readonly url: string
  /**
   * Resolves to a URL that was not opened yet: `url` at the first call, and a fresh one at each later call, or when ten
   * minutes have passed. Open it unchanged. The step stays the same. Rejects with `unreachable` if the vendor sent no
   * fresh URL: call it again. Rejects with `OUT_OF_TURN` if the flow leaves the step.
   */
  pageUrl(): Promise<string>
  /**
   * Why the previous window did not help: its landing URL said `status=error`, or the member's status became an error
   * while it was open. Null for any other window. With an error, `url` is a new window for another try, which the user
   * may open. `flow.cancel()` ends the flow instead.
   */
  readonly error: RedirectError | null
  /** Aborts when the flow leaves this step. */
  readonly signal: AbortSignal
  /**
   * Reports that the user came back, or closed the widget. `landingUrl` is the URL of the page that they came back to;
   * the widget has none. If you never call it, the flow keeps polling the vendor. Throws a `FlowError` with
   * `INVALID_INPUT`, and the flow stays at this step, if `landingUrl` is not a URL, or if what MX added to it is malformed
   * or contradictory. A remote flow throws only if it is not a URL.
   */
  returned(landingUrl?: string | URL): void
}

/** The user continues in the vendor's own page. Show it in an iframe with `mount` of `bank-mfa/connect`. */
export interface ConnectStep {
  readonly kind: 'connect'
  /** What the user does there: `mfa` answers the bank's questions, `credentials` signs in. */
  readonly purpose: ConnectPurpose
  /** When the flow stops waiting for the user, in milliseconds since 1970. */
  readonly until: number
  /** Aborts when the flow leaves this step. */
  readonly signal: AbortSignal
  /**
   * Resolves to the URL of the vendor's page, with a new token if the vendor needs one. Each call returns the same
   * promise. Rejects with `secret-missing` if `authorizeToken` returned no usable token, with `host-error` if it
   * threw, and with `OUT_OF_TURN` if the flow left the step before the token came.
   */
  pageUrl(): Promise<string>
  /**
   * Reports the claim of the vendor's page. It is untrusted: the flow verifies it with the vendor. Throws
   * `INVALID_INPUT`, and the flow keeps waiting, if the claim is malformed or belongs to another flow. A remote
   * flow returns a promise instead, which rejects if the edge refuses the claim; it can be ignored.
   */
  returned(claim: Claim): void | Promise<void>
  /**
   * Reports that the vendor's page rejected its token. The flow makes a new `connect` step with a new token: a few times
   * if the user signs in there, and once in the middle of a session. Then it ends.
   */
  tokenRefused(): void
  /** Reports that the vendor's page says that its session has expired. The flow ends with `session-expired`. */
  sessionExpired(): void
}

/** The claim of a vendor's page about the connection. It is untrusted. */
export interface Claim {
  /** The LoginId. */
  loginId: string
  /** The `state` of the landing URL, or null if the URL has none. Absent if the page was in an iframe. */
  state?: string | null
  /** The ids of the accounts that the user chose, if the page names them. Nothing verifies them. */
  accountIds?: readonly string[] | undefined
}

/** @internal Whether a step is the last one. */
export function isEnding({ kind }: { readonly kind: string }): boolean {
  return kind === 'done' || kind === 'failed'
}

type Submit = (answers: Record<string, unknown>, isRaw: boolean) => Promise<void>

/**
 * @internal A challenge step that submits once and leaves once: a second call returns the first promise, unless that
 * one rejected.
 */
export function challengeStep(
  round: Round,
  left: LazyAbort,
  submit: Submit,
  startNewSession: () => Promise<void>,
): ChallengeStep {
  const submitOnce = once(async (answers: Answers | RawAnswers, isRaw: boolean) =>
    submit(isRaw ? (answers as RawAnswers) : formToObject(answers as Answers), isRaw),
  )
  return {
    kind: 'challenge',
    round,
    get signal() {
      return left.signal
    },
    answer: (answers) => submitOnce(answers, false),
    answerRaw: (answers) => submitOnce(answers, true),
    startNewSession: once(startNewSession),
  }
}

/** @internal A call whose promise every later call returns, unless it rejected. It may call back while it runs. */
export function once<Args extends unknown[], T>(call: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  let first: Promise<T> | undefined
  return (...args) => {
    if (!first) {
      let settle!: (result: Promise<T>) => void
      first = new Promise<T>((resolve) => (settle = resolve))
      settle(call(...args))
      first.catch(() => (first = undefined))
    }
    return first
  }
}

interface RedirectParts extends Pick<RedirectStep, 'purpose' | 'number' | 'error' | 'returned'> {
  left: LazyAbort
  newestAddress: () => string
  /** Resolves to an address that was not opened, and marks it as opened. */
  openAddress: () => Promise<string>
}

/** @internal A redirect step. Calls of `pageUrl` run one after the other, so that each gets an address of its own. */
export function redirectStep({ left, newestAddress, openAddress, ...step }: RedirectParts): RedirectStep {
  let last: Promise<unknown> = Promise.resolve()
  return {
    kind: 'redirect',
    ...step,
    get signal() {
      return left.signal
    },
    get url() {
      return newestAddress()
    },
    pageUrl() {
      const address = last.then(openAddress)
      last = address.catch(() => {})
      return address
    },
  }
}

/** @internal Parses the URL of the page that a user came back to, if there is one. */
export function parseLandingUrl(url: string | URL | undefined, purpose: WindowPurpose): URL | undefined {
  if (url === undefined && purpose === 'widget') return undefined
  try {
    return new URL(url!)
  } catch {
    throw invalidInput('/landing', 'must be a valid URL')
  }
}

/** The query entries that MX adds to the URL of the page that a user came back to. */
const LANDING_ENTRIES = ['member_guid', 'status', 'error_reason']

/** @internal The values of these entries. A page that escaped the URL as HTML left `amp;` in front of the names. */
export function landingClaim(landing: URL | undefined): Record<string, string[]> {
  const searchParams = landing?.searchParams ?? new URLSearchParams()
  const values = (name: string) => [...searchParams.getAll(name), ...searchParams.getAll(`amp;${name}`)]
  return Object.fromEntries(LANDING_ENTRIES.map((name) => [name, values(name)]))
}

/** @internal A form's data as a plain object. */
export function formToObject(answers: Answers): Record<string, unknown> {
  try {
    // `instanceof` would miss the FormData of another realm or library.
    if (typeof answers?.getAll !== 'function') return answers as Record<string, string | string[]>
    const form = answers as FormData
    return Object.fromEntries(Array.from(form.keys(), (name) => [name, form.getAll(name)]))
  } catch {
    throw invalidInput('/answers', 'must be a form or plain JSON data')
  }
}
