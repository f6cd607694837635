/** A pass-through: it makes the same calls to the bank for the same requests of a page, and nothing else. */
import { answer, customerId, loginId, prompt, requestId, secretKey } from './people.mjs'

function call(env, name, key, body) {
  const headers = { accept: 'application/json', 'content-type': 'application/json', 'flinks-auth-key': key }
  return fetch(`${env.BANK}/v3/${customerId}/BankingServices/${name}`, { method: 'POST', headers, body })
}

const routes = {
  async flows(n, env) {
    await (await call(env, 'GenerateAuthorizeToken', secretKey(n), null)).arrayBuffer()
    return call(env, 'Authorize', `token-${n}`, JSON.stringify({ LoginId: loginId(n), MostRecentCached: false }))
  },
  getState: () => new Response('{}', { headers: { 'content-type': 'application/json' } }),
  answer(n, env) {
    const answers = { [prompt(n, 1)]: [answer(n, 1)] }
    const body = JSON.stringify({ RequestId: requestId(n), SecurityResponses: answers })
    return call(env, 'Authorize', `token-${n}`, body)
  },
}

export default {
  async fetch(request, env) {
    const route = routes[request.url.slice(request.url.lastIndexOf('/') + 1)] ?? routes.getState
    const n = Number(request.headers.get('authorization'))
    await request.arrayBuffer()
    return route(n, env)
  },
}
