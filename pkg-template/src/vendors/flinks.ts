/** What `bank-mfa/flinks` and `bank-mfa/flinks/slim` export. Their files in entries/ load the wasm. */
import { Core } from '../flow/core.js'
import { flinksFlows, readFlinks, type FlinksHost } from '../flow/flinks.js'
import type { Flow } from '../flow/flow.js'
import { FlowHandle, send, type Authorized } from '../wasm/flinks.js'

export * from '../flow/index.js'
export type * from './flinks-types.js'

const core = new Core({ FlowHandle, send })

/** Starts the flows of Flinks. */
export const flinks = flinksFlows(core)

/**
 * Restores a flow from its snapshot. Pass the host again: a snapshot contains no URL and no secret. If the flow was
 * sending, it does not repeat a submission that the bank may have received. Use `restore<Connected>(…)` for a flow of
 * `reconnect`, `resume` or `connect`. Throws a `FlowError` with `SNAPSHOT_UNREADABLE` or `SNAPSHOT_VERSION`, and with
 * `INVALID_INPUT` if it is a flow of another vendor.
 */
export function restore<Result extends Authorized = Authorized>(snapshot: string, host: FlinksHost): Flow<Result> {
  return core.restore(snapshot, readFlinks(host))
}
