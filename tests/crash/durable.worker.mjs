/** The worker of a company on Durable Objects, in workerd. Each object has a time of its own: that of its run. */
import { durable, sealer } from 'bank-mfa/edge'
import { clockOf } from './clock.mjs'
import { aheadBy, forgetfulStorage } from './forgetful.mjs'
import { background, companyOf, SEAL } from './points.mjs'

/** Alarms are kept this much later, so that none rings by itself: the runs' time is not ours. */
const FAR = 20 * 365 * 86_400_000

const seal = sealer(SEAL)

/** Each run has one company and one time for all its objects. */
const runs = new Map()

function runOf(request, { BANK, CONTROLLER }) {
  const run = request.headers.get('authorization')
  if (!runs.has(run)) {
    const all = background()
    const clock = clockOf(all.isBusy)
    runs.set(run, { run, clock, ...all, ...companyOf(run, { bank: BANK, controller: CONTROLLER }, clock) })
  }
  const found = runs.get(run)
  found.clock.reach(Number(request.headers.get('x-now')))
  found.stopAt(Number(request.headers.get('x-stop-at')))
  return found
}

/** An object's storage, the effects of which are between two points. */
const pointed = (storage, between) => ({
  list: () => storage.list(),
  get: (key) => storage.get(key),
  getAlarm: () => storage.getAlarm(),
  setAlarm: (at) => storage.setAlarm(at + FAR),
  deleteAlarm: () => storage.deleteAlarm(),
  deleteAll: () => between('remove', () => storage.deleteAll()),
  transaction: (run) =>
    between('write', () =>
      storage.transaction((inner) =>
        run({
          get: (key) => inner.get(key),
          put: (entries) => inner.put(entries),
          delete: (keys) => inner.delete(keys),
          setAlarm: (at) => inner.setAlarm(at + FAR),
        }),
      ),
    ),
})

export class FlowObject {
  #storage
  #env
  #run
  #flow
  #rung = () => {}

  constructor({ storage }, env) {
    this.#storage = storage
    this.#env = env
  }

  #flowOf({ between, config, waitUntil }) {
    const { FlowObject } = durable({ ...config, objects: () => {} })
    const storage = this.#env.FORGETS === '1' ? forgetfulStorage(this.#storage, aheadBy(seal)) : this.#storage
    return new FlowObject({ storage: pointed(storage, between), waitUntil }, this.#env)
  }

  async fetch(request) {
    this.#run ??= runOf(request, this.#env)
    this.#flow ??= this.#flowOf(this.#run)
    const { pathname } = new URL(request.url)
    if (pathname === '/') return this.#flow.fetch(request)
    if (pathname === '/quiet') await this.#run.quiet()
    if (pathname === '/sweep') await this.#ring()
    return Response.json(this.#run.points)
  }

  /** The alarm rings where it is due by the time of the run. */
  async #ring() {
    const at = await this.#storage.getAlarm()
    if (at === null || at - FAR > this.#run.clock.now()) return
    const rung = new Promise((resolve) => (this.#rung = resolve))
    await this.#storage.setAlarm(Date.now())
    await rung
  }

  async alarm() {
    // After a crash it rings by itself, and waits for somebody who knows the time.
    if (this.#flow === undefined) return this.#storage.setAlarm(FAR)
    await this.#flow.alarm()
    this.#rung()
  }
}

export default {
  async fetch(request, env, context) {
    const { run, config } = runOf(request, env)
    const { headers } = request
    const objects = {
      idFromName: (name) => env.FLOWS.idFromName(name),
      get: (id) => ({ fetch: (url, init) => env.FLOWS.get(id).fetch(url, { ...init, headers }) }),
    }
    const { pathname } = new URL(request.url)
    if (pathname === '/quiet' || pathname === '/sweep') {
      const id = objects.idFromName(await seal.name('flow', run, run))
      return objects.get(id).fetch(`https://flow${pathname}`, { method: 'POST' })
    }
    return durable({ ...config, objects: () => objects }).fetch(request, env, context)
  },
}
