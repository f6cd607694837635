/**
 * Flows in Durable Objects: one object for each record. The worker checks a request and passes the call on as plain
 * JSON. The object runs the flow; its storage is the store, and its alarm continues the flow if no page waits.
 *
 * The platform may stop an object at any moment: when it is idle, moved, or deployed again. Nothing is lost: each call
 * reads the record first, a page repeats a call whose reply is lost, and an alarm is retried until it succeeds. While a
 * send runs, the alarm handler waits for it, which keeps the object alive even if no page waits.
 */
import { clockOf } from './clock.js'
import { checkConfig, createService, newSharedState, sealers } from './compose.js'
import type { HandlerConfig, Store } from './config.js'
import type { FlowService } from './engine/service.js'
import { createHandler, type Handler } from './http/handler.js'
import { Problem, report, toProblem } from './problem.js'
import { objectStore, type Head, type ObjectStorage } from './records/object-storage.js'

/** The options of `durable`. */
export interface DurableConfig<Env> extends HandlerConfig<Env> {
  /** Returns the namespace of the class `FlowObject`, such as `env.FLOWS` or `env.FLOWS.jurisdiction('eu')`. */
  objects(env: Env): ObjectNamespace
}

/** What the worker exports. */
export interface Durable<Env> {
  /** The handler of the worker. */
  fetch: Handler<Env>
  /** The class of the objects. Export it from the worker's main module. */
  FlowObject: new (state: ObjectState, env: Env) => FlowObject
}

/** The methods of an object that the platform calls. */
export interface FlowObject {
  fetch(request: Request): Promise<Response>
  alarm(): Promise<void>
}

/** The part of the platform's `DurableObjectNamespace` that is used. */
export interface ObjectNamespace {
  idFromName(name: string): unknown
  get(id: any): { fetch(url: string, init: { method: string; body: string }): Promise<ObjectReply> }
}

/** What an object replies with. A `Response` is one. */
export interface ObjectReply {
  readonly ok: boolean
  json(): Promise<unknown>
}

/** The part of the platform's `DurableObjectState` that is used. */
export interface ObjectState {
  readonly storage: ObjectStorage
  waitUntil(task: Promise<unknown>): void
}

/** The delay of the next alarm if the record is still due, in milliseconds. */
const ALARM_RETRY_MS = 60_000

/**
 * Makes the worker's handler and the class of its objects. Throws a `FlowError` with `INVALID_INPUT` if an option is
 * invalid.
 *
 * @example
 * export const { fetch, FlowObject } = durable({ authenticate, resolve, origins, seal, objects: (env) => env.FLOWS })
 */
export function durable<Env = unknown>(config: DurableConfig<Env>): Durable<Env> {
  checkConfig(config, 'objects')
  const { objects } = config
  const clock = clockOf(config)
  const sealerOf = sealers(config)
  const fetch = createHandler(config, (env) => ({
    service: objectService(objects(env)),
    sealer: sealerOf(env),
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
        ...{ store: this.#store, sealer: sealerOf(env), shared: this.#shared },
        ...{ background, singleWriter: true },
      })
    }

    async fetch(request: Request): Promise<Response> {
      try {
        const { call, args } = (await request.json()) as { call: keyof FlowService; args: unknown[] }
        // JSON turns `undefined` into `null`.
        const plainArgs = args.map((arg) => arg ?? undefined)
        const run = this.#service[call] as (...args: unknown[]) => Promise<unknown>
        return Response.json((await run.apply(this.#service, plainArgs)) ?? null)
      } catch (error) {
        const { body, retryAfter } = toProblem(error)
        if (body.status >= 500) this.#onError(error)
        return Response.json({ body, retryAfter }, { status: body.status })
      }
    }

    async alarm(): Promise<void> {
      const head = await this.#storage.get<Head>('head')
      if (head === undefined) return
      const { id, expires } = head
      await this.#shared.turns.get(id)?.outcome.catch(() => {})
      await this.#service.continueDue(id).catch(this.#onError)
      // A write sets the next alarm. Without one, the head is still the same.
      if ((await this.#storage.getAlarm()) !== null) return
      const now = clock.now()
      if (expires <= now) return this.#store.remove(id)
      await this.#storage.setAlarm(Math.min(now + ALARM_RETRY_MS, expires))
    }
  }

  return { fetch, FlowObject }
}

/**
 * A service that forwards each call to the object of its record. A start passes the resolved connection, with its keys,
 * so `resolve` is called only once. The call does not leave the platform.
 */
function objectService(objects: ObjectNamespace): FlowService {
  const callObject = async <T>(id: string, call: keyof FlowService, ...args: unknown[]): Promise<T> => {
    const body = JSON.stringify({ call, args })
    const reply = await objects.get(objects.idFromName(id)).fetch('https://flow/', { method: 'POST', body })
    const result = await reply.json()
    if (reply.ok) return result as T
    const refusal = result as Pick<Problem, 'body' | 'retryAfter'>
    const error = new Problem(refusal.body, refusal.retryAfter)
    // The object has called `onError`.
    error.isReported = true
    throw error
  }
  return {
    start: (target, connection, flow) => callObject(target.id, 'start', target, connection, flow),
    getState: (ref, after, waitMs) => callObject(ref.id, 'getState', ref, after, waitMs),
    answer: (ref, round, input) => callObject(ref.id, 'answer', ref, round, input),
    message: (ref, message) => callObject(ref.id, 'message', ref, message),
    cancel: (ref) => callObject(ref.id, 'cancel', ref),
    readData: (ref, name) => callObject(ref.id, 'readData', ref, name),
    pollForWebhook: (target, connection) => callObject(target.id, 'pollForWebhook', target, connection),
    continueDue: (id) => callObject(id, 'continueDue', id),
    countUse: (id, limit, windowMs) => callObject(id, 'countUse', id, limit, windowMs),
  }
}
