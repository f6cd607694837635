/**
 * The demo's edge. A company deploys its edge in the same way; the package's folder `worker` is a template. Only the
 * edge has the vendors' keys, and knows the LoginId or the member of a connection. Two things differ from a company's
 * edge: the user is the session of a tab, and each session has its own clock, which its page can advance. The flows are
 * in memory, like the simulated banks.
 *
 *   /edge/flows…   the routes of `bank-mfa/edge`
 *   /edge/time     POST {advance}: advances the session's clock, in milliseconds
 */
import { edge, memoryStore } from 'bank-mfa/edge'
import { flinksFlow, mxParams, parseConnectionId } from '../site/connection.js'
import { badRequest, isFromOrigin, loopbackOrigins, readObject } from './guards.js'
import { Sessions } from './sessions.js'

/** How often a wait reads the clock, in milliseconds. */
const TICK_MS = 200

/** Safe to publish: the records that it seals end with the demo. */
const SEAL_KEYS = { current: 'k1', keys: { k1: 'ZGVtb2RlbW9kZW1vZGVtb2RlbW9kZW1vZGVtb2RlbW8=' } }

/** Returns the handler, and `sweep`, which continues the flows whose page is closed. */
export function createEdge(env) {
  const pageOrigins = loopbackOrigins(env.pageOrigin)
  const config = {
    origins: pageOrigins,
    seal: SEAL_KEYS,
    authenticate: sessionOf,

    async resolve(session, connection) {
      const chosen = parseConnectionId(connection)
      const found = await VENDORS[chosen?.vendor]?.(session, chosen, env)
      // All choices for a person are the same connection, which has one flow at a time.
      return found ? { ...found, key: `${chosen.vendor}.${chosen.person}` } : null
    },

    // A visitor starts more flows than a company's user.
    limits: { startsPerHour: 10_000 },
    onError: (error) => console.error(error.message),
  }

  const sessions = new Sessions(() => createSession(config))

  return {
    async fetch(request) {
      const name = sessionOf(request)
      // Without a session, the edge refuses the request.
      const session = name === null ? createSession(config) : sessions.open(name)
      if (new URL(request.url).pathname !== '/edge/time') return session.handle(request)
      const isAllowed = request.method === 'POST' && name !== null
      if (!isAllowed || !isFromOrigin(request, pageOrigins)) return new Response('', { status: 403 })
      const { advance } = (await readObject(request)) ?? {}
      if (!(advance >= 0 && Number.isFinite(advance))) return badRequest('advance must be a number of milliseconds')
      return Response.json({ ahead: session.advance(advance) })
    },
    sweep: () => Promise.all(sessions.all().map(({ handle }) => handle.sweep())),
  }
}

/** An edge with a store and a clock of its own. */
function createSession(config) {
  let aheadMs = 0
  const clock = createClock(() => Date.now() + aheadMs)
  return {
    handle: edge({ ...config, store: memoryStore(), clock }),
    advance: (ms) => (aheadMs += ms),
  }
}

function createClock(now) {
  // A timer cannot be changed by the call that advances the clock, so the wait reads the clock again and again.
  const wait = (ms, signal) =>
    new Promise((resolve) => {
      const due = now() + ms
      const timer = setInterval(() => {
        if (now() < due) return
        clearInterval(timer)
        resolve()
      }, TICK_MS)
      signal.addEventListener('abort', () => clearInterval(timer), { once: true })
    })
  return { now, wait }
}

/** Makes the connection, by its vendor. */
const VENDORS = {
  async flinks(session, chosen, env) {
    const person = (await people('people', env)).find(({ username }) => username === chosen.person)
    if (!person) return null
    const host = {
      instance: env.instance,
      customerId: env.customerId,
      baseUrl: `${env.vendorOrigin}/s/${session}`,
      connectUrl: `${env.connectOrigin}/s/${session}`,
      redirectUrl: chosen.presentation === 'page' ? `${env.pageOrigin}/` : undefined,
      authorizeAsync: chosen.authorizeAsync,
    }
    return { vendor: 'flinks', host, secretKey: env.secretKey, flow: flinksFlow(person, chosen) }
  },

  async mx(session, chosen, env) {
    const member = (await people('members', env)).find(({ name }) => name === chosen.person)
    if (!member) return null
    const host = { environment: 'integration', baseUrl: `${env.vendorOrigin}/s/${session}` }
    const [clientId, apiKey] = env.mxKey.split(':')
    return { vendor: 'mx', host, clientId, apiKey, params: mxParams(member, chosen) }
  },
}

const lists = {}

/** The company's database of people and connections; here the simulator has it. */
async function people(list, env) {
  return (lists[list] ??= await (await fetch(`${env.vendorOrigin}/s/company/control/${list}`)).json())
}

/** Returns the user. A company would look up its own session here. */
function sessionOf(request) {
  return /^Bearer ([\w-]{1,64})$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}
