/** A host's own `fetch`, for jest's jsdom, which has none. */
import { request } from 'node:http'

export const ownFetch = (url, { method, headers = {}, body, signal }) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (reply) => {
      const chunks = []
      reply.on('data', (chunk) => chunks.push(chunk))
      reply.on('end', () => {
        const arrayBuffer = async () => Uint8Array.from(Buffer.concat(chunks)).buffer
        resolve({ status: reply.statusCode, headers: reply.headers, arrayBuffer })
      })
    })
    sent.on('error', reject)
    signal?.addEventListener('abort', () => sent.destroy())
    sent.end(body ?? undefined)
  })
