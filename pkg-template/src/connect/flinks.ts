/**
 * Reads the messages of Flinks Connect, which Flinks documents in "Use an Event Listener" and "Handled Errors".
 * "Seen" marks an undocumented shape that the code of integrators handles.
 */
import { isObject } from '../shared.js'
import { entriesOfUrl, finder, matches, readIds, readInteger, readText, readTexts, splitUrl } from './message.js'
import type { Message, RefusedReason, Report } from './message.js'

/** The documented steps that only inform the page. */
export const STEPS = [
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
  'POPUP_OPENED',
  'POPUP_BLOCKED',
  'ENHANCED_MFA_HAS_QUESTIONS',
  'ENHANCED_MFA_NO_QUESTIONS',
] as const

/** The FlinksCodes that a sign-in can end with. Connect can send one as the step. Any other code is an unknown step. */
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
  'BANK MAINTENANCE_RETRY_LATER',
  'TOO_MANY_REQUESTS',
  'NEW_ACCOUNT',
  'DISABLED_LOGIN',
  'DISABLED_INSTITUTION',
  'UNAUTHORIZED',
  'AGGREGATION_ERROR',
]

/** A message of Flinks Connect. None contains the LoginId: only the flow receives it. */
export type FlinksEvent =
  | { readonly kind: 'step'; readonly step: (typeof STEPS)[number] }
  /** The bank asks questions. `mfaTypes` has Flinks' names, as in `SecurityChallenges`. */
  | {
      readonly kind: 'step'
      readonly step: 'COMPONENT_LOAD_MFA' | 'COMPONENT_LOAD_MFA_RETRY'
      readonly mfaTypes: readonly string[]
    }
  /** `height` is the height that the iframe requests, in CSS pixels. */
  | { readonly kind: 'step'; readonly step: 'APP_RESIZE'; readonly height: number | undefined }
  /** The user has chosen accounts. Seen: `accountIds`, also where the later REDIRECT has none. Its key is a guess. */
  | {
      readonly kind: 'step'
      readonly step: 'ACCOUNT_SELECTED'
      readonly accountIds: readonly string[]
      readonly totalAccounts: number | undefined
      readonly displayedAccounts: number | undefined
    }
  /** The user has finished, and the flow has received the claim. */
  | {
      readonly kind: 'redirect'
      readonly institution: string | undefined
      readonly accountIds: readonly string[]
      readonly requestId: string | undefined
    }
  /** Connect rejected its token, and the flow has been notified. Seen: the step TOKEN_INVALID. */
  | { readonly kind: 'token-refused' }
  /** Connect shows the user an error and what to do about it. */
  | { readonly kind: 'error'; readonly flinksCode: string }
  /** A step that Flinks does not document. */
  | { readonly kind: 'unknown'; readonly step: string }

/** The FlinksCodes that end a session. */
export const SESSION_ENDED = /^SESSION_(EXPIRED|NONEXISTENT)$/

/** A FlinksCode or a step. Flinks prints one code with a space; a step is a single word, which a LoginId never is. */
const NAME = /^([A-Za-z]\w{0,63}|[A-Z][A-Z\d_ ]{0,62}[A-Z\d])$/

/** What a flow and an iframe need of a message, or why the message is refused. */
export function readFlinksReport(message: Message): Report | RefusedReason {
  const { step, flinksCode } = message
  const data = isObject(message.data) ? message.data : {}
  if (step === 'REDIRECT') return readRedirect(message)
  if (step === 'TOKEN_INVALID') return { kind: 'token-refused' }
  // Seen: the code next to the step, or in place of it.
  const code = flinksCode || data.flinksCode
  const name = code || step
  if (!matches(name, NAME)) return 'shape'
  if (code || SESSION_ENDED.test(name)) return { kind: 'error', name }
  // Flinks does not document the fields of APP_RESIZE: they and the range of heights are guesses.
  const height = Math.ceil(Number(message.height ?? data.height))
  return {
    kind: 'step',
    name,
    ...(name === 'APP_RESIZE' && height >= 100 && height <= 5000 && { height }),
    ...(name === 'ACCOUNT_SELECTED' && { accountIds: idsOf(finder(Object.entries(message))) }),
  }
}

/**
 * Flinks documents the LoginId in the query of `url` only. Seen: it is also a key of the message, in either casing,
 * and the account is a list. `new URLSearchParams(url)`, which integrators ship, does not find a LoginId there.
 */
function readRedirect(message: Message): Report | RefusedReason {
  const { url } = message
  if (url && !splitUrl(url)) return 'shape'
  const [inUrl, inMessage] = [entriesOfUrl(url), finder(Object.entries(message))]
  const claims = [...inUrl('loginid'), ...inMessage('loginid').filter((claim) => claim !== null)]
  const loginId = readText(claims[0])
  if (loginId === undefined) return 'shape'
  const isOther = (claim: unknown) => String(claim).toLowerCase() !== loginId.toLowerCase()
  if (inUrl('loginid').length > 1 || claims.some(isOther)) return 'contradiction'
  const accountIds = idsOf(inMessage)
  return { kind: 'redirect', loginId, accountIds: accountIds.length > 0 ? accountIds : idsOf(inUrl) }
}

const idsOf = (valuesOf: (name: string) => unknown[]) => readIds(valuesOf('accountid').flat())

/** The event of a message by its documented step. */
export function readFlinksEvent(message: Message, report: Report): FlinksEvent | RefusedReason {
  const { kind, name: step = '', accountIds = [], height } = report
  if (kind === 'token-refused') return { kind }
  if (kind === 'redirect') {
    const [inUrl, inMessage] = [entriesOfUrl(message.url), finder(Object.entries(message))]
    const one = (name: string) => readText(inMessage(name)[0]) ?? readText(inUrl(name)[0])
    return { kind, institution: one('institution'), accountIds, requestId: one('requestid') }
  }
  if (kind === 'error' || CODES.includes(step)) return { kind: 'error', flinksCode: step }
  if (step.includes(' ')) return 'shape'
  switch (step) {
    case 'APP_RESIZE':
      return { kind: 'step', step, height }
    case 'ACCOUNT_SELECTED': {
      const [totalAccounts, displayedAccounts] = [message.totalAccounts, message.displayedAccounts].map(readInteger)
      return { kind: 'step', step, accountIds, totalAccounts, displayedAccounts }
    }
    case 'COMPONENT_LOAD_MFA':
    case 'COMPONENT_LOAD_MFA_RETRY':
      return { kind: 'step', step, mfaTypes: readTexts(message.mfaTypes) }
  }
  const known = STEPS.find((name) => name === step)
  return known ? { kind: 'step', step: known } : { kind: 'unknown', step }
}
