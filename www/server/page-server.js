import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { badRequest, readObject } from './guards.js'

/**
 * The page's own server. It serves the site and the built npm package. Like a company's back end it mints Flinks
 * authorize tokens and adds the MX key to MX calls, so that no secret key reaches a browser.
 */
const TYPES = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  wasm: 'application/wasm',
}

/** The MX routes that the page may call: members, their jobs, the widget, and an institution's credential fields. */
const MX_ROUTES =
  /^\/mx\/([\w-]{1,64})(\/users\/USR-[\w-]+\/(?:widget_urls|members(?:\/MBR-[\w-]+(?:\/\w+)?)?)|\/institutions\/\w+\/credentials)$/
const MX_METHODS = new Set(['GET', 'POST', 'PUT'])

/** Browsers may read all files of these two folders whose names have a known ending. */
const SITE = folder('../site')
const PACKAGE = folder('../..')

function folder(path) {
  return fileURLToPath(new URL(path, import.meta.url))
}

/** Returns the handler. `edge` and `vendor` are handlers, too. */
export function createPageServer(env) {
  return async (request) => {
    // The edge sets its own security headers.
    if (new URL(request.url).pathname.startsWith('/edge/')) return env.edge(request)
    const response = await route(request, env)
    return new Response(response.body, { status: response.status, headers: withSecurityHeaders(response, env) })
  }
}

function route(request, env) {
  const { pathname } = new URL(request.url)
  if (pathname === '/config') {
    const { vendorOrigin: vendor, connectOrigin: connect, instance, customerId } = env
    return Response.json({ vendor, connect, instance, customerId })
  }
  if (pathname === '/token') return mintToken(request, env)
  if (pathname.startsWith('/mx/')) return callMx(request, env)
  if (request.method !== 'GET' && request.method !== 'HEAD') return new Response('', { status: 405 })
  if (pathname.startsWith('/pkg/')) return serveFile(PACKAGE, pathname.slice('/pkg'.length))
  return serveFile(SITE, pathname === '/' ? '/index.html' : pathname)
}

/** A URL has no `..` left, and `%` stays as it is, so no path leads out of the folder. */
async function serveFile(folder, path) {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)]
  try {
    if (type) return new Response(await readFile(folder + path), { headers: { 'content-type': type } })
  } catch {
    // There is no such file.
  }
  return new Response('Not found', { status: 404 })
}

/** A real back end would also authenticate its user and apply a rate limit. */
async function mintToken(request, env) {
  const sameOrigin = request.headers.get('sec-fetch-site') === 'same-origin'
  if (request.method !== 'POST' || !sameOrigin) return new Response('', { status: 403 })
  const { session } = (await readObject(request)) ?? {}
  if (typeof session !== 'string') return badRequest('session must be a text')
  try {
    const reply = await env.vendor(
      new Request(
        `http://vendor/s/${encodeURIComponent(session)}/v3/${env.customerId}/BankingServices/GenerateAuthorizeToken`,
        { method: 'POST', headers: { 'flinks-auth-key': env.secretKey } },
      ),
    )
    if (reply.ok) return Response.json({ token: (await reply.json()).Token })
  } catch {
    // The reply was lost or is not JSON.
  }
  return new Response('', { status: 502 })
}

/** A real back end would take the user guid from its user's session, never from the page. */
async function callMx(request, env) {
  const [, session, path] = MX_ROUTES.exec(new URL(request.url).pathname) ?? []
  if (!path) return new Response('Not found', { status: 404 })
  const sameOrigin = request.headers.get('sec-fetch-site') === 'same-origin'
  if (!MX_METHODS.has(request.method) || !sameOrigin) return new Response('', { status: 403 })
  const reply = await env.vendor(
    new Request(`http://vendor/s/${session}${path}`, {
      method: request.method,
      headers: {
        ...pick(request.headers, 'accept', 'accept-version', 'content-type'),
        authorization: `Basic ${btoa(env.mxKey)}`,
      },
      body: request.body,
      duplex: 'half',
    }),
  )
  return new Response(reply.body, { status: reply.status, headers: pick(reply.headers, 'content-type', 'retry-after') })
}

function pick(headers, ...names) {
  return Object.fromEntries(names.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])))
}

/** The CSP allows the page's own code, WebAssembly, calls to the vendor, and the Connect iframe. */
function withSecurityHeaders(response, env) {
  const headers = new Headers(response.headers)
  headers.set(
    'content-security-policy',
    [
      "default-src 'none'",
      "script-src 'self' 'wasm-unsafe-eval'",
      "style-src 'self'",
      "img-src 'self' data:",
      `connect-src 'self' ${env.vendorOrigin}`,
      `frame-src ${env.connectOrigin}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ].join('; '),
  )
  headers.set('cache-control', 'no-store')
  // With `same-origin`, a popup that the Connect iframe opens would lose its opener.
  headers.set('cross-origin-opener-policy', 'same-origin-allow-popups')
  headers.set('cross-origin-resource-policy', 'same-origin')
  headers.set('permissions-policy', 'camera=(), geolocation=(), microphone=()')
  headers.set('referrer-policy', 'no-referrer')
  headers.set('x-content-type-options', 'nosniff')
  return headers
}
