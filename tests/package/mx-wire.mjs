export * from '../lib/mx-wire.mjs'
