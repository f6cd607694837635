/** The edge of your pages: the vendors' keys stay here, and each flow lives in a Durable Object of its own. */
import { durable } from 'bank-mfa/edge'
import * as yours from './yours.js'

const { fetch, FlowObject } = durable({
  ...yours,
  objects: (env) => env.FLOWS, // env.FLOWS.jurisdiction('eu'), where the data must stay there
  seal: (env) => env.SEAL_KEYS,
})

export { FlowObject }
export default { fetch }
