/** Pages and edge in one worker. Each flow is in a Durable Object of its own. */
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import { parse } from 'hono/utils/cookie'
import { durable } from 'bank-mfa/edge'
import { bank, findLoginId } from './bank.js'
import page from './page.html'

const edge = durable({
  origins: [env.ORIGIN],
  // Each visitor is a user of their own, with a random id. Replace it by your own sign-in.
  authenticate: (request) => parse(request.headers.get('cookie') ?? '').session ?? null,
  async resolve(user, id) {
    const loginId = await findLoginId(user, id)
    const { host, secretKey } = bank
    const flow = { kind: 'reconnect', params: { loginId, presentation: 'form' } }
    return loginId && { vendor: 'flinks', host, secretKey, flow }
  },
  objects: () => env.FLOWS,
  seal: () => env.SEAL_KEYS,
  fetch: bank.fetch,
  onError: (error) => console.error(error.message),
})

export const { FlowObject } = edge

const pageHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
})

const app = new Hono()

app.all('/mfa/*', ({ req, executionCtx }) => edge.fetch(req.raw, env, executionCtx))

app.get('/', pageHeaders, (context) => {
  if (!getCookie(context, 'session')) {
    const secure = env.ORIGIN.startsWith('https:')
    setCookie(context, 'session', crypto.randomUUID(), { httpOnly: true, sameSite: 'Lax', secure })
  }
  return context.html(page)
})

export default app
