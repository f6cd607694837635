/** `bank-mfa/edge/data` in workerd. It makes single calls, so it needs the wasm that the first import loads. */
import './calls.workerd.js'

export * from '../edge/data.js'
