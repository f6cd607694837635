/**
 * Reads the messages of Flinks Connect, which Flinks documents in "Use an Event Listener" and "Handled Errors".
 * "Seen" marks an undocumented shape that the code of integrators handles.
 */
import { isObject } from '../shared.js'
import {
  entriesOf,
  entriesOfUrl,
  finder,
  readIds,
  readInteger,
  readText,
  readTexts,
  splitUrl,
  type Message,
  type RefusedReason,
} from './message.js'

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

/** The codes among them that the flow needs, and so every page. */
const SESSION_CODES = ['SESSION_EXPIRED', 'SESSION_NONEXISTENT']

/** The event of a message, with the LoginId of a `redirect`. */
export type FlinksRead = { event: FlinksEvent; loginId?: string }

/** The event of a message by its documented step, or why the message is refused. */
export function readFlinksMessage(message: Message): FlinksRead | RefusedReason {
  const read = readFlinksReport(message, CODES)
  if (typeof read === 'string') return read
  const { event } = read
  if (event.kind === 'redirect') {
    const inUrl = entriesOfUrl(message.url)
    const inMessage = finder(Object.entries(message))
    const one = (name: string) => readText(inMessage(name)[0]) ?? readText(inUrl(name)[0])
    return { ...read, event: { ...event, institution: one('institution'), requestId: one('requestid') } }
  }
  if ('totalAccounts' in event) {
    const [totalAccounts, displayedAccounts] = [message.totalAccounts, message.displayedAccounts].map(readInteger)
    return { event: { ...event, totalAccounts, displayedAccounts } }
  }
  if (event.kind !== 'unknown') return read
  const { step } = event
  if (step === 'COMPONENT_LOAD_MFA' || step === 'COMPONENT_LOAD_MFA_RETRY') {
    return { event: { kind: 'step', step, mfaTypes: readTexts(message.mfaTypes) } }
  }
  const known = pick(STEPS, step)
  return known ? { event: { kind: 'step', step: known } } : read
}

/** The same, with every step as `unknown` that only informs the page, and without the details that only inform it. */
export function readFlinksReport(message: Message, codes = SESSION_CODES): FlinksRead | RefusedReason {
  const { step, data } = message
  if (step === 'REDIRECT') return readRedirect(message)
  if (step === 'TOKEN_INVALID') return { event: { kind: 'token-refused' } }
  // Seen: the code next to the step, or in place of it.
  const flinksCode = message.flinksCode || (isObject(data) && data.flinksCode) || pick(codes, step)
  if (flinksCode) return isCode(flinksCode) ? { event: { kind: 'error', flinksCode } } : 'shape'
  if (!isName(step)) return 'shape'
  switch (step) {
    case 'APP_RESIZE':
      return { event: { kind: 'step', step, height: readHeight(message) } }
    case 'ACCOUNT_SELECTED': {
      const accountIds = readIds(finder(Object.entries(message))('accountid').flat())
      return { event: { kind: 'step', step, accountIds, totalAccounts: undefined, displayedAccounts: undefined } }
    }
  }
  return { event: { kind: 'unknown', step } }
}

/**
 * Flinks documents the LoginId in the query of `url` only. Seen: it is also a key of the message, in either casing,
 * and the account is a list. `new URLSearchParams(url)`, which integrators ship, does not find a LoginId there.
 */
function readRedirect(message: Message): FlinksRead | RefusedReason {
  const url = splitUrl(message.url)
  if (message.url && url === undefined) return 'shape'
  const inUrl = entriesOf(url?.query ?? '')
  const inMessage = finder(Object.entries(message))

  const claims = [...inUrl('loginid'), ...inMessage('loginid').filter((claim) => claim !== null)]
  const [loginId] = claims
  if (typeof loginId !== 'string' || loginId === '') return 'shape'
  const isOther = (claim: unknown) => String(claim).toLowerCase() !== loginId.toLowerCase()
  if (inUrl('loginid').length > 1 || claims.some(isOther)) return 'contradiction'

  const accountIds = readIds(inMessage('accountid').flat())
  return {
    loginId,
    event: {
      kind: 'redirect',
      institution: undefined,
      requestId: undefined,
      accountIds: accountIds.length > 0 ? accountIds : readIds(inUrl('accountid')),
    },
  }
}

/** Flinks does not document the fields of APP_RESIZE: they and the range of heights are guesses. */
function readHeight({ height, data }: Message): number | undefined {
  const wanted = Number(height ?? (isObject(data) ? data.height : undefined))
  return wanted >= 100 && wanted <= 5000 ? Math.ceil(wanted) : undefined
}

/** Whether a value can be a FlinksCode. Flinks prints one with a space. */
function isCode(value: unknown): value is string {
  return isName(value) || (typeof value === 'string' && /^[A-Z][A-Z\d_ ]{0,62}[A-Z\d]$/.test(value))
}

/** Whether a value can be a step or a code: a single word, which a LoginId never is. */
function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z]\w{0,63}$/.test(value)
}

function pick<Name extends string>(names: readonly Name[], value: unknown): Name | undefined {
  return names.find((name) => name === value)
}
