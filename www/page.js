/**
 * The page's own server: its files, the npm package as it was built, and what a company's back end
 * does for a page: it mints Flinks' authorize tokens and adds MX's key to the calls to MX, because
 * no secret key must ever reach a browser.
 */
const TYPES = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
}

/** What the page may ask of MX: members and their jobs, and what an institution asks for. */
const MX =
  /^\/mx\/([\w-]{1,64})(\/users\/USR-[\w-]+\/members(?:\/MBR-[\w-]+(?:\/\w+)?)?|\/institutions\/\w+\/credentials)$/
const MX_METHODS = new Set(['GET', 'POST', 'PUT'])

export default {
  async fetch(request, env) {
    // A company's edge has an origin of its own, or a path of its pages' origin, as here. It secures its replies itself.
    if (new URL(request.url).pathname.startsWith('/edge/')) return env.EDGE.fetch(request)
    const response = await route(request, env)
    return new Response(response.body, { status: response.status, headers: secured(response, env) })
  },
}

function route(request, env) {
  const { pathname } = new URL(request.url)
  if (pathname === '/config') {
    const [vendor, connect] = [env.VENDOR_ORIGIN, env.CONNECT_ORIGIN]
    return Response.json({ vendor, connect, instance: env.INSTANCE, customerId: env.CUSTOMER_ID })
  }
  if (pathname === '/token') return token(request, env)
  if (pathname.startsWith('/mx/')) return proxy(request, env)
  if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('', { status: 405 })
  if (pathname.startsWith('/pkg/')) return file(env.PACKAGE, pathname.slice('/pkg'.length))
  return file(env.SITE, pathname === '/' ? '/index.html' : pathname)
}

/** workerd's disk service sends no content type, and lists folders; a page needs the one and not the other. */
async function file(disk, path) {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)]
  const found = type && (await disk.fetch(`http://disk${path}`))
  if (!found?.ok) return new Response('Not found', { status: 404 })
  return new Response(found.body, { headers: { 'content-type': type } })
}

/** A real back end would also know which of its own users asks, and how often. */
async function token(request, env) {
  const sameOrigin = request.headers.get('sec-fetch-site') === 'same-origin'
  if (request.method !== 'POST' || !sameOrigin) return new Response('', { status: 403 })
  const { session } = await request.json()
  try {
    const minted = await env.VENDOR.fetch(
      `http://vendor/s/${encodeURIComponent(session)}/v3/${env.CUSTOMER_ID}/BankingServices/GenerateAuthorizeToken`,
      { method: 'POST', headers: { 'flinks-auth-key': env.SECRET_KEY } },
    )
    if (minted.ok) return Response.json({ token: (await minted.json()).Token })
  } catch {
    // Lost on its way, or no JSON: for the page that is one and the same.
  }
  return new Response('', { status: 502 })
}

/** A real back end would take the user guid from its own user's session, and never from the page. */
async function proxy(request, env) {
  const [, session, path] = MX.exec(new URL(request.url).pathname) ?? []
  if (!path) return new Response('Not found', { status: 404 })
  const sameOrigin = request.headers.get('sec-fetch-site') === 'same-origin'
  if (!MX_METHODS.has(request.method) || !sameOrigin) return new Response('', { status: 403 })
  const reply = await env.VENDOR.fetch(`http://vendor/s/${session}${path}`, {
    method: request.method,
    headers: {
      ...only(request.headers, 'accept', 'accept-version', 'content-type'),
      authorization: `Basic ${btoa(env.MX_KEY)}`,
    },
    body: request.body,
    redirect: 'manual',
  })
  return new Response(reply.body, { status: reply.status, headers: only(reply.headers, 'content-type', 'retry-after') })
}

function only(headers, ...names) {
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])))
}

/** The policy names all the page may do: its own code, WebAssembly, calls to the vendor, and its frame. */
function secured(response, env) {
  const headers = new Headers(response.headers)
  headers.set(
    'content-security-policy',
    [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ${env.VENDOR_ORIGIN}`,
      `frame-src ${env.CONNECT_ORIGIN}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  )
  headers.set('cache-control', 'no-store')
  // A window that the vendor's frame opens, as banks do, keeps its opener only so.
  headers.set('cross-origin-opener-policy', 'same-origin-allow-popups')
  headers.set('cross-origin-resource-policy', 'same-origin')
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  return headers
}
