import { mx, FlowError, load } from 'bank-mfa/mx/slim'
import wasm from 'bank-mfa/mx.wasm'
import { run } from './page.js'

await load(fetch(new URL(wasm, import.meta.url)))
run(
  ({ userGuid, memberGuid }) => mx.member({ userGuid, memberGuid, job: 'aggregate' }, { environment: 'production' }),
  FlowError,
)
