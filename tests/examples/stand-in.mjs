/**
 * Preloaded by an example that was switched to real banks: Flinks' own addresses get the simulator, and the names of its
 * README have values.
 */
import { flinks as flinksCalls } from 'bank-mfa/calls'
import { simulator } from 'bank-mfa/simulator'

const bank = simulator({ realTime: true })
const loginId = bank.loginId('text_or_call')
const { fetch } = globalThis

Object.assign(globalThis, {
  fetch(input, init) {
    const { hostname } = new URL(input.url ?? input)
    return hostname.endsWith('-api.private.fin.ag') ? bank.fetch(input, init) : fetch(input, init)
  },
  ...{ instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb', flinksCalls },
  database: { findLoginId: async (user, id) => (id === 'chequing' ? loginId : null) },
})
Object.assign(process.env, { FLINKS_SECRET_KEY: bank.secretKey, LOGIN_ID: loginId })
