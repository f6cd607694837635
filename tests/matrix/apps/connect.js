import { mount } from 'bank-mfa/connect'
import { remote } from 'bank-mfa/remote'

export async function run(bank) {
  const flow = remote(`${bank}/mfa`).start({ connection: 'connect' })
  for await (const step of flow) if (step.kind === 'connect') mount(step, document.body)
  await flow.result()
}
