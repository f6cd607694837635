/** `bank-mfa/edge` in Vercel's edge runtime. It runs flows, so it needs the wasm of the first import. */
import './index.edge-light.js'

export * from '../edge/index.js'
