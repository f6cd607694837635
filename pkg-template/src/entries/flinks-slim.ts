/** `bank-mfa/flinks/slim`: the host loads `bank-mfa/flinks.wasm` itself, which is about a fifth smaller when compressed. */
import init, { type InitInput } from '../wasm/flinks.js'

/**
 * Loads the wasm. Await it before any other call, which otherwise throws a `FlowError` with `host-error`. `source` is a URL,
 * a response, bytes or a module. Only the first wasm is used: once there is one, `load` does nothing.
 */
export async function load(source: InitInput | Promise<InitInput>): Promise<void> {
  await init({ module_or_path: source })
}

export type { InitInput }
export * from '../vendors/flinks.js'
export type {} from '../globals.js'
