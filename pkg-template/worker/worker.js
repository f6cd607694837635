/** The edge as a Cloudflare worker: it holds the vendors' keys, and each flow lives in its own Durable Object. */
import { durable } from 'bank-mfa/edge'
import openapi from 'bank-mfa/openapi.json'
import * as app from './app.js'

const edge = durable({
  ...app,
  objects: (env) => env.FLOWS, // or env.FLOWS.jurisdiction('eu') to keep the data in the EU
  seal: (env) => env.SEAL_KEYS,
})

export const FlowObject = edge.FlowObject

export default {
  async fetch(request, env, context) {
    const { pathname } = new URL(request.url)
    if (request.method === 'GET' && pathname.endsWith('/openapi.json')) return Response.json(openapi)
    return edge.fetch(request, env, context)
  },
}
