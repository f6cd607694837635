import { simulator } from 'bank-mfa/simulator'
import { createApp } from './app.js'

const port = process.env.PORT ?? 3000
const origin = process.env.ORIGIN ?? `http://localhost:${port}`
const simulated = simulator({ realTime: true })

// For real banks, replace these two lines. See README.md.
const bank = { secretKey: simulated.secretKey, fetch: simulated.fetch }
const findLoginId = async (user, id) => (id === 'chequing' ? simulated.loginId('text_or_call') : null)

createApp({ origin, bank, findLoginId }).listen(port, () => console.log(`Open ${origin}`))
