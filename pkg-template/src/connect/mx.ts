/**
 * Reads the messages of MX's widget, as MX's list of events and MX's SDKs describe them: `{ mx: true, type, metadata }`.
 * Before version 4 of the widget, a message was the JSON text of that object.
 */
import { isObject } from '../shared.js'
import { MAX_LENGTH, decode, readMessage, readText, type Message, type RefusedReason } from './message.js'

/** The documented types that concern a connection. */
const TYPES = [
  'mx/load',
  'mx/client/oauthComplete',
  'mx/oauthComplete/success',
  'mx/oauthComplete/error',
  'mx/connect/loaded',
  'mx/connect/stepChange',
  'mx/connect/selectedInstitution',
  'mx/connect/enterCredentials',
  'mx/connect/submitMFA',
  'mx/connect/memberStatusUpdate',
  'mx/connect/memberConnected',
  'mx/connect/memberError',
  'mx/connect/createMemberError',
  'mx/connect/connected/primaryAction',
  'mx/connect/oauthRequested',
  'mx/connect/oauthError',
] as const

/** A message of MX's widget, without the guids of its user and its session. */
export type MxEvent =
  | {
      readonly kind: 'mx'
      /** The type in the spelling of MX's pages. */
      readonly type: (typeof TYPES)[number]
      readonly memberGuid: string | undefined
      /** Only in `memberStatusUpdate`. The widget sends a number; the API sends a name. */
      readonly connectionStatus: number | undefined
      /** Only in `loaded` and `stepChange`: the widget's screen, such as `mfa`. */
      readonly current: string | undefined
    }
  /** Any other type. MX's pages list more, which do not concern a connection. */
  | { readonly kind: 'unknown'; readonly step: string }

/** The types by their normal form: documents and widgets differ in case, and one type in a letter. */
const byNormalForm = new Map(TYPES.map((type) => [normalForm(type), type]))

/** The event of a message, or why the message is refused. */
export function readMxMessage(message: Message): MxEvent | RefusedReason {
  const { mx, type, metadata } = message
  if (mx !== true || typeof type !== 'string' || !/^[\w/]{1,64}$/.test(type)) return 'shape'
  const known = byNormalForm.get(normalForm(type))
  if (known === undefined) return { kind: 'unknown', step: type }
  const { member_guid, connection_status, current, initial_step } = isObject(metadata) ? metadata : {}
  return {
    kind: 'mx',
    type: known,
    memberGuid: readText(member_guid),
    connectionStatus: Number.isInteger(connection_status) ? (connection_status as number) : undefined,
    current: readText(current) ?? readText(initial_step),
  }
}

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
  return name === 'connect/memberstatusupdated' ? 'connect/memberstatusupdate' : name
}
