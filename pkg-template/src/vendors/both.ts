/** What `bank-mfa` exports: the flows of both vendors, in one wasm. Its files in entries/ load the wasm. */
import { Core } from '../flow/core.js'
import { flinksFlows, readFlinks, type FlinksHost } from '../flow/flinks.js'
import type { Flow } from '../flow/flow.js'
import { mxFlows, readMx, type MxHost } from '../flow/mx.js'
import { FlowHandle, send, type Authorized, type MxConnected } from '../wasm/bank_mfa.js'

export * from '../flow/index.js'
export type * from './flinks-types.js'
export type * from './mx-types.js'

const core = new Core({ FlowHandle, send })

/** Starts the flows of Flinks. */
export const flinks = flinksFlows(core)

/** Starts the flows of MX. */
export const mx = mxFlows(core)

/**
 * Restores a flow from its snapshot. Pass the host again: a snapshot contains no URL and no secret. If the flow was
 * sending, it does not repeat a submission that the bank may have received. Use `restore<Connected>(…)` for a flow of
 * `reconnect`, `resume` or `connect`. Throws a `FlowError` with `SNAPSHOT_UNREADABLE` or `SNAPSHOT_VERSION`.
 */
export function restore<Result extends Authorized = Authorized>(snapshot: string, host: FlinksHost): Flow<Result>
/** Restores an MX flow from its snapshot, as above. */
export function restore(snapshot: string, host: MxHost): Flow<MxConnected>
export function restore(snapshot: string, host: FlinksHost | MxHost): Flow {
  const isMx = (host: object): host is MxHost => 'environment' in Object(host)
  return core.restore(snapshot, isMx(host) ? readMx(host) : readFlinks(host))
}
