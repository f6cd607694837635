/** The edge of your pages: the vendor's keys stay here, and each flow lives in a Durable Object of its own. */
import { durable } from 'bank-mfa/edge'

const { fetch: mfa, FlowObject } = durable({
  objects: (env) => env.FLOWS, // env.FLOWS.jurisdiction('eu'), where the data must stay there
  origins: ['https://app.example'], // your pages
  seal: (env) => JSON.parse(env.SEAL_KEYS),

  /** Who asks: replace this by your session. Here your own back end has signed `user.signature`. */
  async authenticate(request, env) {
    const [user, signature = ''] = (request.headers.get('authorization') ?? '').replace('Bearer ', '').split('.')
    const bytes = (text) => new TextEncoder().encode(text)
    const algorithm = { name: 'HMAC', hash: 'SHA-256' }
    const key = await crypto.subtle.importKey('raw', bytes(env.SESSION_KEY), algorithm, false, ['verify'])
    const given = Uint8Array.from(signature.match(/../g) ?? [], (hex) => parseInt(hex, 16))
    return (await crypto.subtle.verify('HMAC', key, given, bytes(user))) ? user : null
  },

  /** What a connection of this user's is: ask your back end, by a binding or by `fetch`. */
  async resolve(user, connection, env) {
    const path = [user, connection].map(encodeURIComponent).join('/')
    const reply = await env.BACKEND.fetch(`https://backend.example/bank-connections/${path}`)
    if (!reply.ok) return null
    const { loginId } = await reply.json()
    const host = { instance: env.FLINKS_INSTANCE, customerId: env.FLINKS_CUSTOMER_ID, baseUrl: env.FLINKS_URL }
    const flow = { kind: 'reconnect', params: { loginId, presentation: 'form' } }
    return { vendor: 'flinks', host, secretKey: env.FLINKS_SECRET_KEY, flow }
  },

  /** Told until your back end has it; the vendor's ids are here alone. */
  async onEnded(ended, env) {
    const init = { method: 'POST', body: JSON.stringify(ended) }
    const reply = await env.BACKEND.fetch('https://backend.example/bank-connections/ended', init)
    if (!reply.ok) throw new Error('the back end did not take it')
  },
  onError: (error) => console.error(error.message),
})

export { FlowObject }
export default { fetch: mfa }
