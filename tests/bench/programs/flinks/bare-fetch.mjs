/** The limit: the same calls with `fetch` and JSON, and nothing else. */
import { customerId, loginId, securityResponses, token } from '../../lib/data.mjs'

const start = { LoginId: loginId, MostRecentCached: false }

export default function bareFetch({ fetch, baseUrl }) {
  const url = `${baseUrl}/v3/${customerId}/BankingServices/Authorize`
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'flinks-auth-key': token }
  const call = async (body) => (await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })).json()
  return async () => {
    let reply = await call(start)
    while (reply.HttpStatusCode === 203)
      reply = await call({ RequestId: reply.RequestId, SecurityResponses: securityResponses(reply.SecurityChallenges) })
    return reply.Login.Id
  }
}
