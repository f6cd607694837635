export * from '../lib/wire.mjs'
