/** `bank-mfa/edge` in workerd. It runs flows, so it needs the wasm of the first import. */
import './index.workerd.js'

export * from '../edge/index.js'
