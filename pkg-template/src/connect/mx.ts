/**
 * Reads the messages of MX's widget, as MX's list of events and MX's SDKs describe them: `{ mx: true, type, metadata }`.
 * Before version 4 of the widget, a message was the JSON text of that object.
 */
import { isObject } from '../shared.js'
import { MAX_LENGTH, SECURE_URL, decode, entriesOfUrl, matches, readInteger, readMessage, readText } from './message.js'
import type { Message, RefusedReason, Report } from './message.js'

/** The types in MX's lists of events and in its SDKs, as far as they concern a connection. */
export const TYPES = [
  'mx/load',
  'mx/ping',
  'mx/focusTrap',
  'mx/navigation',
  'mx/client/oauthComplete',
  // From MX's pages after the bank's site. No list of events has them.
  'mx/oauthComplete/success',
  'mx/oauthComplete/error',
  'mx/connect/loaded',
  'mx/connect/stepChange',
  'mx/connect/institutionSearch',
  'mx/connect/selectedInstitution',
  'mx/connect/backToSearch',
  'mx/connect/enterCredentials',
  'mx/connect/updateCredentials',
  'mx/connect/submitMFA',
  'mx/connect/memberStatusUpdate',
  'mx/connect/initialDataReady',
  'mx/connect/memberConnected',
  'mx/connect/connected/primaryAction',
  'mx/connect/memberError',
  'mx/connect/createMemberError',
  'mx/connect/memberDeleted',
  'mx/connect/invalidData',
  'mx/connect/invalidData/primaryAction',
  'mx/connect/oauthRequested',
  'mx/connect/oauthError',
] as const

/** Other spellings in MX's lists, in normal form. */
const ALIASES: Record<string, string> = {
  'connect/memberstatusupdated': 'connect/memberstatusupdate',
  'connect/memberconnected/primaryaction': 'connect/connected/primaryaction',
  'connect/connected/backtosearch': 'connect/backtosearch',
}

/** The first screens that MX's pages list, and other names. `actionableError` is in the code of MX's widget only. */
export type MxScreen =
  | 'search'
  | 'selectMember'
  | 'enterCreds'
  | 'mfa'
  | 'connected'
  | 'loginError'
  | 'disclosure'
  | 'verifyMfa'
  | 'verifyExistingMember'
  | 'actionableError'
  | (string & {})

/** A message of MX's widget, without the guids of its user and its session. */
export type MxEvent =
  | {
      readonly kind: 'mx'
      /** The type in the spelling of MX's pages. */
      readonly type: (typeof TYPES)[number]
      readonly memberGuid: string | undefined
      /** In `memberStatusUpdate` and `memberError`. The widget sends a number; the API sends a name. */
      readonly connectionStatus: number | undefined
      /** In `loaded` and `stepChange`: the widget's screen. */
      readonly current: MxScreen | undefined
      /** The institution's code, if the message is about one. */
      readonly institutionCode: string | undefined
      /** In `oauthComplete/error`, `client/oauthComplete` and (a guess) `oauthError`: why, such as `CANCELLED`. */
      readonly reason: string | undefined
      /** In `invalidData`: `1000` if the member has no valid account. */
      readonly code: string | undefined
      /** In `oauthRequested`: the bank's site. Only an app with a WebView must open it, in the device's browser. */
      readonly url: string | undefined
    }
  /** Any other type. MX's pages list more, which do not concern a connection. */
  | { readonly kind: 'unknown'; readonly step: string }

/** What an iframe needs of a message: nothing, because the flow polls the member every three seconds. */
export function readMxReport({ mx, type }: Message): Report | RefusedReason {
  return mx === true && matches(type, /^[\w/]{1,64}$/) ? { kind: 'mx', name: type } : 'shape'
}

/** The event of a message by its documented type. */
export function readMxEvent({ metadata }: Message, { name: step = '' }: Report): MxEvent {
  // Documents and widgets differ in case, and some types in their name.
  const known = TYPES.find((type) => normalForm(type) === normalForm(step))
  if (known === undefined) return { kind: 'unknown', step }
  const fields = toObject(metadata)
  const { institution_code, institution, code } = fields
  const member = toObject(fields.member)
  const status = fields.connection_status ?? member.connection_status
  const url = matches(fields.url, SECURE_URL) ? fields.url : undefined
  const [reasonInUrl] = entriesOfUrl(url)('error_reason')
  return {
    kind: 'mx',
    type: known,
    memberGuid: readText(fields.member_guid) ?? readText(member.guid),
    connectionStatus: readInteger(status),
    current: readText(fields.current) ?? readText(fields.initial_step),
    institutionCode:
      readText(institution_code) ??
      readText(toObject(institution).code) ??
      (known === 'mx/connect/selectedInstitution' ? readText(code) : undefined),
    reason: readReason(fields.error_reason) ?? readReason(reasonInUrl),
    code: known === 'mx/connect/invalidData' ? readText(String(code ?? '')) : undefined,
    url: known === 'mx/connect/oauthRequested' ? url : undefined,
  }
}

const toObject = (value: unknown): Message => (isObject(value) ? value : {})

/** Each documented reason is a word of capital letters. */
const readReason = (reason: unknown) => (/^[A-Z][A-Z_]{0,63}$/.test(String(reason)) ? String(reason) : undefined)

/**
 * The message of a URL: with `is_mobile_webview`, the widget navigates to
 * `scheme://connect/submitMFA?metadata={…}` instead of posting a message. That is the form in MX's demo app. Anything
 * else is returned as it is.
 */
export function readMxUrl(data: unknown): unknown {
  if (typeof data !== 'string' || data.length > MAX_LENGTH) return data
  const [, name, metadata] = /^(?!https?:)[a-z][a-z\d+.-]*:\/\/([\w/]+)\?metadata=([^&#]*)$/i.exec(data) ?? []
  if (name === undefined || metadata === undefined) return data
  return { mx: true, type: `mx/${name}`, metadata: readMessage(decode(metadata)) }
}

function normalForm(type: string): string {
  const name = type.toLowerCase().replace(/^mx\//, '')
  return ALIASES[name] ?? name
}
