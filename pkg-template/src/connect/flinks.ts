/**
 * What Flinks Connect says, by the pages "Use an Event Listener" and "Handled Errors". Where a comment says
 * seen, no page says it, and integrators' code does.
 */
import { isObject } from '../shared.js'
import { readText, readTexts, readUrl, type Message, type RefusedReason } from './message.js'

/** The documented steps that nothing but the page has to know of. */
const STEPS = [
  'APP_MOUNTED',
  'APP_ONLINE',
  'APP_OFFLINE',
  'COMPONENT_LOAD_INSTITUTION_SELECTOR',
  'COMPONENT_LOAD_CREDENTIAL',
  'COMPONENT_LOAD_CREDENTIAL_RETRY',
  'COMPONENT_LOAD_ACCOUNT_SELECTION',
  'COMPONENT_LOAD_CONSENT',
  'COMPONENT_ACCEPT_CONSENT',
  'COMPONENT_DENY_CONSENT',
  'COMPONENT_ACCEPT_TERMS',
  'COMPONENT_DENY_TERMS',
  'COMPONENT_CLICK_TERMS_URL',
  'COMPONENT_CLICK_RESET_PASSWORD',
  'COMPONENT_HELP2FA_INFO',
  'COMPONENT_HELP2FA_TROUBLESHOOTING',
  'COMPONENT_CLOSE_SESSION',
  'INSTITUTION_SELECTED',
  'SUBMIT_CREDENTIAL',
  'SUBMIT_MFA',
  'ACCOUNT_SELECTED',
  'ENHANCED_MFA_HAS_QUESTIONS',
  'ENHANCED_MFA_NO_QUESTIONS',
] as const

/**
 * The FlinksCodes that a message can have as its step: those that a sign-in can end with. The set is open, and another
 * one is an unknown step.
 */
const CODES = [
  'INVALID_LOGIN',
  'INVALID_USERNAME',
  'INVALID_PASSWORD',
  'INVALID_SECURITY_RESPONSE',
  'INVALID_SECURITY_RESPONSE_NO_RETRY',
  'QUESTION_NOT_FOUND',
  'SESSION_EXPIRED',
  'SESSION_NONEXISTENT',
  'CONCURRENT_SESSION',
  'RETRY_LATER',
  'TOO_MANY_REQUESTS',
  'NEW_ACCOUNT',
  'DISABLED_LOGIN',
  'DISABLED_INSTITUTION',
  'UNAUTHORIZED',
  'AGGREGATION_ERROR',
]

/** What Flinks Connect said. The LoginId is in none of them: it goes to the flow alone. */
export type FlinksEvent =
  | { readonly kind: 'step'; readonly step: (typeof STEPS)[number] }
  /** The bank asks; the types are Flinks' own, as in `SecurityChallenges`. */
  | {
      readonly kind: 'step'
      readonly step: 'COMPONENT_LOAD_MFA' | 'COMPONENT_LOAD_MFA_RETRY'
      readonly mfaTypes: readonly string[]
    }
  /** What the frame wants to be high, in CSS pixels. */
  | { readonly kind: 'step'; readonly step: 'APP_RESIZE'; readonly height: number | undefined }
  /** The person is through, and the flow was told. */
  | {
      readonly kind: 'redirect'
      readonly institution: string | undefined
      readonly accountIds: readonly string[]
      readonly requestId: string | undefined
    }
  /** The frame does not take its token, and the flow was told. */
  | { readonly kind: 'token-refused' }
  /** Connect shows the person an error, and what to do. */
  | { readonly kind: 'error'; readonly flinksCode: string }
  /** A step that no page of Flinks lists. */
  | { readonly kind: 'unknown'; readonly step: string }

/** What a message says, or why it is refused. A `redirect` says whose connection it is, too. */
export function readFlinks(message: Message): { event: FlinksEvent; loginId?: string } | RefusedReason {
  const { step, data } = message
  if (step === 'REDIRECT') return readRedirect(message)
  if (step === 'TOKEN_INVALID') return { event: { kind: 'token-refused' } }
  // Seen: the code beside the step, or instead of it.
  const flinksCode = message.flinksCode || (isObject(data) && data.flinksCode) || pick(CODES, step)
  if (flinksCode) return isName(flinksCode) ? { event: { kind: 'error', flinksCode } } : 'shape'
  if (!isName(step)) return 'shape'
  switch (step) {
    case 'COMPONENT_LOAD_MFA':
    case 'COMPONENT_LOAD_MFA_RETRY':
      return { event: { kind: 'step', step, mfaTypes: readTexts(message.mfaTypes) } }
    case 'APP_RESIZE':
      return { event: { kind: 'step', step, height: readHeight(message) } }
  }
  const known = pick(STEPS, step)
  return { event: known ? { kind: 'step', step: known } : { kind: 'unknown', step } }
}

/**
 * The page shows the LoginId in `url`'s query alone; seen are also one beside it, both casings, and the account as
 * a list. `new URLSearchParams(url)`, as shipped code has it, would find none there.
 */
function readRedirect(message: Message): { event: FlinksEvent; loginId: string } | RefusedReason {
  const url = readUrl(message.url)
  if (message.url && url === undefined) return 'shape'
  const landing = entriesOf(url?.search ?? '')
  const beside = (name: string) =>
    Object.entries(message).flatMap(([key, value]) => (key.toLowerCase() === name ? [value] : []))

  const claims = [...landing('loginid'), ...beside('loginid').filter((claim) => claim !== null)]
  const [loginId] = claims
  if (typeof loginId !== 'string' || loginId === '') return 'shape'
  const isOther = (claim: unknown) => String(claim).toLowerCase() !== loginId.toLowerCase()
  if (landing('loginid').length > 1 || claims.some(isOther)) return 'contradiction'

  const one = (name: string) => readText(beside(name)[0]) ?? readText(landing(name)[0])
  const accountIds = readTexts(beside('accountid').flat())
  return {
    loginId,
    event: {
      kind: 'redirect',
      institution: one('institution'),
      accountIds: accountIds.length > 0 ? accountIds : readTexts(landing('accountid')),
      requestId: one('requestid'),
    },
  }
}

/** The entries of a query by their names, whose casing differs from page to page. */
export function entriesOf(search: string): (name: string) => string[] {
  const entries = [...new URLSearchParams(search)]
  return (name) => entries.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value)
}

/** No page says what APP_RESIZE carries: a guess, as is what a height can sensibly be. */
function readHeight({ height, data }: Message): number | undefined {
  const wanted = Number(height ?? (isObject(data) ? data.height : undefined))
  return wanted >= 100 && wanted <= 5000 ? Math.ceil(wanted) : undefined
}

/** Steps and codes are words: no id of a connection is one. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]\w{0,63}$/.test(value)
}

function pick<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  return names.find((name) => name === value)
}
