export * from '../lib/fill.mjs'
