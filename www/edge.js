/**
 * The demo's edge. A company deploys its edge in the same way; the package's folder `worker` is a template. Only the
 * edge has the vendors' keys, and knows the LoginId or the member of a connection. Two things differ from a company's
 * edge: the user is the session of a tab, and each session has its own clock, which its page can advance.
 *
 *   /edge/flows…   the routes of `bank-mfa/edge`
 *   /edge/time     POST {advance}: advances the session's clock, in milliseconds
 */
import { env } from 'cloudflare:workers'
import { durable } from 'bank-mfa/edge'
import { flinksFlow, mxParams, parseConnectionId } from './site/connection.js'

/** How often a wait reads the clock, in milliseconds. */
const TICK_MS = 200

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
    // All choices for a person are the same connection, which has one flow at a time.
    return found ? { ...found, key: `${chosen.vendor}.${chosen.person}` } : null
  },

  // A visitor starts more flows than a company's user.
  limits: { startsPerHour: 10_000 },
  onError: (error) => console.error(error.message),
}

/** Makes the connection, by its vendor. */
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

/** The company's database of people and connections; here the simulator has it. */
async function people(list) {
  return (lists[list] ??= await (await fetch(`${env.VENDOR_ORIGIN}/s/company/control/${list}`)).json())
}

/** Returns the user. A company would look up its own session here. */
function sessionOf(request) {
  return /^Bearer ([\w-]{1,64})$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

/** How far each session's clock is ahead of real time, in milliseconds. */
const aheadMs = new Map()

function clockOf(session) {
  const now = () => Date.now() + (aheadMs.get(session) ?? 0)
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

/** A Durable Object of a session, with the session's clock. */
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
    aheadMs.set(session, (aheadMs.get(session) ?? 0) + advance)
    return Response.json({ ahead: aheadMs.get(session) })
  },
}
