export * from '../lib/workerd.mjs'
export { runWorkerTest as passes } from '../lib/workerd.mjs'
