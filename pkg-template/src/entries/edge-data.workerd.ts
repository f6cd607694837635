/** `bank-mfa/edge/data` in workerd. It makes single calls, so it needs the wasm of the first import. */
import './calls.workerd.js'

export * from '../edge/data.js'
