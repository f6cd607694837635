/** MX's client in a polling loop. It speaks through Axios, which gets the same `fetch` unless it opens the socket. */
import { Configuration, MembersApi } from 'mx-platform-node'
import { memberGuid, mxAnswers, mxKey, userGuid } from '../../lib/data.mjs'

export default function platformNode({ fetch, baseUrl, sleep, isSocket }) {
  const transport = isSocket ? {} : { adapter: 'fetch', env: { fetch } }
  const baseOptions = { headers: { Accept: 'application/vnd.mx.api.v1+json' }, ...transport }
  const configuration = new Configuration({
    username: mxKey.clientId,
    password: mxKey.apiKey,
    basePath: baseUrl,
    baseOptions,
  })
  return async () => {
    const members = new MembersApi(configuration)
    await members.aggregateMember(memberGuid, userGuid)
    for (;;) {
      await sleep(3_000)
      const { member } = (await members.readMemberStatus(memberGuid, userGuid)).data
      if (member.connection_status === 'CHALLENGED')
        await members.resumeAggregation(memberGuid, userGuid, mxAnswers(member.challenges))
      else if (!member.is_being_aggregated) return member.connection_status
    }
  }
}
