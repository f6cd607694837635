import { flinks, load } from 'bank-mfa/flinks/slim'
import { flinksFlow } from './flows.mjs'

/** `wasm` is the address of `bank-mfa/flinks.wasm`, which each bundler gives in its own way. */
export async function run(bank, wasm) {
  await load(wasm)
  await flinksFlow({ flinks }, bank)
}
