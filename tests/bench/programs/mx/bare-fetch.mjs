/** The limit: the same calls with `fetch` and JSON, and nothing else. */
import { memberGuid, mxAnswers, mxKey, userGuid } from '../../lib/data.mjs'

const authorization = `Basic ${btoa(`${mxKey.clientId}:${mxKey.apiKey}`)}`
const accept = 'application/vnd.mx.api.v1+json'

export default function bareFetch({ fetch, baseUrl, sleep }) {
  const url = `${baseUrl}/users/${userGuid}/members/${memberGuid}`
  const headers = { authorization, accept, 'content-type': 'application/json' }
  const call = async (verb, method = 'GET', body = undefined) =>
    (await fetch(`${url}/${verb}`, { method, headers, body: body && JSON.stringify(body) })).json()
  return async () => {
    await call('aggregate', 'POST')
    for (;;) {
      await sleep(3_000)
      const { member } = await call('status')
      if (member.connection_status === 'CHALLENGED') await call('resume', 'PUT', mxAnswers(member.challenges))
      else if (!member.is_being_aggregated) return member.connection_status
    }
  }
}
