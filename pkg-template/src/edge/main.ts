/** All that the edge's two entries share. */
export type { PublicStep } from '../edge-wire.js'
export { FlowError } from '../errors.js'
export {
  type EdgeConfig,
  type Asked,
  type Connection,
  type Ended,
  type FlinksConnection,
  type Hints,
  type Limits,
  type MxConnection,
} from './config.js'
export {
  durable,
  type Durable,
  type DurableConfig,
  type FlowObject,
  type ObjectNamespace,
  type ObjectState,
  type ObjectStorage,
} from './durable.js'
export { edge, type Edge, type Storeless } from './handler.js'
export type { Hint } from './hints.js'
export { openapi } from './openapi.js'
export { postgres, postgresTable, type Query } from './postgres.js'
export type { ProblemBody } from './problem.js'
export type { DataReader, DataSource, DataStep, Reading } from './reading.js'
export {
  Runner,
  type At,
  type Given,
  type Home,
  type Message,
  type RunnerOptions,
  type State,
  type Who,
} from './runner.js'
export { sealer, type Sealer, type SealKeys } from './seal.js'
export { memoryStore, type Store } from './store.js'
