/** Everything that the edge's two entries share. */
export type { PublicStep } from '../shared.js'
export { FlowError } from '../flow/errors.js'
export type { FlowAction, FlowEvent, FlowEventAttributes } from '../flow/trace.js'
export type {
  Connection,
  DataReader,
  DataSource,
  DataStep,
  EdgeConfig,
  EdgeEvent,
  FlinksConnection,
  FlowEnded,
  FoundConnection,
  Limits,
  MxConnection,
  PersonNeeded,
  SealKeys,
  Store,
  Webhook,
  Webhooks,
} from './config.js'
export { durable, type Durable, type DurableConfig, type FlowObject } from './durable.js'
export type { ObjectNamespace, ObjectReply, ObjectState } from './durable.js'
export { edge, type Edge } from './edge.js'
export type { Handler, HandlerContext } from './http/handler.js'
export { nodeHandler, type NodeRequest, type NodeResponse } from './http/node.js'
export type { ProblemBody } from './problem.js'
export { memoryStore } from './records/memory.js'
export type { ObjectStorage } from './records/object-storage.js'
export { postgres, postgresTable, type Query } from './records/postgres.js'
export { sealer, type Sealer } from './records/seal.js'
