/** Builds the engine of an edge from its configuration. */
import { invalidInput } from '../flow/errors.js'
import { realTime } from '../flow/host.js'
import type { DataSource, FlowEnded, HandlerConfig, PersonNeeded, SealKeys, Store } from './config.js'
import type { EngineContext } from './engine/context.js'
import { LocalFlowService } from './engine/service.js'
import { isOrigin } from './http/origin.js'
import { report } from './problem.js'
import { Changes } from './records/changes.js'
import { Records } from './records/records.js'
import { sealer, type Sealer } from './records/seal.js'

/** What the requests of one process share. */
export interface SharedState {
  changes: Changes
  turns: EngineContext['turns']
}

export const newSharedState = (): SharedState => ({ changes: new Changes(), turns: new Map() })

export function sealerOf<Env>({ seal }: HandlerConfig<Env>, env: Env): Sealer {
  return sealer(typeof seal === 'function' ? seal(env) : seal)
}

export interface ServiceOptions {
  store: Store
  sealer: Sealer
  shared: SharedState
  background: (task: Promise<unknown>) => void
  /** Whether no other process can write these records. */
  singleWriter: boolean
}

/** Makes the service that runs the flows in a store. */
export function createService<Env>(
  config: HandlerConfig<Env>,
  env: Env,
  { store, sealer, shared, background, singleWriter }: ServiceOptions,
): LocalFlowService {
  const { clock = realTime, fetch, timeout, resolve, onPersonNeeded, onFlowEnded, onError, limits, data = {} } = config
  const readers = Object.entries(data).map(([name, read]) => [name, (source: DataSource) => read(source, env)])
  return new LocalFlowService({
    records: new Records({ store, sealer, clock, changes: shared.changes, singleWriter }),
    turns: shared.turns,
    ...{ clock, background, callOptions: { fetch, timeout } },
    resolve: async (user, connection) => resolve(user, connection, env),
    onPersonNeeded: onPersonNeeded && ((event: PersonNeeded) => onPersonNeeded(event, env)),
    onFlowEnded: onFlowEnded && ((event: FlowEnded) => onFlowEnded(event, env)),
    onError: (error) => background(report(onError, error, env)),
    readers: Object.fromEntries(readers),
    answersPerFlow: limits?.answersPerFlow ?? 20,
    readsPerFlow: limits?.readsPerFlow ?? 20,
  })
}

const isFunction = (value: unknown) => typeof value === 'function'

/** Throws `INVALID_INPUT` if an option has a wrong type. Checks the seal keys unless a function returns them. */
export function checkConfig(config: HandlerConfig<never>): void {
  const checks: [string, boolean, string][] = [
    ['authenticate', isFunction(config?.authenticate), 'must be a function'],
    ['resolve', isFunction(config?.resolve), 'must be a function'],
    [
      'origins',
      Array.isArray(config?.origins) && config.origins.every(isOrigin),
      'must be a list of origins, such as https://app.example',
    ],
    ['data', Object.values(config?.data ?? {}).every(isFunction), 'must be an object of functions'],
  ]
  for (const [name, isValid, message] of checks) if (!isValid) throw invalidInput(`/${name}`, message)
  if (!isFunction(config.seal)) sealer(config.seal as SealKeys | string)
}
