/**
 * Flows in Durable Objects: one object for each record. The worker checks a request and passes the call on as plain
 * JSON. The object runs the flow; its storage is the store, and its alarm rings when the flow must go on although no
 * page waits.
 *
 * The platform may stop an object at any moment: when it is idle, moved, or deployed again. Nothing is lost: each call
 * reads the record first, a page repeats a call whose reply is lost, and an alarm is retried until it succeeds. While a
 * send runs, the alarm handler waits for it, and so the object stays alive although no page waits.
 */
import { invalidInput } from '../flow/errors.js'
import { realTime } from '../flow/host.js'
import { checkConfig, createService, newSharedState, sealerOf } from './compose.js'
import type { HandlerConfig, Store } from './config.js'
import type { FlowService } from './engine/service.js'
import { createHandler, type Handler } from './http/handler.js'
import { Problem, report, toProblem, type ProblemBody } from './problem.js'
import { objectStore, type Head, type ObjectStorage } from './records/object-storage.js'

/** Configures an edge whose flows are in Durable Objects. */
export interface DurableConfig<Env> extends HandlerConfig<Env> {
  /** Returns the namespace whose class is `FlowObject`; within a jurisdiction if the data must stay there. */
  objects(env: Env): ObjectNamespace
}

/** The two exports of the worker. */
export interface Durable<Env> {
  /** The handler of the worker. */
  fetch: Handler<Env>
  /** The class of the objects. Export it from the worker's main module. */
  FlowObject: new (state: ObjectState, env: Env) => FlowObject
}

/** An object, as the platform calls it. */
export interface FlowObject {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
}

/** A namespace of Durable Objects, as far as it is used. */
export interface ObjectNamespace {
  idFromName(name: string): unknown
  get(id: any): { fetch(url: string, init: { method: string; body: string }): Promise<ObjectReply> }
}

interface ObjectReply {
  readonly ok: boolean
  json(): Promise<unknown>
}

/** What the platform gives an object, as far as it is used. */
export interface ObjectState {
  readonly storage: ObjectStorage
  waitUntil(task: Promise<unknown>): void
}

/** When the alarm is retried if the record is still due, in milliseconds. */
const ALARM_RETRY_MS = 60_000

/**
 * Makes the worker's handler and the class of its objects. Throws `INVALID_INPUT` if the configuration has a mistake.
 */
export function durable<Env = unknown>(config: DurableConfig<Env>): Durable<Env> {
  checkConfig(config)
  const { clock = realTime, objects } = config
  if (typeof objects !== 'function') throw invalidInput('/objects', 'must be a function')
  const fetch = createHandler(config, (env) => ({
    service: objectService(objects(env)),
    sealer: sealerOf(config, env),
  }))

  class FlowObject {
    readonly #storage: ObjectStorage
    readonly #store: Store
    readonly #service: FlowService
    readonly #shared = newSharedState()
    readonly #onError: (error: unknown) => void

    constructor(state: ObjectState, env: Env) {
      this.#storage = state.storage
      this.#store = objectStore(state.storage, clock.now)
      const background = (task: Promise<unknown>) => state.waitUntil(task)
      this.#onError = (error) => background(report(config.onError, error, env))
      this.#service = createService(config, env, {
        ...{ store: this.#store, sealer: sealerOf(config, env), shared: this.#shared },
        ...{ background, singleWriter: true },
      })
    }

    async fetch(request: Request): Promise<Response> {
      try {
        const { call, args } = (await request.json()) as { call: keyof FlowService; args: unknown[] }
        // JSON turns `undefined` into `null`.
        const given = args.map((arg) => arg ?? undefined)
        const run = this.#service[call] as (...args: unknown[]) => Promise<unknown>
        return Response.json((await run.apply(this.#service, given)) ?? null)
      } catch (error) {
        const { body } = toProblem(error)
        if (body.status >= 500) this.#onError(error)
        return Response.json(body, { status: body.status })
      }
    }

    async alarm(): Promise<void> {
      const before = await this.#storage.get<Head>('head')
      if (before === undefined) return
      await this.#shared.turns.get(before.id)?.catch(() => {})
      await this.#service.due(before.id).catch(this.#onError)
      const head = await this.#storage.get<Head>('head')
      if (head === undefined || (await this.#storage.getAlarm()) !== null) return
      const now = clock.now()
      if (head.expires <= now) return this.#store.remove(head.id)
      await this.#storage.setAlarm(Math.min(head.due > now ? head.due : now + ALARM_RETRY_MS, head.expires))
    }
  }

  return { fetch, FlowObject }
}

/**
 * The service as the worker sees it: each call goes to the object of its record. A start brings the connection with its
 * keys, so it is resolved only once; the call does not leave the platform.
 */
function objectService(objects: ObjectNamespace): FlowService {
  const ask = async <T>(id: string, call: keyof FlowService, ...args: unknown[]): Promise<T> => {
    const body = JSON.stringify({ call, args })
    const reply = await objects.get(objects.idFromName(id)).fetch('https://flow/', { method: 'POST', body })
    const result = await reply.json()
    if (!reply.ok) throw new Problem(result as ProblemBody)
    return result as T
  }
  return {
    start: (target, connection, flow) => ask(target.id, 'start', target, connection, flow),
    look: (ref, after, wait) => ask(ref.id, 'look', ref, after, wait),
    answer: (ref, round, input) => ask(ref.id, 'answer', ref, round, input),
    message: (ref, message) => ask(ref.id, 'message', ref, message),
    cancel: (ref) => ask(ref.id, 'cancel', ref),
    read: (ref, name) => ask(ref.id, 'read', ref, name),
    webhook: (target, connection) => ask(target.id, 'webhook', target, connection),
    due: (id) => ask(id, 'due', id),
    countUse: (id, limit, window) => ask(id, 'countUse', id, limit, window),
  }
}
