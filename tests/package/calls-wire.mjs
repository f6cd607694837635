export * from '../lib/calls-wire.mjs'
