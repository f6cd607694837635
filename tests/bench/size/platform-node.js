import { Configuration, MembersApi } from 'mx-platform-node'

/** A job with its challenges, in a polling loop. */
export async function run(config, member, user, sleep, ask) {
  const members = new MembersApi(new Configuration(config))
  await members.aggregateMember(member, user)
  for (;;) {
    await sleep(3_000)
    const { data } = await members.readMemberStatus(member, user)
    if (data.member.connection_status === 'CHALLENGED')
      await members.resumeAggregation(member, user, { member: { challenges: await ask(data.member.challenges) } })
    else if (!data.member.is_being_aggregated) return data.member.connection_status
  }
}
