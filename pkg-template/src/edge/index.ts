/** All that the edge's two entries share. */
export type { PublicStep } from '../shared.js'
export { FlowError } from '../flow/errors.js'
export {
  type EdgeConfig,
  type PersonNeeded,
  type Connection,
  type FlowEnded,
  type FlinksConnection,
  type Webhooks,
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
export type { Webhook } from './webhooks.js'
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
