import { answers, customerId, loginId, token } from '../../lib/data.mjs'
import { flinks } from '../../lib/flinks.mjs'

export default function bankMfa({ fetch, baseUrl, clock }) {
  const host = { instance: 'toolbox', customerId, authorizeToken: token, fetch, baseUrl, clock }
  return async () => {
    const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
    for await (const step of flow) {
      if (step.kind === 'challenge') await step.answer(answers(step.round))
    }
    return (await flow.result()).loginId
  }
}
