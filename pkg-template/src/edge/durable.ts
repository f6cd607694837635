/**
 * Flows in Durable Objects: one object a record. The worker does the defences and passes a call on as plain JSON; the
 * object has the runner, and takes the seal's keys and the connection's from its own environment. Its storage is the
 * store, and its alarm rings when the flow wants to go on although nobody looks.
 *
 * An object can end between any two steps, when it is idle, moved or deployed anew. Nothing is lost with it: each call
 * begins by reading the record, a page's call that was open is made again by the page, and an alarm rings again until
 * it was heard. An alarm stays with a send that takes long, and so does the object, although no page waits.
 */
import { invalidInput } from '../flow/errors.js'
import { realTime } from '../flow/host.js'
import { handler, toOptions, type Edge, type Storeless } from './handler.js'
import { Local } from './local.js'
import { Problem, toProblem, type ProblemBody } from './problem.js'
import { Runner, type Home } from './runner.js'
import type { Store } from './store.js'

/** What an edge on Durable Objects is made of. */
export interface DurableConfig<Env> extends Storeless<Env> {
  /** The binding of the namespace whose class is `FlowObject`; within a jurisdiction, where data must stay there. */
  objects(env: Env): ObjectNamespace
}

/** The worker's two halves. */
export interface Durable<Env> {
  /** The worker's handler. */
  fetch: Edge<Env>
  /** The class of the objects, to be exported by the worker's main module. */
  FlowObject: new (state: ObjectState, env: Env) => FlowObject
}

/** An object, as the platform calls it. */
export interface FlowObject {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
}

/** A namespace of Durable Objects, as far as it is needed. */
export interface ObjectNamespace {
  idFromName(name: string): unknown
  get(id: any): { fetch(url: string, init: { method: string; body: string }): Promise<ObjectReply> }
}

interface ObjectReply {
  readonly ok: boolean
  json(): Promise<unknown>
}

/** What the platform gives an object, as far as it is needed. */
export interface ObjectState {
  readonly storage: ObjectStorage
  waitUntil(task: Promise<unknown>): void
}

/** An object's storage, by SQLite or by keys and values. */
export interface ObjectStorage {
  list(): Promise<Map<string, unknown>>
  get<T>(key: string): Promise<T | undefined>
  put(entries: Record<string, unknown>): Promise<void>
  delete(keys: string[]): Promise<number>
  getAlarm(): Promise<number | null>
  setAlarm(time: number): Promise<void>
  deleteAlarm(): Promise<void>
  deleteAll(): Promise<void>
}

/** What is stored beside the sealed text. An alarm is not told the object's name. */
interface Head {
  id: string
  version: number
  due: number
  expires: number
  /** In how many parts the text is. */
  parts: number
}

/** What an object holds. */
interface Stored {
  head: Head
  sealed: string
}

/** A value may have 128 KiB where the storage is not by SQLite; a picture of a bank's can have more. */
const PART = 100_000

/**
 * How much later than something is due its alarm rings, in milliseconds: a page that looks goes on without one, and so
 * does whoever is sending, unless it takes long.
 */
const LATER = 3_000

/** When an alarm that came to nothing rings again, in milliseconds. */
const AGAIN = 60_000

/** Makes the worker's handler and the class of its objects. Throws where the configuration cannot be right. */
export function durable<Env = unknown>(config: DurableConfig<Env>): Durable<Env> {
  const fetch = handler(config, (env) => objectHome(config.objects(env)))
  const { clock = realTime, objects } = config
  if (typeof objects !== 'function') throw invalidInput('/objects', 'must be a function')

  class FlowObject {
    readonly #storage: ObjectStorage
    readonly #store: Store
    readonly #runner: Runner
    readonly #local = new Local()
    readonly #onError: (error: unknown) => void

    constructor(state: ObjectState, env: Env) {
      const options = toOptions(config, env)
      const background = (task: Promise<unknown>) => state.waitUntil(task)
      this.#storage = state.storage
      this.#store = objectStore(state.storage, clock.now)
      this.#runner = new Runner({ ...options, store: this.#store, background, local: this.#local, alone: true })
      this.#onError = options.onError
    }

    async fetch(request: Request): Promise<Response> {
      try {
        const { call, args } = (await request.json()) as { call: keyof Home; args: unknown[] }
        const run = this.#runner[call] as (...args: unknown[]) => Promise<unknown>
        // JSON knows no `undefined`.
        return Response.json(
          (await run.apply(
            this.#runner,
            args.map((arg) => arg ?? undefined),
          )) ?? null,
        )
      } catch (error) {
        const { body } = toProblem(error)
        if (body.status >= 500) this.#onError(error)
        return Response.json(body, { status: body.status })
      }
    }

    async alarm(): Promise<void> {
      const before = await this.#storage.get<Head>('head')
      if (before === undefined) return
      await this.#local.turns.get(before.id)?.catch(() => {})
      await this.#runner.due(before.id).catch(this.#onError)
      const head = await this.#storage.get<Head>('head')
      if (head === undefined || (await this.#storage.getAlarm()) !== null) return
      const now = clock.now()
      if (head.expires <= now) return this.#store.remove(head.id)
      await this.#storage.setAlarm(Math.min(head.due > now ? head.due : now + AGAIN, head.expires))
    }
  }

  return { fetch, FlowObject }
}

/** The home, as the worker sees it. */
function objectHome(objects: ObjectNamespace): Home {
  const ask = async <T>(id: string, call: keyof Home, ...args: unknown[]): Promise<T> => {
    const body = JSON.stringify({ call, args })
    const reply = await objects.get(objects.idFromName(id)).fetch('https://flow/', { method: 'POST', body })
    const said = await reply.json()
    if (!reply.ok) throw new Problem(said as ProblemBody)
    return said as T
  }
  return {
    start: (who, flow) => ask(who.id, 'start', who, flow),
    look: (at, after, wait) => ask(at.id, 'look', at, after, wait),
    answer: (at, round, given) => ask(at.id, 'answer', at, round, given),
    message: (at, message) => ask(at.id, 'message', at, message),
    cancel: (at) => ask(at.id, 'cancel', at),
    read: (at, what) => ask(at.id, 'read', at, what),
    webhook: (who) => ask(who.id, 'webhook', who),
    due: (id) => ask(id, 'due', id),
    count: (id, most, span) => ask(id, 'count', id, most, span),
  }
}

/**
 * An object's storage as the store of its one record. Nobody else can write it, so what was read or written last is what
 * is stored, and is compared at once: from there to the last `put` nothing is awaited, so that all of it is one write,
 * and the platform lets nothing out of the object, be it a call to a vendor, before that is on its disk.
 */
function objectStore(storage: ObjectStorage, now: () => number): Store {
  let held: Stored | null | undefined
  const hold = async (): Promise<Stored | null> => {
    if (held !== undefined) return held
    const found = await storage.list()
    const head = found.get('head') as Head | undefined
    const texts = keys(0, head?.parts ?? 0).map((key) => found.get(key))
    // Somebody may have written in the meantime.
    if (held === undefined) held = head === undefined ? null : { head, sealed: texts.join('') }
    return held
  }
  /** What could not be written is not held. */
  const settle = async (stored: Stored | null, tasks: Promise<unknown>[]) => {
    held = stored
    try {
      await Promise.all(tasks)
    } catch (error) {
      held = undefined
      throw error
    }
  }
  return {
    async read() {
      const stored = await hold()
      return stored && { sealed: stored.sealed, version: stored.head.version }
    },
    async write(id, sealed, expectedVersion, { due, expires }) {
      const { version, parts: before } = (await hold())?.head ?? { version: 0, parts: 0 }
      if (version !== expectedVersion) return false
      const parts = Math.ceil(sealed.length / PART)
      const texts = keys(0, parts).map((name, at) => [name, sealed.slice(at * PART, (at + 1) * PART)])
      const head: Head = { id, version: version + 1, due: due ?? expires, expires, parts }
      await settle({ head, sealed }, [
        storage.put({ head, ...Object.fromEntries(texts) }),
        ...(before > parts ? [storage.delete(keys(parts, before))] : []),
        storage.setAlarm(Math.max(head.due, now()) + LATER),
      ])
      return true
    },
    remove: () => settle(null, [storage.deleteAlarm(), storage.deleteAll()]),
  }
}

const keys = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => `part ${from + at}`)
