import { mount } from 'bank-mfa/connect'
import { remote } from 'bank-mfa/remote'

/** The least that a page does with a flow at its own edge, the vendor's frame included. */
export async function run(form) {
  const flow = remote('/mfa').start({ connection: form.dataset.connection })
  for await (const step of flow) {
    if (step.kind === 'connect') mount(step, form)
    if (step.kind !== 'challenge') continue
    form.textContent = step.round.challenges.map((challenge) => challenge.prompt).join('\n')
    form.onsubmit = () => step.answer(new FormData(form))
  }
  form.textContent = flow.current.kind
}
