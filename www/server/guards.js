/**
 * What each of the demo's servers checks before it handles a request. A page of another site can make a browser call
 * them, so they accept only their own host names, and limit what they read.
 */
const LOOPBACK_NAMES = ['127.0.0.1', 'localhost', '[::1]']
const MAX_BODY_BYTES = 1024 * 1024

/** The origins by which this machine reaches the same port as `origin`. */
export function loopbackOrigins(origin) {
  const { port } = new URL(origin)
  return LOOPBACK_NAMES.map((name) => new URL(`http://${name}:${port || 80}`).origin)
}

/**
 * Wraps the handler of the server at `origin`. After DNS rebinding, another site's page calls this server with the host
 * name of that site: 421.
 */
export function guard(handler, origin) {
  const hosts = new Set(loopbackOrigins(origin).map((own) => new URL(own).host))
  return async (request) => {
    const host = request.headers.get('host')?.toLowerCase()
    if (!hosts.has(host)) return new Response('Open the demo by its loopback address', { status: 421 })
    if (!request.body) return handler(request)
    const body = await readBody(request)
    if (body === null) return new Response('The body is above 1 MiB', { status: 413 })
    return handler(new Request(request, { body }))
  }
}

/** Returns the body; `null` if it is too large. */
async function readBody(request) {
  if (Number(request.headers.get('content-length')) > MAX_BODY_BYTES) return null
  const chunks = []
  let size = 0
  for await (const chunk of request.body) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return new Blob(chunks)
}

/** Whether the request comes from a page of one of the origins, or from no page. */
export function isFromOrigin(request, origins) {
  const origin = request.headers.get('origin')
  return origin === null || origins.includes(origin)
}

/** Returns the JSON object in the body; `null` if there is none. */
export async function readObject(request) {
  const value = await request.json().catch(() => null)
  return typeof value === 'object' && !Array.isArray(value) ? value : null
}

export const badRequest = (message) => new Response(message, { status: 400 })
