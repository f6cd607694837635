/**
 * The simulated vendors over HTTP, in real time.
 *
 *   /s/{session}/v3/…             the Flinks API
 *   /s/{session}/users/…          the MX API, also /institutions/…
 *   /s/{session}/oauth/…          the bank's OAuth pages
 *   /s/{session}/v2/…             Flinks Connect, also /?… and /connect/…
 *   /s/{session}/control          POST {reset, cors, fault, rules, connect, advance}, each key optional.
 *                                 `rules` are Flinks' rules; a missing rule gets its default.
 *                                 `connect` changes only the rules it names: {misbehave: 'early'}, null for none
 *   /s/{session}/control/people   GET: the simulated people of Flinks, with password and right answers
 *   /s/{session}/control/members  GET: the simulated members of MX
 *   /s/{session}/control/counts   GET: what the simulator has received so far
 *
 * A page of another site cannot call the control routes.
 *
 * Each session has a simulator of its own, in memory, so that tabs and tests do not affect each other.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { simulator } from 'bank-mfa/simulator'
import { badRequest, isFromOrigin, loopbackOrigins, readObject } from './guards.js'
import { Sessions } from './sessions.js'

/** Longer than any client waits. */
const HANG_LIMIT_MS = 10 * 60_000

/** The pages that another page may frame: Connect, and MX's widget. */
const FRAMED_PATH = /^\/($|(v2|Credential|connect|md)(\/|$))/

/** Returns the handler of both origins: `vendorOrigin` of the API, and another one of the vendors' pages. */
export function createVendorServer({ pageOrigin, vendorOrigin }) {
  const pageOrigins = loopbackOrigins(pageOrigin)
  const sessions = new Sessions((name) => ({
    ...createSession(`${vendorOrigin}/s/${name}`),
    ...{ cors: true, offsetMs: 0 },
  }))

  return async (request) => {
    const { pathname, search } = new URL(request.url)
    const [, name, path] = /^\/s\/([\w-]{1,64})(\/.*)$/.exec(pathname) ?? []
    if (!name) return new Response('Not found', { status: 404 })
    const session = sessions.open(name)
    if (FRAMED_PATH.test(path)) return allowFraming(await callVendor(session, path + search, request))
    if (path.startsWith('/control')) {
      // Only the demo's page and programs of this machine may change the simulator.
      if (!isFromOrigin(request, pageOrigins)) return new Response('', { status: 403 })
      return allowOrigins(await control(session, path, request))
    }
    if (path.startsWith('/oauth/')) return keepSessionPath(name, await callVendor(session, path + search, request))
    if (!session.cors) return callVendor(session, path, request)
    if (request.method === 'OPTIONS') return allowOrigins(new Response(null, { status: 204 }))
    return allowOrigins(await callVendor(session, path, request))
  }
}

/** The bank redirects to paths of its own origin. Here they start with the session's path. */
function keepSessionPath(name, reply) {
  const location = reply.headers.get('location')
  if (!location?.startsWith('/')) return reply
  return new Response(null, { status: reply.status, headers: { location: `/s/${name}${location}` } })
}

/** Any page on this machine may frame it. */
function allowFraming(reply) {
  const headers = new Headers(reply.headers)
  const policy = headers.get('content-security-policy')
  if (policy) headers.set('content-security-policy', `${policy}; frame-ancestors http://127.0.0.1:*`)
  return new Response(reply.body, { status: reply.status, headers })
}

/** @param elsewhere the address that Connect's forged messages of another origin come from */
function createSession(elsewhere, offsetMs = 0) {
  const connect = { elsewhere }
  const bank = simulator({ seed: 1, now: Date.now() + offsetMs, rules: { connect } })
  return { bank, elsewhere, rules: {}, connect }
}

async function callVendor({ bank, offsetMs }, path, request) {
  bank.clock.advance(Math.max(0, Date.now() + offsetMs - bank.clock.now()))
  // A server without CORS does not know preflights.
  if (request.method === 'OPTIONS') return new Response('', { status: 405 })
  const vendorRequest = new Request(new URL(path, 'https://toolbox-api.private.fin.ag'), request)
  try {
    return await Promise.race([bank.fetch(vendorRequest), hang(request.signal)])
  } catch {
    return lostReply()
  }
}

/** A reply that never comes is lost in the end. */
async function hang(signal) {
  await wait(HANG_LIMIT_MS, undefined, { ref: false, signal })
  return lostReply()
}

/**
 * A reply that is lost: one byte, then the connection breaks. Without that byte Chromium would repeat a request on a
 * connection that it has used before.
 */
function lostReply() {
  let hasStarted = false
  const body = new ReadableStream({
    async pull(stream) {
      if (hasStarted) {
        await wait(20)
        return stream.error(new Error('simulated: the reply is lost'))
      }
      hasStarted = true
      stream.enqueue(new TextEncoder().encode('{'))
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}

async function control(session, path, request) {
  switch (`${request.method} ${path}`) {
    case 'OPTIONS /control':
      return new Response(null, { status: 204 })
    case 'GET /control/people':
      return Response.json(session.bank.people)
    case 'GET /control/members':
      return Response.json(session.bank.mx.members)
    case 'GET /control/counts':
      return Response.json(session.bank.counts())
    case 'POST /control': {
      const command = await readObject(request)
      if (!command) return badRequest('The body must be a JSON object')
      try {
        return Response.json(applyCommand(session, command))
      } catch (error) {
        return badRequest(error.message)
      }
    }
    default:
      return new Response('Not found', { status: 404 })
  }
}

function applyCommand(session, { reset, cors, fault, rules, connect, advance = 0 }) {
  if (!(advance >= 0 && Number.isFinite(advance))) throw new Error('advance must be a number of milliseconds')
  if (reset) Object.assign(session, createSession(session.elsewhere, session.offsetMs))
  if (cors !== undefined) session.cors = cors
  if (rules || connect) {
    Object.assign(session.connect, rules?.connect, connect)
    session.rules = rules ?? session.rules
    session.bank.setRules({ ...session.rules, connect: session.connect })
    // The simulator applies this rule once. A later change of other rules must not apply it again.
    if (session.connect.misbehave === 'token-invalid') session.connect.misbehave = null
  }
  if (fault) session.bank.fault(fault)
  if (advance) session.offsetMs += advance
  return { cors: session.cors, offsetMs: session.offsetMs }
}

/** Allows any origin, because no cookies are used. Preflights are not cached, so that the CORS switch acts at once. */
function allowOrigins(response) {
  const headers = new Headers(response.headers)
  headers.set('access-control-allow-origin', '*')
  headers.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE')
  headers.set('access-control-allow-headers', 'content-type, flinks-auth-key, x-api-key, authorization')
  headers.set('access-control-expose-headers', 'retry-after')
  headers.set('access-control-max-age', '0')
  return new Response(response.body, { status: response.status, headers })
}
