/** `bank-mfa/edge/data` in Vercel's edge runtime. It makes single calls, so it needs the wasm of the first import. */
import './calls.edge-light.js'

export * from '../edge/data.js'
