import { flinks, FlowError, load } from 'bank-mfa/flinks/slim'
import wasm from 'bank-mfa/flinks.wasm'
import { run } from './page.js'

await load(fetch(new URL(wasm, import.meta.url)))
run(
  ({ loginId, instance, customerId }) =>
    flinks.authorize({ loginId, mostRecentCached: false }, { instance, customerId }),
  FlowError,
)
