/**
 * What MX's widget says, by MX's list of its events and MX's own SDKs: `{ mx: true, type, metadata }`, which was a
 * JSON text before version 4.
 */
import { isObject } from '../shared.js'
import { readText, type Message, type RefusedReason } from './message.js'

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

/** What MX's widget said. Its user's and its session's guid are left out. */
export type MxEvent =
  | {
      readonly kind: 'mx'
      /** As MX's pages spell it, whatever the casing was. */
      readonly type: (typeof TYPES)[number]
      readonly memberGuid: string | undefined
      /** Of `memberStatusUpdate`: widgets send the number where the API sends the name. */
      readonly connectionStatus: number | undefined
      /** Of `loaded` and `stepChange`: where the widget stands, such as `mfa`. */
      readonly current: string | undefined
    }
  /** Any other type: MX's pages list some that are about the widget alone. */
  | { readonly kind: 'unknown'; readonly step: string }

/** The types as they are compared: documents and widgets differ in case, and in one letter. */
const byName = new Map(TYPES.map((type) => [normal(type), type]))

/** What a message says, or why it is refused. */
export function readMx(message: Message): MxEvent | RefusedReason {
  const { mx, type, metadata } = message
  if (mx !== true || typeof type !== 'string' || !/^[\w/]{1,64}$/.test(type)) return 'shape'
  const known = byName.get(normal(type))
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

function normal(type: string): string {
  const name = type.toLowerCase().replace(/^mx\//, '')
  return name === 'connect/memberstatusupdated' ? 'connect/memberstatusupdate' : name
}
