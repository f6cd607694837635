import 'bank-mfa/element'
import { remote } from 'bank-mfa/remote'

export function run(bank) {
  const element = document.createElement('bank-mfa')
  element.start = () => remote(`${bank}/mfa`).start({ connection: 'form' })
  document.body.append(element)
  return new Promise((resolve) => element.addEventListener('bank-mfa-done', () => resolve()))
}
