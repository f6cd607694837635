import { Core } from '../../flow/core.js'
import { FlowHandle, send } from '../../wasm/bank_mfa.js'

/** The wasm of both vendors, which the edge's entries load. */
export const core = new Core({ FlowHandle, send })
