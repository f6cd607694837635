import { simulator } from 'bank-mfa/simulator'
import { createApp } from './app.js'

const port = process.env.PORT ?? 3000
const origin = process.env.ORIGIN ?? `http://localhost:${port}`
const simulated = simulator({ realTime: true })
const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }

// For real banks, replace these two lines. See README.md.
const bank = { host, secretKey: simulated.secretKey, fetch: simulated.fetch }
const findLoginId = async (user, id) => (id === 'chequing' ? simulated.loginId('text_or_call') : null)

createApp({ origin, bank, findLoginId }).listen(port, () => console.log(`Open ${origin}`))
