import type { Webhooks } from '../config.js'
import { callCompany, methodNotAllowed, report } from '../problem.js'
import { resolveConnection } from '../resolve.js'
import { findWebhookReader } from '../vendors/index.js'
import type { WebhookReader } from '../vendors/vendor.js'
import { readStrings } from './read-strings.js'
import type { Reply } from './reply.js'
import { partsOf, toTarget, type Call } from './routes.js'

const NOT_A_CONNECTION = 'findConnection must return { user, connection }, each a non-empty string, or null'

const isId = (value: unknown) => typeof value === 'string' && value !== ''

/** How much of a webhook is read, in bytes. A guess: MX documents no limit. */
const MAX_WEBHOOK_BYTES = 1 << 20

/**
 * Accepts a webhook at `…/webhooks/{vendor}`; `undefined` if the request is for another route. Webhooks are untrusted,
 * because they are not signed: they only trigger a poll.
 */
export function webhookRoute<Env>(call: Call<Env>, webhooks: Webhooks<Env>): Promise<Reply> | undefined {
  const { method, url } = call.request
  const [, vendor = ''] = /\/webhooks\/(\w+)$/.exec(partsOf(url).path) ?? []
  const reader = findWebhookReader(vendor)
  if (reader === undefined) return undefined
  if (method !== 'POST') throw methodNotAllowed('POST')
  return accept(call, webhooks, vendor, reader)
}

async function accept<Env>(
  { config, request, env, background, open }: Call<Env>,
  webhooks: Webhooks<Env>,
  vendor: string,
  { names, read }: WebhookReader,
): Promise<Reply> {
  const webhook = read(await readStrings(request, names, MAX_WEBHOOK_BYTES))
  const poll = async () => {
    const target = await callCompany('findConnection', () => webhooks.findConnection(webhook, env))
    if (!target) return
    const { user, connection } = target
    // No page could join a flow of another user or connection.
    if (![user, connection].every(isId)) throw new TypeError(NOT_A_CONNECTION)
    const found = await resolveConnection(config, env, background, user, connection)
    if (found?.vendor !== vendor) return
    const { service, sealer } = open()
    await service.pollForWebhook(await toTarget(sealer, user, connection, found), found)
  }
  // The vendor expects its reply at once.
  background(poll().catch((error: unknown) => report(config.onError, error, env)))
  return { status: 204, headers: {}, body: null }
}
