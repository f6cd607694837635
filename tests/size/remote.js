import { mount } from 'bank-mfa/connect'
import { remote } from 'bank-mfa/remote'

/** A minimal page that follows a flow at its edge, and shows the vendor's iframe. */
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
