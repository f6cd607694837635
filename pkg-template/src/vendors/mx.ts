/** What `bank-mfa/mx` and `bank-mfa/mx/slim` export. Their files in entries/ load the wasm. */
import { Core } from '../flow/core.js'
import type { Flow } from '../flow/flow.js'
import { mxFlows, readMx, type MxHost } from '../flow/mx.js'
import { FlowHandle, send, type MxConnected } from '../wasm/mx.js'

export * from '../flow/index.js'
export type * from './mx-types.js'

const core = new Core({ FlowHandle, send })

/** Starts the flows of MX. */
export const mx = mxFlows(core)

/**
 * Restores a flow from its snapshot. Pass the host again: a snapshot contains no URL and no secret. If the flow was
 * sending, it does not repeat a submission that the bank may have received. Throws a `FlowError` with
 * `SNAPSHOT_UNREADABLE` or `SNAPSHOT_VERSION`, and with `INVALID_INPUT` if it is a flow of another vendor.
 */
export function restore(snapshot: string, host: MxHost): Flow<MxConnected> {
  return core.restore(snapshot, readMx(host))
}
