import { remote } from 'bank-mfa/remote'
import { describe, fr } from 'bank-mfa/texts'

export async function run(bank) {
  const flow = remote(`${bank}/mfa`).start({ connection: 'disabled' })
  for await (const step of flow) if (step.kind === 'failed') return describe(step.failure, fr).title
}
