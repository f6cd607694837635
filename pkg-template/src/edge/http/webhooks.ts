import type { Webhook } from '../config.js'
import { report } from '../problem.js'
import { findWebhookReader } from '../vendors/index.js'
import { readJson } from './body.js'
import type { Reply } from './reply.js'
import { toTarget, type Call } from './routes.js'

/** The longest webhook that is read, in bytes. A guess. */
const MAX_WEBHOOK_BYTES = 64 << 10

/**
 * Accepts a webhook at `…/webhooks/{vendor}`; `undefined` if the request is for another route. Webhooks are untrusted,
 * because they are not signed: they only trigger a poll.
 */
export function webhookRoute<Env>(call: Call<Env>): Promise<Reply> | undefined {
  const { method, url } = call.request
  const [, vendor = ''] = /\/webhooks\/(\w+)$/.exec(new URL(url).pathname) ?? []
  const read = method === 'POST' ? findWebhookReader(vendor) : undefined
  return read && accept(call, vendor, read)
}

async function accept<Env>(
  { config, request, env, background, open }: Call<Env>,
  vendor: string,
  read: (body: Record<string, unknown>) => Webhook,
): Promise<Reply> {
  const webhook = read(await readJson(request, MAX_WEBHOOK_BYTES))
  const poll = async () => {
    const target = await config.webhooks?.findConnection(webhook, env)
    const found = target && (await config.resolve(target.user, target.connection, env))
    if (!target || found?.vendor !== vendor) return
    const { service, sealer } = open()
    await service.pollForWebhook(await toTarget(sealer, target.user, target.connection, found), found)
  }
  // The vendor expects its reply at once.
  background(poll().catch((error: unknown) => report(config.onError, error, env)))
  return { status: 204, headers: {}, body: null }
}
