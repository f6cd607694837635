import { FlinksClient } from '@rizwannur/flinks'
import { customerId, loginId, securityResponses, token } from '../../lib/data.mjs'

export default function rizwannur({ fetch, baseUrl }) {
  const config = { instance: 'toolbox', customerId, authorizeToken: token, fetch, hosts: { banking: baseUrl } }
  return async () => {
    const { authorize } = new FlinksClient(config)
    let reply = await authorize.authorize({ loginId, mostRecentCached: false })
    while (reply.httpStatusCode === 203)
      reply = await authorize.authorize({
        requestId: reply.requestId,
        securityResponses: securityResponses(reply.securityChallenges),
      })
    return reply.login.id
  }
}
