import { connection } from 'next/server'
import { Connect } from './connect.js'

export default async function Page() {
  await connection() // The nonce of the Content-Security-Policy is new in each reply. So Next must not prerender the page.
  return (
    <main>
      <h1>Connect your bank</h1>
      <Connect />
      <p>This bank is simulated. Choose any phone. The code is 123456.</p>
    </main>
  )
}
