/** Without the wasm: the host loads `bank-mfa/module.wasm` in its own way, a third smaller on the wire. */
import init, { type InitInput } from '../wasm/bank_mfa.js'

/**
 * Loads the wasm, once, before anything else is called: an address, a response, its bytes or a module.
 */
export async function load(source: InitInput | Promise<InitInput>): Promise<void> {
  await init({ module_or_path: source })
}

export * from '../flow/index.js'
