import { FlinksClient } from '@rizwannur/flinks'

/** A session with its challenges. The client is for Node and Bun, so its import of node:crypto stays outside. */
export async function run(config, loginId, ask) {
  const { authorize } = new FlinksClient(config)
  let reply = await authorize.authorize({ loginId, mostRecentCached: false })
  while (reply.httpStatusCode === 203)
    reply = await authorize.authorize({
      requestId: reply.requestId,
      securityResponses: await ask(reply.securityChallenges),
    })
  return reply.requestId
}
