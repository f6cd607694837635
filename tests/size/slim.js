import { flinks, FlowError, load } from 'bank-mfa/slim'
import wasm from 'bank-mfa/module.wasm'
import { run } from './page.js'

await load(fetch(new URL(wasm, import.meta.url)))
run({ flinks, FlowError })
