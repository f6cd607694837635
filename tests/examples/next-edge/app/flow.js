import { FlowError, flinks } from 'bank-mfa'
import { simulator } from 'bank-mfa/simulator'

/** Runs a flow of the simulated person. Returns the institution, or what was thrown. */
export async function runFlow(username) {
  const bank = simulator()
  const person = bank.people.find((person) => person.username === username)
  const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
  const { fetch, clock } = bank
  const host = { instance: 'toolbox', customerId, authorizeToken: () => bank.token(), fetch, clock }
  const flow = flinks.authorize({ loginId: person.loginId, mostRecentCached: false }, host)
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    const answers = Object.fromEntries(
      step.round.challenges.flatMap(({ fields }) => fields.map(({ name }) => [name, 'Montreal'])),
    )
    await step.answer(answers)
  }
  try {
    return (await flow.result()).institution
  } catch (error) {
    return error instanceof FlowError ? error.code : String(error)
  }
}
