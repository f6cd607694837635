/** `bank-mfa/edge` in workerd. It runs flows, so it needs the wasm that the first import loads. */
import './index.workerd.js'

export * from '../edge/index.js'
