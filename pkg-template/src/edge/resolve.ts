import type { Connection, HandlerConfig } from './config.js'
import { callCompany, report } from './problem.js'

/** Calls `resolve`. A result of `undefined` is reported, because it is a forgotten `return`; it counts as `null`. */
export async function resolveConnection<Env>(
  config: HandlerConfig<Env>,
  env: Env,
  background: (task: Promise<unknown>) => void,
  user: string,
  connection: string,
): Promise<Connection | null> {
  const call = () => config.resolve(user, connection, env)
  const found: Connection | null | undefined = await callCompany('resolve', call)
  if (found === undefined) {
    const error = new TypeError('resolve returned undefined; return null if there is no such connection')
    background(report(config.onError, error, env))
  }
  return found ?? null
}
