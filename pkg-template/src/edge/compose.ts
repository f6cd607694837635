/** Builds the engine of an edge from its configuration. */
import { invalidInput } from '../flow/errors.js'
import { isTimeout } from '../flow/host.js'
import { isObject } from '../shared.js'
import { clockOf } from './clock.js'
import type {
  DataSource,
  EdgeEvent,
  FlowEnded,
  HandlerConfig,
  Limits,
  PersonNeeded,
  SealKeys,
  Store,
} from './config.js'
import type { EngineContext } from './engine/context.js'
import { LocalFlowService } from './engine/service.js'
import { isOrigin } from './http/origin.js'
import { toRecord } from './json.js'
import { report, settled } from './problem.js'
import { Changes } from './records/changes.js'
import { Records } from './records/records.js'
import { rememberTexts } from './records/recent-texts.js'
import { sealer, type Sealer } from './records/seal.js'
import { resolveConnection } from './resolve.js'

/** What the requests of one process share. */
export interface SharedState {
  changes: Changes
  turns: EngineContext['turns']
}

export const newSharedState = (): SharedState => ({ changes: new Changes(), turns: new Map() })

/** Returns the function that makes the sealer of a request. As long as the keys stay the same, the sealer does, too. */
export function sealers<Env>(config: HandlerConfig<Env>): (env: Env) => Sealer {
  let last: { keys: string; sealer: Sealer } | undefined
  return (env) => {
    const { seal } = config
    const given = typeof seal === 'function' ? seal(env) : seal
    const keys = typeof given === 'string' ? given : JSON.stringify(given)
    if (last === undefined || last.keys !== keys) last = { keys, sealer: rememberTexts(sealer(given)) }
    return last.sealer
  }
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
  const { fetch, timeout, onPersonNeeded, onFlowEnded, onEvent, onError } = config
  const { limits, data = {} } = config
  const clock = clockOf(config)
  const readers = Object.entries(data).map(([name, read]) => [name, (source: DataSource) => read(source, env)])
  const callOnEvent = async (event: EdgeEvent) => settled('onEvent', onEvent?.(event, env))
  const reportError = (error: unknown) => report(onError, error, env)
  return new LocalFlowService({
    records: new Records({ store, sealer, clock, changes: shared.changes, singleWriter }),
    turns: shared.turns,
    ...{ clock, background, callOptions: { fetch, timeout } },
    resolve: (user, connection) => resolveConnection(config, env, background, user, connection),
    onPersonNeeded: onPersonNeeded && ((event: PersonNeeded) => onPersonNeeded(event, env)),
    onFlowEnded: onFlowEnded && ((event: FlowEnded) => onFlowEnded(event, env)),
    onEvent: onEvent && ((event: EdgeEvent) => background(callOnEvent(event).catch(reportError))),
    onError: (error) => background(reportError(error)),
    readers: Object.fromEntries(readers),
    answersPerFlow: limits?.answersPerFlow ?? 20,
    readsPerFlow: limits?.readsPerFlow ?? 20,
  })
}

const isFunction = (value: unknown) => typeof value === 'function'
const isOptional = (isValid: (value: never) => boolean) => (value: unknown) =>
  value === undefined || isValid(value as never)
const hasFunctions = (names: string[]) => (value: unknown) =>
  typeof value === 'object' && value !== null && names.every((name) => isFunction((value as never)[name]))
const isCount = isOptional((value: number) => Number.isSafeInteger(value) && value > 0)

/** A check of one option, and the message if it fails. */
type Check = [isValid: (value: never) => boolean, message: string]

const COUNT: Check = [isCount, 'must be a positive whole number']
const LIMITS: Record<keyof Limits, Check> = {
  answersPerFlow: COUNT,
  startsPerHour: COUNT,
  readsPerFlow: COUNT,
  body: COUNT,
}

const FUNCTION: Check = [isFunction, 'must be a function']
const OPTIONAL_FUNCTION: Check = [isOptional(isFunction), 'must be a function']
const OPTIONS: Record<keyof HandlerConfig, Check> = {
  authenticate: FUNCTION,
  resolve: FUNCTION,
  origins: [
    (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isOrigin),
    'must be a list of one or more origins, such as https://app.example',
  ],
  seal: [() => true, ''],
  limits: [isOptional(isObject), 'must be an object'],
  webhooks: [isOptional(hasFunctions(['findConnection'])), 'must be an object with the function findConnection'],
  data: [
    isOptional((value: unknown) => isObject(value) && Object.values(value).every(isFunction)),
    'must be an object of functions',
  ],
  onPersonNeeded: OPTIONAL_FUNCTION,
  onFlowEnded: OPTIONAL_FUNCTION,
  onEvent: OPTIONAL_FUNCTION,
  onError: OPTIONAL_FUNCTION,
  fetch: OPTIONAL_FUNCTION,
  timeout: [isOptional(isTimeout), 'must be a positive number of milliseconds'],
  clock: [isOptional(hasFunctions(['now', 'wait'])), 'must have now() and wait()'],
}
const STORE: Check = [
  (value: unknown) => isFunction(value) || hasFunctions(['read', 'write', 'remove'])(value),
  'must be an object with the functions read, write and remove, or a function that returns one',
]

/** The names of data that the route accepts. */
const DATA_NAME = /^[\w-]{1,64}$/

/** Throws `INVALID_INPUT` if an option is unknown or invalid. Checks the seal keys unless a function returns them. */
export function checkConfig(config: HandlerConfig<never>, own: 'store' | 'objects'): void {
  checkOptions(config, { ...OPTIONS, [own]: own === 'store' ? STORE : FUNCTION }, '')
  checkOptions(config.limits ?? {}, LIMITS, '/limits')
  for (const name of Object.keys(config.data ?? {})) {
    if (!DATA_NAME.test(name))
      throw invalidInput(`/data/${name}`, 'must have a name of 1 to 64 letters, digits, _ or -')
  }
  if (!isFunction(config.seal)) sealer(config.seal as SealKeys | string)
}

function checkOptions(options: object, checks: Record<string, Check>, path: string): void {
  const values = toRecord(options)
  for (const [name, [isValid, message]] of Object.entries(checks)) {
    if (!isValid(values[name] as never)) throw invalidInput(`${path}/${name}`, message)
  }
  for (const name of Object.keys(values)) {
    if (!Object.hasOwn(checks, name)) throw invalidInput(`${path}/${name}`, 'is not a recognised option')
  }
}
