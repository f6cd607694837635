/** The vendor's own page in a frame, and the way back from it. Needs no wasm. */
export * from '../connect/mount.js'
