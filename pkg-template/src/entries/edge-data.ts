/** What an edge lets pages read; the wasm of the single calls is inlined. */
import './calls.js'

export * from '../edge/data.js'
