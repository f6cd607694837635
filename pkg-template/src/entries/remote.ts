/** A flow that runs at an edge, followed from a page. Needs no wasm. */
export * from '../remote/flow.js'
