/** Your app: a page, and the edge that it talks to. */
import { randomBytes, randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import express from 'express'
import { edge, memoryStore, nodeHandler } from 'bank-mfa/edge'

/** Connect's page, which the user sees in an iframe. */
const CONNECT = 'https://toolbox-iframe.private.fin.ag'
const userOf = (cookie) => /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? null

/** `bank` is Flinks, or the simulator in its place. */
export function createApp({ origin, bank, findLoginId, presentation = 'form' }) {
  const mfa = edge({
    origins: [origin],
    // Each visitor is a user of their own, with a random id. Replace it by your own sign-in.
    authenticate: (request) => userOf(request.headers.get('cookie')),
    async resolve(user, id) {
      const loginId = await findLoginId(user, id)
      const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
      const flow = { kind: 'reconnect', params: { loginId, presentation } }
      return loginId && { vendor: 'flinks', host, secretKey: bank.secretKey, flow }
    },
    seal: { current: 'k1', keys: { k1: randomBytes(32).toString('base64') } },
    store: memoryStore(),
    fetch: bank.fetch,
    clock: bank.clock,
  })

  const app = express()
  app.disable('x-powered-by')
  app.use('/mfa', nodeHandler(mfa))
  app.use((request, response, next) => {
    response.set(
      'content-security-policy',
      `default-src 'self'; img-src 'self' data:; frame-src ${CONNECT}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
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
