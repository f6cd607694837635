/** An edge in workerd, with a simulated vendor and a virtual clock. */
import { edge, memoryStore } from 'bank-mfa/edge'
import { simulator } from 'bank-mfa/simulator'

const customerId = '43387ca6-0391-4c82-857d-70d95f087ecb'
const origin = 'https://app.example'

function page(store) {
  const bank = simulator({ seed: 1, now: Date.UTC(2026, 0, 21, 12) })
  const params = { loginId: bank.loginId('Greatday'), mostRecentCached: false }
  const connection = { vendor: 'flinks', host: { instance: 'toolbox', customerId }, secretKey: bank.secretKey }
  const handle = edge({
    authenticate: () => 'ann',
    resolve: (_, id, env) =>
      id === 'c_1' && env.known ? { ...connection, flow: { kind: 'authorize', params } } : null,
    origins: [origin],
    seal: () => ({ current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }),
    store,
    fetch: bank.fetch,
    clock: bank.clock,
  })
  const ask = async (method, path, body, accept = '*/*') => {
    const headers = { origin, accept, 'content-type': 'application/json' }
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) }
    const context = { waitUntil: () => {} }
    return handle(new Request(`https://edge.example/mfa${path}`, init), { known: true }, context)
  }
  return { bank, ask, call: async (...given) => (await ask(...given)).json() }
}

async function walk({ bank, call }) {
  let state = await call('POST', '/flows', { connection: 'c_1' })
  while (state.step.kind === 'working') state = await call('GET', `/flows/${state.flow}?after=${state.version}`)
  const end = await call('POST', `/flows/${state.flow}/answer`, { round: 1, answers: { '1.1.answer': 'Montreal' } })
  is([state.step.kind, end.step.kind, bank.counts().answers], ['challenge', 'done', 1])
  return end
}

function is(found, wanted) {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value))
  if (one !== other) throw new Error(`${one} is not ${other}`)
}

export const stored = { test: async () => void (await walk(page(memoryStore()))) }

export const events = {
  async test() {
    const own = page(() => store)
    const store = memoryStore()
    const { flow, version, step } = await walk(own)
    const text = await (await own.ask('GET', `/flows/${flow}`, undefined, 'text/event-stream')).text()
    is(text, `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
  },
}
