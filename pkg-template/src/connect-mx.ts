/**
 * What MX's widget says, by MX's list of its events and MX's own SDKs: `{ mx: true, type, metadata }`, which was a
 * JSON text before version 4.
 */
import { isObject, readText, type Message, type RefusedReason } from './connect-message.js'

/** The documented types that concern a connection, and whether the flow should look at the member now. */
const TYPES = {
  'mx/load': false,
  'mx/client/oauthComplete': true,
  'mx/oauthComplete/success': true,
  'mx/oauthComplete/error': true,
  'mx/connect/loaded': false,
  'mx/connect/stepChange': false,
  'mx/connect/selectedInstitution': false,
  'mx/connect/enterCredentials': false,
  'mx/connect/submitMFA': false,
  'mx/connect/memberStatusUpdate': true,
  'mx/connect/memberConnected': true,
  'mx/connect/memberError': true,
  'mx/connect/createMemberError': false,
  'mx/connect/connected/primaryAction': true,
  'mx/connect/oauthRequested': false,
  'mx/connect/oauthError': false,
}

/** What MX's widget said. Its user's and its session's guid are left out. */
export type MxEvent =
  | {
      readonly kind: 'mx'
      /** As MX's pages spell it, whatever the casing was. */
      readonly type: keyof typeof TYPES
      readonly memberGuid: string | undefined
      /** Of `memberStatusUpdate`: widgets send the number where the API sends the name. */
      readonly connectionStatus: number | undefined
      /** Of `loaded` and `stepChange`: where the widget stands, such as `mfa`. */
      readonly current: string | undefined
    }
  /** Any other type: MX's pages list some that are about the widget alone. */
  | { readonly kind: 'unknown'; readonly step: string }

/** The types as they are compared: documents and widgets differ in case, and in one letter. */
const byName = new Map((Object.keys(TYPES) as (keyof typeof TYPES)[]).map((type) => [normal(type), type]))

/** What a message says, or why it is refused; `look` where it hints that the member has changed. */
export function readMx(message: Message): { event: MxEvent; look: boolean } | RefusedReason {
  const { mx, type, metadata } = message
  if (mx !== true || typeof type !== 'string' || !/^[\w/]{1,64}$/.test(type)) return 'shape'
  const known = byName.get(normal(type))
  if (known === undefined) return { event: { kind: 'unknown', step: type }, look: false }
  const { member_guid, connection_status, current, initial_step } = isObject(metadata) ? metadata : {}
  return {
    look: TYPES[known],
    event: {
      kind: 'mx',
      type: known,
      memberGuid: readText(member_guid),
      connectionStatus: Number.isInteger(connection_status) ? (connection_status as number) : undefined,
      current: readText(current) ?? readText(initial_step),
    },
  }
}

function normal(type: string): string {
  const name = type.toLowerCase().replace(/^mx\//, '')
  return name === 'connect/memberstatusupdated' ? 'connect/memberstatusupdate' : name
}
