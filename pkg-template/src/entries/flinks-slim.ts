/** `bank-mfa/flinks/slim`: the host loads `bank-mfa/flinks.wasm` itself, which is about a fifth smaller when compressed. */
import init, { type InitInput } from '../wasm/flinks.js'

/** Loads the wasm. Await it once before any other call. `source` is a URL, a response, bytes or a module. */
export async function load(source: InitInput | Promise<InitInput>): Promise<void> {
  await init({ module_or_path: source })
}

export type { InitInput }
export * from '../vendors/flinks.js'
export type {} from '../globals.js'
