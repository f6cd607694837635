/** The worker of a company on Durable Objects, in workerd. Each object has a time of its own: that of its run. */
import { durable, sealer } from 'bank-mfa/edge'
import { clockOf } from './clock.mjs'
import { aheadBy } from './forgetful.mjs'
import { background, companyOf, SEAL } from './points.mjs'

/** Alarms are kept this much later, so that none rings by itself: the runs' time is not ours. */
const FAR = 20 * 365 * 86_400_000

const seal = sealer(SEAL)
const isAhead = aheadBy(seal)

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

/**
 * An object's storage. What is written in one breath is one effect, between two points. As the platform lets no reply out
 * of an object before what it wrote is on its disk, `written` waits for that.
 */
function pointed(storage, between, forgets) {
  const pending = new Set()
  let breath

  async function write({ entries, gone, alarm }) {
    const { head, ...parts } = entries
    // It is acknowledged, and forgotten with the process: the object itself holds what it has written.
    if (forgets && (await isAhead(Object.values(parts).join(''), head.id))) return
    await Promise.all([storage.put(entries), storage.delete(gone), storage.setAlarm(alarm)])
  }

  return {
    written: () => Promise.all(pending),
    list: () => storage.list(),
    get: (key) => storage.get(key),
    put(entries) {
      const own = (breath = { entries, gone: [] })
      queueMicrotask(() => (breath = undefined))
      own.done = between('write', () => write(own)).finally(() => pending.delete(own.done))
      pending.add(own.done)
      return own.done
    },
    delete(keys) {
      breath.gone = keys
      return breath.done
    },
    getAlarm: () => storage.getAlarm(),
    setAlarm(at) {
      if (breath === undefined) return storage.setAlarm(at + FAR)
      breath.alarm = at + FAR
      return breath.done
    },
    deleteAlarm: () => {},
    deleteAll: () => between('remove', () => Promise.all([storage.deleteAlarm(), storage.deleteAll()])),
  }
}

export class FlowObject {
  #storage
  #env
  #run
  #flow
  #written
  #rung = () => {}

  constructor({ storage }, env) {
    this.#storage = storage
    this.#env = env
  }

  #flowOf({ between, config, waitUntil }) {
    const { FlowObject } = durable({ ...config, objects: () => {} })
    const { written, ...storage } = pointed(this.#storage, between, this.#env.FORGETS === '1')
    this.#written = written
    return new FlowObject({ storage, waitUntil }, this.#env)
  }

  async fetch(request) {
    this.#run ??= runOf(request, this.#env)
    this.#flow ??= this.#flowOf(this.#run)
    const { pathname } = new URL(request.url)
    if (pathname === '/') {
      const reply = await this.#flow.fetch(request)
      await this.#written()
      return reply
    }
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
