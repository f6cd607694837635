import { mx, load } from 'bank-mfa/mx/slim'
import { mxFlow } from './flows.mjs'

/** `wasm` is the address of `bank-mfa/mx.wasm`, which each bundler gives in its own way. */
export async function run(bank, wasm) {
  await load(wasm)
  await mxFlow({ mx }, bank)
}
