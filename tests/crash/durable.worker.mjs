/** The worker of a company on Durable Objects, in workerd. Each object has the clock of its run. */
import { durable, sealer } from 'bank-mfa/edge'
import { clockOf } from './clock.mjs'
import { precedesSend } from './losing-store.mjs'
import { background, companyOf, SEAL } from './points.mjs'

/** Alarms are delayed by this, so that none rings by itself: a run's time is virtual. In milliseconds. */
const ALARM_DELAY_MS = 20 * 365 * 86_400_000

const seal = sealer(SEAL)
const isBeforeSend = precedesSend(seal)

/** Each run has one company and one clock for all its objects. */
const runs = new Map()

function runOf(request, { BANK, CONTROLLER, PRINTS }) {
  const run = request.headers.get('authorization')
  if (!runs.has(run)) {
    const all = background()
    const clock = clockOf(all.isBusy)
    const company = companyOf(run, { bank: BANK, controller: CONTROLLER, prints: PRINTS === '1' }, clock, all.waitUntil)
    runs.set(run, { run, clock, ...all, ...company })
  }
  const found = runs.get(run)
  found.clock.reach(Number(request.headers.get('x-now')))
  found.stopAt(Number(request.headers.get('x-stop-at')))
  return found
}

/**
 * An object's storage with crash points. All writes in one microtask are one effect. The platform sends no reply before
 * the writes are on disk, so `written` waits for them.
 */
function withPoints(storage, between, losesWrites) {
  const pending = new Set()
  let batch

  async function write({ entries, deleted, alarm }) {
    const { head, ...parts } = entries
    // The write is acknowledged and lost with the process. Until then the object reads it from its cache.
    if (losesWrites && (await isBeforeSend(Object.values(parts).join(''), head.id))) return
    await Promise.all([storage.put(entries), storage.delete(deleted), storage.setAlarm(alarm)])
  }

  return {
    written: () => Promise.all(pending),
    list: () => storage.list(),
    get: (key) => storage.get(key),
    put(entries) {
      const own = (batch = { entries, deleted: [] })
      queueMicrotask(() => (batch = undefined))
      own.done = between('write', () => write(own)).finally(() => pending.delete(own.done))
      pending.add(own.done)
      return own.done
    },
    delete(keys) {
      batch.deleted = keys
      return batch.done
    },
    getAlarm: () => storage.getAlarm(),
    setAlarm(at) {
      if (batch === undefined) return storage.setAlarm(at + ALARM_DELAY_MS)
      batch.alarm = at + ALARM_DELAY_MS
      return batch.done
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
  #onAlarm = () => {}

  constructor({ storage }, env) {
    this.#storage = storage
    this.#env = env
  }

  #flowOf({ between, config, waitUntil }) {
    const { FlowObject } = durable({ ...config, objects: () => {} })
    const { written, ...storage } = withPoints(this.#storage, between, this.#env.LOSES_WRITES === '1')
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

  /** Rings the alarm if it is due by the clock of the run. */
  async #ring() {
    const at = await this.#storage.getAlarm()
    if (at === null || at - ALARM_DELAY_MS > this.#run.clock.now()) return
    const rung = new Promise((resolve) => (this.#onAlarm = resolve))
    await this.#storage.setAlarm(Date.now())
    await rung
  }

  async alarm() {
    // After a crash an alarm may ring by itself. It waits until a request brings the time.
    if (this.#flow === undefined) return this.#storage.setAlarm(ALARM_DELAY_MS)
    await this.#flow.alarm()
    this.#onAlarm()
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
