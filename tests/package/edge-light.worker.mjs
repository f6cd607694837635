/** Runs in Vercel's edge runtime, with the package's export condition `edge-light`. */
import { flinks as flinksOfBoth } from 'bank-mfa'
import { flinks as calls } from 'bank-mfa/calls'
import { edge } from 'bank-mfa/edge'
import { accounts } from 'bank-mfa/edge/data'
import { flinks } from 'bank-mfa/flinks'
import { mx } from 'bank-mfa/mx'
import { simulator } from 'bank-mfa/simulator'
import { fill } from '../lib/fill.mjs'

/** Runs a flow of a simulated person with the right answers. Returns the last step, and the bank's counts. */
async function runFlow(username) {
  const bank = simulator({ seed: 1 })
  const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
  const { fetch, clock } = bank
  const host = { instance: 'toolbox', customerId, fetch, clock, authorizeToken: () => bank.token() }
  const { loginId, responses } = bank.people.find((person) => person.username === username)
  const flow = flinks.authorize({ loginId, mostRecentCached: false }, host)
  for await (const step of flow) {
    if (step.kind === 'challenge') await step.answer(fill(step.round, responses[step.round.number - 1]))
  }
  const { broken, answersRepeated } = bank.counts()
  return { kind: flow.current.kind, rounds: responses.length, broken, answersRepeated }
}

addEventListener('fetch', (event) => {
  const username = new URL(event.request.url).searchParams.get('username')
  const entries = {
    ...{ calls: typeof calls.pollRequest, edge: typeof edge, data: typeof accounts },
    ...{ both: typeof flinksOfBoth.authorize, mx: typeof mx.member },
  }
  event.respondWith(runFlow(username).then((flow) => Response.json({ ...flow, entries })))
})
