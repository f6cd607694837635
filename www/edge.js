/**
 * The demo's edge, as a company deploys one (the package's folder `worker` is the template): it alone has the
 * vendors' keys, and knows whose LoginId or member a connection is. Two things are the demo's own: a user is a tab's
 * session, and a session has a time of its own, because its page may set it forward.
 *
 *   /edge/flows…   the routes of `bank-mfa/edge`
 *   /edge/time     POST {advance}: sets the session's time forward, in milliseconds
 */
import { env } from 'cloudflare:workers'
import { durable } from 'bank-mfa/edge'
import { flinksFlow, mxParams, parseConnectionId } from './site/connection.js'

/** How often a wait looks at the time, in milliseconds. */
const TICK = 200

const config = {
  objects: ({ FLOWS, session }) => ({
    idFromName: (id) => FLOWS.idFromName(`${session}/${id}`),
    get: (id) => FLOWS.get(id),
  }),
  origins: [env.PAGE_ORIGIN],
  seal: env.SEAL_KEYS,
  authenticate: sessionOf,

  async resolve(session, connection) {
    const chosen = parseConnectionId(connection)
    const found = await VENDORS[chosen?.vendor]?.(session, chosen)
    // Whatever is chosen beside, it is one connection, and has one flow at a time.
    return found ? { ...found, key: `${chosen.vendor}.${chosen.person}` } : null
  },

  // Whoever tries the page starts more flows than a company's user.
  limits: { startsPerHour: 10_000 },
  onError: (error) => console.error(error.message),
}

/** What a connection is, by its vendor. */
const VENDORS = {
  async flinks(session, chosen) {
    const person = (await people('people')).find(({ username }) => username === chosen.person)
    if (!person) return null
    const host = {
      instance: env.INSTANCE,
      customerId: env.CUSTOMER_ID,
      baseUrl: `${env.VENDOR_ORIGIN}/s/${session}`,
      connectUrl: `${env.CONNECT_ORIGIN}/s/${session}`,
      redirectUrl: chosen.presentation === 'page' ? `${env.PAGE_ORIGIN}/` : undefined,
      authorizeAsync: chosen.authorizeAsync,
    }
    return { vendor: 'flinks', host, secretKey: env.SECRET_KEY, flow: flinksFlow(person, chosen) }
  },

  async mx(session, chosen) {
    const member = (await people('members')).find(({ name }) => name === chosen.person)
    if (!member) return null
    const host = { environment: 'integration', baseUrl: `${env.VENDOR_ORIGIN}/s/${session}` }
    const [clientId, apiKey] = env.MX_KEY.split(':')
    return { vendor: 'mx', host, clientId, apiKey, params: mxParams(member, chosen) }
  },
}

const lists = {}

/** The company's own database of who is connected to what, which is the simulator's here. */
async function people(list) {
  return (lists[list] ??= await (await fetch(`${env.VENDOR_ORIGIN}/s/company/control/${list}`)).json())
}

/** A company would look its own session up here. */
function sessionOf(request) {
  return /^Bearer ([\w-]{1,64})$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

/** How far each session's time is ahead of ours. */
const ahead = new Map()

function clockOf(session) {
  const now = () => Date.now() + (ahead.get(session) ?? 0)
  // A timer belongs to the call that set it, and another one sets the time forward: so it is looked at again and again.
  const wait = (ms, signal) =>
    new Promise((resolve) => {
      const due = now() + ms
      const timer = setInterval(() => {
        if (now() < due) return
        clearInterval(timer)
        resolve()
      }, TICK)
      signal.addEventListener('abort', () => clearInterval(timer), { once: true })
    })
  return { now, wait }
}

/** An object of a session's, in the session's time. */
export class FlowObject {
  constructor(state, bindings) {
    const [session] = state.id.name.split('/')
    const { FlowObject } = durable({ ...config, clock: clockOf(session) })
    return new FlowObject(state, bindings)
  }
}

const { fetch: handle } = durable(config)

export default {
  async fetch(request, { FLOWS }, context) {
    const session = sessionOf(request)
    if (new URL(request.url).pathname !== '/edge/time') return handle(request, { FLOWS, session }, context)
    if (request.method !== 'POST' || session === null) return new Response('', { status: 403 })
    const { advance } = await request.json()
    ahead.set(session, (ahead.get(session) ?? 0) + advance)
    return Response.json({ ahead: ahead.get(session) })
  },
}
