/** What is yours in the edge: who asks, what their connections are, and who hears of an end. */

/** Your pages. */
export const origins = ['https://app.example']

/** Who asks: replace this by your session. Here your own back end has signed `user.signature`. */
export async function authenticate(request, env) {
  const [user, signature = ''] = (request.headers.get('authorization') ?? '').replace('Bearer ', '').split('.')
  const bytes = (text) => new TextEncoder().encode(text)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes(env.SESSION_KEY), algorithm, false, ['verify'])
  const given = Uint8Array.from(signature.match(/../g) ?? [], (hex) => parseInt(hex, 16))
  return (await crypto.subtle.verify('HMAC', key, given, bytes(user))) ? user : null
}

/** What a connection of this user's is: your back end knows the vendor and its ids, and the edge the keys. */
export async function resolve(user, connection, env) {
  const reply = await ask([user, connection].map(encodeURIComponent).join('/'), env)
  // What is not there ends a flow that runs; a back end that is not there does not.
  if (reply.status === 404) return null
  const { vendor, ...ids } = await taken(reply).json()
  return connections[vendor](ids, env)
}

const connections = {
  flinks: ({ loginId }, env) => ({
    vendor: 'flinks',
    host: { instance: env.FLINKS_INSTANCE, customerId: env.FLINKS_CUSTOMER_ID, baseUrl: env.FLINKS_URL },
    secretKey: env.FLINKS_SECRET_KEY,
    flow: { kind: 'reconnect', params: { loginId, presentation: 'form' } },
  }),
  mx: ({ userGuid, memberGuid }, env) => ({
    vendor: 'mx',
    host: { environment: env.MX_ENVIRONMENT, baseUrl: env.MX_URL },
    clientId: env.MX_CLIENT_ID,
    apiKey: env.MX_API_KEY,
    params: { userGuid, memberGuid, job: 'aggregate' },
  }),
}

/** Told until your back end has it; the vendor's ids are here alone. */
export async function onFlowEnded(ended, env) {
  taken(await ask('ended', env, { method: 'POST', body: JSON.stringify(ended) }))
}

/** Calls your back end, which does nothing for who has not this key. */
function ask(path, env, init) {
  const headers = { authorization: `Bearer ${env.BACKEND_KEY}`, 'content-type': 'application/json' }
  return fetch(`${env.BACKEND_URL}/bank-connections/${path}`, { ...init, headers })
}

function taken(reply) {
  if (!reply.ok) throw new Error(`the back end said ${reply.status}`)
  return reply
}

export const onError = (error) => console.error(error.message)
