/** Your part of the edge: who the user is, what their connections are, and what happens when a flow ends. */

/** The origins of your pages. */
export const origins = ['https://app.example']

/**
 * Returns the user's id, or `null`. Replace it by your session. Here your back end has signed a token
 * `user.expires.signature`; `expires` is in milliseconds since 1970. README.md shows how to sign it.
 */
export async function authenticate(request, env) {
  // An unset variable can be null, whose text anybody can sign with.
  if (typeof env.SESSION_KEY !== 'string' || env.SESSION_KEY === '') throw new Error('SESSION_KEY is not set')
  const token = /^Bearer ((.+)\.(\d{1,15}))\.([0-9a-f]{64})$/.exec(request.headers.get('authorization') ?? '')
  if (!token) return null
  const [, signedText, user, expires, signature] = token
  const bytes = (text) => new TextEncoder().encode(text)
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', bytes(env.SESSION_KEY), algorithm, false, ['verify'])
  const signatureBytes = Uint8Array.from(signature.match(/../g), (hex) => parseInt(hex, 16))
  const isSigned = await crypto.subtle.verify('HMAC', key, signatureBytes, bytes(signedText))
  return isSigned && Date.now() < Number(expires) ? user : null
}

/** Returns a connection of the user. Your back end knows the vendor's ids, and this function adds the keys. */
export async function resolve(user, connection, env) {
  const reply = await callBackend([user, connection].map(encodeURIComponent).join('/'), env)
  // `null` stops a running flow: nothing more is sent to the vendor. After an error the edge retries.
  if (reply.status === 404) return null
  const { vendor, ...ids } = await expectOk(reply).json()
  if (!Object.hasOwn(connections, vendor)) throw new Error('The back end named an unknown vendor')
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

/** Passes the outcome, with the vendor's ids, to your back end. The edge retries until this resolves. */
export async function onFlowEnded(ended, env) {
  expectOk(await callBackend('ended', env, { method: 'POST', body: JSON.stringify(ended) }))
}

/** How long your back end may take, in milliseconds. */
const BACKEND_TIMEOUT_MS = 10_000

/** Your back end must refuse calls without this key. */
function callBackend(path, env, init) {
  const headers = { authorization: `Bearer ${env.BACKEND_KEY}`, 'content-type': 'application/json' }
  return fetch(`${env.BACKEND_URL}/bank-connections/${path}`, { ...init, headers, signal: AbortSignal.timeout(BACKEND_TIMEOUT_MS) })
}

function expectOk(reply) {
  if (!reply.ok) throw new Error(`The back end replied ${reply.status}`)
  return reply
}

export const onError = (error) => console.error(error.message)
