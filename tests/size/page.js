/** A minimal page that runs a flow. */
export async function run({ flinks, FlowError }) {
  const form = document.querySelector('form')
  const { loginId, instance, customerId } = form.dataset
  const flow = flinks.authorize({ loginId, mostRecentCached: false }, { instance, customerId })
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    form.textContent = step.round.challenges.map((challenge) => challenge.prompt).join('\n')
    form.onsubmit = () => step.answer(new FormData(form))
  }
  try {
    form.textContent = (await flow.result()).requestId
  } catch (error) {
    if (error instanceof FlowError) form.textContent = error.next
  }
}
