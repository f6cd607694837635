import { createElement } from 'react'
import { createRoot } from 'react-dom/client'
import { BankMfa } from 'bank-mfa/react'
import { remote } from 'bank-mfa/remote'

export function run(bank) {
  const start = () => remote(`${bank}/mfa`).start({ connection: 'form' })
  const root = createRoot(document.getElementById('root'))
  return new Promise((resolve) => root.render(createElement(BankMfa, { start, onDone: () => resolve() })))
}
