/**
 * The vendors' webhooks are untrusted, because anybody can send one: they only trigger a poll.
 *
 * MX sends CONNECTION_STATUS (https://docs.mx.com/resources/webhooks/connection-status) when a member needs the user. It
 * expects a 204 at once and repeats for a day. No page of MX's describes a signature.
 */
import { readBytes, toObject } from './defence.js'

/** The ids in a webhook. Look up the connection by them. */
export type Webhook = { vendor: 'mx'; userGuid: string | null; memberGuid: string | null }

/** The longest webhook that is read, in bytes. A guess. */
const MAX_BYTES = 64 << 10

/** Reads the ids of a webhook and nothing else. */
export async function readWebhook(request: Request): Promise<Webhook> {
  const body = toObject(await readBytes(request, MAX_BYTES))
  return { vendor: 'mx', userGuid: text(body['user_guid']), memberGuid: text(body['member_guid']) }
}

const text = (value: unknown) => (typeof value === 'string' && value.length <= 200 ? value : null)
