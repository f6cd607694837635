import { clockOf } from './clock.js'
import { checkConfig, createService, newSharedState, sealers } from './compose.js'
import type { EdgeConfig } from './config.js'
import { isTexts } from './json.js'
import { createHandler, type Handler, type OpenService } from './http/handler.js'
import { report } from './problem.js'

/** The request handler of an edge. */
export interface Edge<Env> extends Handler<Env> {
  /**
   * Continues the flows that no page waits for, and deletes expired records. Call it every 30 seconds. Never rejects:
   * `onError` receives the errors.
   */
  sweep(env?: Env): Promise<void>
}

/** How many due records a sweep takes at a time. */
const SWEEP_BATCH = 100

/** After how many records a sweep ends. The next one takes the others. */
const SWEEP_MAX = 10_000

/**
 * Makes an edge whose flows are in a store. Throws a `FlowError` with `INVALID_INPUT` if an option is invalid.
 *
 * @example
 * const mfa = edge({ authenticate, resolve, origins: ['https://app.example'], seal, store: memoryStore() })
 * const response = await mfa(request)
 */
export function edge<Env = unknown>(config: EdgeConfig<Env>): Edge<Env> {
  checkConfig(config, 'store')
  const { store, onError } = config
  const clock = clockOf(config)
  const shared = newSharedState()
  const sealerOf = sealers(config)
  const storeOf = (env: Env) => (typeof store === 'function' ? store(env) : store)

  const open: OpenService<Env> = (env, background) => {
    const sealer = sealerOf(env)
    const options = { store: storeOf(env), sealer, shared, background, singleWriter: false }
    return { service: createService(config, env, options), sealer }
  }

  async function sweep(env?: Env): Promise<void> {
    const onFailure = (error: unknown) => report(onError, error, env as Env)
    try {
      const store = storeOf(env as Env)
      const tasks: Promise<unknown>[] = []
      const { service } = open(env as Env, (task) => void tasks.push(task.catch(onFailure)))
      // A record whose work fails stays due. It must not keep others waiting.
      const seen = new Set<string>()
      while (seen.size < SWEEP_MAX) {
        const due: unknown = store.due ? await store.due(clock.now(), seen.size + SWEEP_BATCH) : []
        if (!isTexts(due)) throw new TypeError('store.due must return a list of ids, each a string')
        const next = due.filter((id) => !seen.has(id)).slice(0, SWEEP_BATCH)
        if (next.length === 0) break
        for (const id of next) seen.add(id)
        await Promise.all(next.map((id) => service.continueDue(id).catch(onFailure)))
      }
      // The turns have added their tasks by now.
      await Promise.all(tasks)
      await store.purge?.(clock.now())
    } catch (error) {
      await onFailure(error)
    }
  }

  return Object.assign(createHandler(config, open), { sweep })
}
