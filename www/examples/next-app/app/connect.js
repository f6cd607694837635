'use client'

import { BankMfa } from 'bank-mfa/react'
import { remote } from 'bank-mfa/remote'

const start = () => remote('/mfa').start({ connection: 'chequing' })

export function Connect() {
  return <BankMfa start={start} />
}
