/** The edge. It holds the keys, and runs the flows in the memory of this process. */
import { randomBytes } from 'node:crypto'
import { edge, memoryStore } from 'bank-mfa/edge'
import { simulator } from 'bank-mfa/simulator'

const simulated = simulator({ realTime: true })
const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }

// For real banks, replace these two lines. See README.md.
const bank = { host, secretKey: simulated.secretKey, fetch: simulated.fetch }
const findLoginId = async (user, id) => (id === 'chequing' ? simulated.loginId('text_or_call') : null)

/** Each visitor is a user of their own, with a random id. Replace it by your own sign-in. */
export const userOf = (cookie) => /(?:^|; )session=([\w-]+)/.exec(cookie)?.[1] ?? null

export const port = Number(process.env.PORT ?? 3000)
export const origin = process.env.ORIGIN ?? `http://localhost:${port}`

export const mfa = edge({
  origins: [origin],
  authenticate: (request) => userOf(request.headers.get('cookie')),
  async resolve(user, id) {
    const loginId = await findLoginId(user, id)
    const { host, secretKey } = bank
    const flow = { kind: 'reconnect', params: { loginId, presentation: 'form' } }
    return loginId && { vendor: 'flinks', host, secretKey, flow }
  },
  onError: (error) => console.error(error.message),
  seal: { current: 'k1', keys: { k1: randomBytes(32).toString('base64') } },
  store: memoryStore(),
  fetch: bank.fetch,
})
setInterval(() => mfa.sweep(), 30_000).unref() // continues the flows whose page is closed
