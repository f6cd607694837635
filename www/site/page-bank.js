/**
 * The simulated banks in this page, where no server runs them. There is no edge, and nothing serves the vendors' own
 * pages. A reload forgets the banks, so it cannot resume a flow.
 */
import { loadSimulator } from './package.js'

const CUSTOMER_ID = '43387ca6-0391-4c82-857d-70d95f087ecb'
const BASE_URL = 'https://simulated-bank.example'
const PROXY_URL = `${location.origin}/mx`
const TOKEN_URL = new URL('token', location.href).href

/** @param {() => number} now the time of the flow's clock */
export async function openPageBank(now) {
  const { simulator } = await loadSimulator()
  const create = () => simulator({ seed: 1, now: now() })
  let bank = create()

  /** Answers like the vendor, and like the page's own server, which mints tokens and adds the MX key. */
  async function answer(input, init) {
    const request = new Request(input, init)
    if (request.url === TOKEN_URL) return Response.json({ token: await bank.token() })
    bank.clock.advance(Math.max(0, now() - bank.clock.now()))
    if (!request.url.startsWith(PROXY_URL)) return bank.fetch(request)
    const { clientId, apiKey } = bank.mx.key
    const headers = new Headers(request.headers)
    headers.set('authorization', `Basic ${btoa(`${clientId}:${apiKey}`)}`)
    return bank.fetch(new Request(request, { headers }))
  }

  return {
    baseUrl: BASE_URL,
    proxyUrl: PROXY_URL,
    tokenUrl: TOKEN_URL,
    instance: 'toolbox',
    customerId: CUSTOMER_ID,
    fetch: answer,
    list: async (which) => (which === 'people' ? bank.people : bank.mx.members),
    async control({ reset, rules, fault }) {
      if (reset) bank = create()
      if (rules) bank.setRules(rules)
      if (fault) bank.fault(fault)
    },
    // The bank follows the flow's clock.
    async advance() {},
  }
}
