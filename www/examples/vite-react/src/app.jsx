import { useState } from 'react'
import { BankMfa } from 'bank-mfa/react'
import { remote } from 'bank-mfa/remote'

const edge = remote('/mfa')
const start = () => edge.start({ connection: 'chequing' })

export function App() {
  const [connected, setConnected] = useState(false)
  return (
    <main>
      <h1>{connected ? 'Your bank is connected' : 'Connect your bank'}</h1>
      <BankMfa start={start} onDone={() => setConnected(true)} />
      <p>This bank is simulated. Choose any phone. The code is 123456.</p>
    </main>
  )
}
