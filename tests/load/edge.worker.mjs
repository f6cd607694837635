/** The edge as a company deploys it: on Durable Objects, or in one isolate with a store in memory. */
import { durable, edge, memoryStore } from 'bank-mfa/edge'
import { ORIGIN, findConnection } from './people.mjs'

const config = {
  authenticate: (request) => request.headers.get('authorization'),
  resolve: (user, connection, { BANK }) => (connection === 'c_1' ? findConnection(Number(user), BANK) : null),
  origins: [ORIGIN],
  seal: { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } },
  onError: (error) => console.error(error),
}

const { fetch: inObjects, FlowObject } = durable({ ...config, objects: (env) => env.FLOWS })
const edges = { durable: inObjects, memory: edge({ ...config, store: memoryStore() }) }

export { FlowObject }
export default { fetch: (request, env, context) => edges[env.STORE](request, env, context) }
