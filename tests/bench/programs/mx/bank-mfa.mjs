import { answers, memberGuid, mxKey, userGuid } from '../../lib/data.mjs'
import { mx } from '../../lib/mx.mjs'

export default function bankMfa({ fetch, baseUrl, clock }) {
  const host = { environment: 'integration', ...mxKey, version: 'v20111101', fetch, baseUrl, clock }
  return async () => {
    const flow = mx.member({ userGuid, memberGuid, job: 'aggregate' }, host)
    for await (const step of flow) {
      if (step.kind === 'challenge') await step.answer(answers(step.round))
    }
    return (await flow.result()).connectionStatus
  }
}
