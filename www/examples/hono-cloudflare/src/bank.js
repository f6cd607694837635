/** The bank, and who has accounts there. Here Flinks' simulator takes its place. */
import { simulator } from 'bank-mfa/simulator'

const simulated = simulator({ realTime: true })
const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }

// For real banks, replace these two lines. See README.md.
export const bank = { host, secretKey: simulated.secretKey, fetch: simulated.fetch }
export const findLoginId = async (user, id) => (id === 'chequing' ? simulated.loginId('text_or_call') : null)
