/** The edge; the wasm is inlined. */
import './index.js'

export * from '../edge/index.js'
