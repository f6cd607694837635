/** A minimal page that runs a flow. `start` starts it with the form's data. */
export async function run(start, FlowError) {
  const form = document.querySelector('form')
  const flow = start(form.dataset)
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    form.textContent = step.round.challenges.map((challenge) => challenge.prompt).join('\n')
    form.onsubmit = () => step.answer(new FormData(form))
  }
  try {
    form.textContent = JSON.stringify(await flow.result())
  } catch (error) {
    if (error instanceof FlowError) form.textContent = error.next
  }
}
