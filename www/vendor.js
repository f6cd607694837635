/**
 * The simulated vendor over HTTP, in real time.
 *
 *   /s/{session}/v3/…             Flinks' API, as `baseUrl` `…/s/{session}` reaches it
 *   /s/{session}/users/…          MX's API, as the page's server reaches it; /institutions/… too
 *   /s/{session}/oauth/…          the bank's windows, which a person visits
 *   /s/{session}/v2/…             Connect, as `connectUrl` `…/s/{session}` reaches it; /?… and /connect/… too
 *   /s/{session}/control          POST {reset, cors, fault, rules, connect, advance}, each key optional:
 *                                 `rules` are Flinks', and what they do not name is as at first, but for
 *                                 `connect`, which changes only what it names: {misbehave: 'early'}, until null
 *   /s/{session}/control/people   GET: who can be simulated, with password and right answers
 *   /s/{session}/control/members  GET: the same of MX
 *   /s/{session}/control/counts   GET: what the simulator has received so far
 *
 * Every tab has a session, and so a simulator, of its own: two tabs, or two tests, do not disturb
 * each other. They live in this isolate's memory; workerd runs one isolate for a worker.
 */
import { simulator } from 'bank-mfa/simulator'

/** Sessions kept; beyond it the one that was idle longest is forgotten. */
const MOST_SESSIONS = 64

/** Longer than any client waits, in milliseconds. */
const LONGEST_HANG = 10 * 60_000

/** `Map` keeps the order of insertion: the first entry is the one idle longest. */
const sessions = new Map()

export default {
  async fetch(request, env) {
    const { pathname, search } = new URL(request.url)
    const [, name, path] = /^\/s\/([\w-]{1,64})(\/.*)$/.exec(pathname) ?? []
    if (!name) return new Response('Not found', { status: 404 })
    const session = take(name, env)
    if (CONNECT.test(path)) return framed(await vendor(session, path + search, request))
    if (path.startsWith('/control')) return allowed(await control(session, path, request))
    if (path.startsWith('/oauth/')) return window(name, await vendor(session, path + search, request))
    if (!session.cors) return vendor(session, path, request)
    return allowed(
      request.method === 'OPTIONS' ? new Response(null, { status: 204 }) : await vendor(session, path, request),
    )
  },
}

/** A window is left for a path of the bank's origin, which here is one of the session's. */
function window(name, reply) {
  const to = reply.headers.get('location')
  if (!to?.startsWith('/')) return reply
  return new Response(null, { status: reply.status, headers: { location: `/s/${name}${to}` } })
}

/** What of a session is Connect's. */
const CONNECT = /^\/($|(v2|Credential|connect)(\/|$))/

/** Any page of this machine may frame Connect, as any customer's page may frame a vendor's. */
function framed(reply) {
  const headers = new Headers(reply.headers)
  const policy = headers.get('content-security-policy')
  if (policy) headers.set('content-security-policy', `${policy}; frame-ancestors http://127.0.0.1:*`)
  return new Response(reply.body, { status: reply.status, headers })
}

function take(name, { VENDOR_ORIGIN }) {
  const elsewhere = `${VENDOR_ORIGIN}/s/${name}`
  const session = sessions.get(name) ?? { ...fresh(elsewhere), cors: true, ahead: 0 }
  sessions.delete(name)
  sessions.set(name, session)
  if (sessions.size > MOST_SESSIONS) sessions.delete(sessions.keys().next().value)
  return session
}

/** `elsewhere` is where Connect's forged messages of another origin come from. */
function fresh(elsewhere, ahead = 0) {
  const connect = { elsewhere }
  const bank = simulator({ seed: 1, now: Date.now() + ahead, rules: { connect } })
  return { bank, elsewhere, rules: {}, connect }
}

async function vendor({ bank, ahead }, path, request) {
  bank.clock.advance(Math.max(0, Date.now() + ahead - bank.clock.now()))
  // What a server that never heard of pages does with a preflight.
  if (request.method === 'OPTIONS') return new Response('', { status: 405 })
  const asked = new Request(new URL(path, 'https://toolbox-api.private.fin.ag'), request)
  try {
    // The runtime ends a request that waits for nothing, and a vendor that hangs is just that.
    return await Promise.race([bank.fetch(asked), scheduler.wait(LONGEST_HANG).then(cutOff)])
  } catch {
    return cutOff()
  }
}

/**
 * A reply that is lost on its way: its beginning, then the connection breaks. Without a beginning
 * Chromium sends the request once more by itself, where it has used the connection before.
 */
function cutOff() {
  let begun = false
  const body = new ReadableStream({
    async pull(stream) {
      if (begun) {
        await scheduler.wait(20)
        return stream.error(new Error('simulated: the reply is lost'))
      }
      begun = true
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
      const { reset, cors, fault, rules, connect, advance } = await request.json()
      if (reset) Object.assign(session, fresh(session.elsewhere, session.ahead))
      if (cors !== undefined) session.cors = cors
      if (rules || connect) {
        Object.assign(session.connect, rules?.connect, connect)
        Object.assign(session, { rules: rules ?? session.rules })
        session.bank.setRules({ ...session.rules, connect: session.connect })
        // Once is once, whatever other rule is changed later.
        if (session.connect.misbehave === 'token-invalid') session.connect.misbehave = null
      }
      if (fault) session.bank.fault(fault)
      if (advance) session.ahead += advance
      return Response.json({ cors: session.cors, ahead: session.ahead })
    }
    default:
      return new Response('Not found', { status: 404 })
  }
}

/**
 * No cookies are used here, so any origin may be let in. A preflight is asked each time, so that a
 * changed switch acts at once.
 */
function allowed(response) {
  const headers = new Headers(response.headers)
  headers.set('access-control-allow-origin', '*')
  headers.set('access-control-allow-methods', 'GET, POST, PATCH, DELETE')
  headers.set('access-control-allow-headers', 'content-type, flinks-auth-key, x-api-key, authorization')
  headers.set('access-control-expose-headers', 'retry-after')
  headers.set('access-control-max-age', '0')
  return new Response(response.body, { status: response.status, headers })
}
