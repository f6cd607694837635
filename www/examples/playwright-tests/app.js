/** Your app: a page, and the edge that it talks to. */
import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { edge, memoryStore, nodeHandler } from 'bank-mfa/edge'

const userOf = (cookie) => /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? null

/** `bank` is Flinks, or the simulator in its place. */
export function createApp({ origin, bank, findLoginId, presentation = 'form' }) {
  const { host, secretKey } = bank
  /** Connect's page, which the user sees in an iframe. */
  const connect = `https://${host.instance}-iframe.private.fin.ag`
  const mfa = edge({
    origins: [origin],
    // Each visitor is a user of their own, with a random id. Replace it by your own sign-in.
    authenticate: (request) => userOf(request.headers.get('cookie')),
    async resolve(user, id) {
      const loginId = await findLoginId(user, id)
      const flow = { kind: 'reconnect', params: { loginId, presentation } }
      return loginId && { vendor: 'flinks', host, secretKey, flow }
    },
    onError: (error) => console.error(error.message),
    seal: { current: 'k1', keys: { k1: randomBytes(32).toString('base64') } },
    store: memoryStore(),
    fetch: bank.fetch,
    clock: bank.clock,
  })
  setInterval(() => mfa.sweep(), 30_000).unref() // continues the flows whose page is closed

  const app = express()
  app.disable('x-powered-by')
  app.use('/mfa', nodeHandler(mfa))
  app.use((request, response, next) => {
    response.set(
      'content-security-policy',
      `default-src 'self'; img-src 'self' data:; frame-src ${connect}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    )
    if (!userOf(request.headers.cookie)) {
      response.cookie('session', randomUUID(), { httpOnly: true, sameSite: 'lax', secure: origin.startsWith('https:') })
    }
    next()
  })
  app.use(express.static(fileURLToPath(new URL('public', import.meta.url))))
  app.use('/bank-mfa', express.static(fileURLToPath(new URL('..', import.meta.resolve('bank-mfa/remote')))))
  return app
}
