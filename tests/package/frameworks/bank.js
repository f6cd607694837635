/** A simulated bank in the page, and flows whose subscriptions are counted. */
import { flinks } from 'bank-mfa'
import { simulator } from 'bank-mfa/simulator'

const bank = simulator({ seed: 1 })
const host = {
  instance: 'toolbox',
  customerId: '43387ca6-0391-4c82-857d-70d95f087ecb',
  authorizeToken: () => bank.token(),
  fetch: bank.fetch,
  clock: bank.clock,
}
const flows = []
let subscriptions = 0

/** Starts a live flow of a simulated person. */
export function startFlow(username) {
  const flow = flinks.authorize({ loginId: bank.loginId(username), mostRecentCached: false }, host)
  const { subscribe } = flow
  flow.subscribe = (listener) => {
    const unsubscribe = subscribe(listener)
    let isSubscribed = true
    subscriptions += 1
    return () => {
      if (isSubscribed) subscriptions -= 1
      isSubscribed = false
      unsubscribe()
    }
  }
  flows.push(flow)
  return flow
}

window.facts = () => ({
  answers: bank.counts().answers,
  flows: flows.map(({ current }) => current.kind),
  subscriptions,
})
