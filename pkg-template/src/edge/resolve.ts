import type { Connection, HandlerConfig } from './config.js'
import { report } from './problem.js'

/** Calls `resolve`. A result of `undefined` is reported, because it is a forgotten `return`; it counts as `null`. */
export async function resolveConnection<Env>(
  config: HandlerConfig<Env>,
  env: Env,
  background: (task: Promise<unknown>) => void,
  user: string,
  connection: string,
): Promise<Connection | null> {
  const found: Connection | null | undefined = await config.resolve(user, connection, env)
  if (found === undefined) {
    const error = new TypeError('resolve returned undefined; return null if there is no such connection')
    background(report(config.onError, error, env))
  }
  return found ?? null
}
