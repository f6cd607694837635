/** The worker of durable.test.mjs. Its clock and its alarms run faster than real time. */
import { durable } from 'bank-mfa/edge'
import { accounts } from 'bank-mfa/edge/data'

const time = {}
const toReal = (at) => time.began + (at - time.began) / time.speed
const fast = (ms) => ms / time.speed

/** The limit of a call of onFlowEnded, which takes real time here. */
const DELIVERY_MS = 30_000
const setTime = ({ STARTED_AT, SPEED }) => Object.assign(time, { began: Number(STARTED_AT), speed: Number(SPEED) })

const clock = {
  now: () => Math.floor(time.began + (Date.now() - time.began) * time.speed),
  wait: (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms === DELIVERY_MS ? Math.max(fast(ms), 2_000) : fast(ms))
      signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
    }),
}

const report = (event, { VENDOR }) => fetch(`${VENDOR}/reports`, { method: 'POST', body: JSON.stringify(event) })

const { fetch: handle, FlowObject: Flows } = durable({
  objects: (env) => env.FLOWS,
  authenticate: (request) => request.headers.get('authorization'),
  resolve: (user, connection, env) => JSON.parse(env.CONNECTIONS)[`${user}/${connection}`] ?? null,
  origins: ['https://app.example'],
  seal: (env) => env.SEAL_KEYS ?? { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } },
  webhooks: { findConnection: ({ memberGuid }) => ({ user: 'ann', connection: memberGuid }) },
  data: { accounts: accounts() },
  onPersonNeeded: (personNeeded, env) => report({ personNeeded }, env),
  onFlowEnded: (ended, env) => report({ ended }, env),
  onError: (error, env) => report({ error: error.message }, env),
  clock,
})

/** workerd's alarms ring in real time. */
const inRealTime = (storage) =>
  new Proxy(storage, {
    get(_, name) {
      if (name === 'setAlarm') return (at) => storage.setAlarm(toReal(at))
      return storage[name].bind(storage)
    },
  })

export class FlowObject extends Flows {
  #storage

  constructor(state, env) {
    setTime(env)
    super({ storage: inRealTime(state.storage), waitUntil: (task) => state.waitUntil(task) }, env)
    this.#storage = state.storage
  }

  /** Tells the test what is stored. */
  async fetch(request) {
    if (request.method === 'POST') return super.fetch(request)
    return Response.json({ keys: [...(await this.#storage.list()).keys()], alarm: await this.#storage.getAlarm() })
  }
}

export default {
  fetch(request, env, context) {
    setTime(env)
    const { pathname } = new URL(request.url)
    if (!pathname.startsWith('/objects/')) return handle(request, env, context)
    return env.FLOWS.get(env.FLOWS.idFromName(pathname.split('/').at(-1))).fetch('https://flow/')
  },
}
