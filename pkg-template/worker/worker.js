/** The edge of your pages: the vendors' keys stay here, and each flow lives in a Durable Object of its own. */
import { durable } from 'bank-mfa/edge'
import * as app from './app.js'

const { fetch, FlowObject } = durable({
  ...app,
  objects: (env) => env.FLOWS, // env.FLOWS.jurisdiction('eu'), where the data must stay there
  seal: (env) => env.SEAL_KEYS,
})

export { FlowObject }
export default { fetch }
