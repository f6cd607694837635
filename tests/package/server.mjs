/** Serves the simulated bank on a real socket of the loopback. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { simulator } from './setup.mjs'
import { complaints } from '../lib/call-validator.mjs'

/** Headers that an HTTP client adds by itself. */
const TRANSPORT = new Set([
  ...['host', 'connection', 'content-length', 'transfer-encoding', 'user-agent'],
  ...['accept-encoding', 'accept-language', 'sec-fetch-mode'],
])

/**
 * Serves a bank at `address`. `complaints` are the mistakes in `requests`: each must fit the schemas as it arrives. A
 * redirect leads to `redirectTo`.
 */
export async function serve(t, rules = {}) {
  const bank = simulator({ seed: 1, rules })
  const served = { bank, requests: [], complaints: [], address: '', redirectTo: '' }
  const server = createServer(async (request, response) => {
    const chunks = []
    for await (const chunk of request) chunks.push(chunk)
    const { method, url, headers } = request
    const body = Buffer.concat(chunks).toString()
    served.requests.push({ method, url, headers, body })
    served.complaints.push(...complaints(call(served.address, { method, url, headers, body })))
    try {
      const reply = await bank.fetch(served.address + url, { method, headers: named(headers), body })
      const location = reply.headers.has('location') && { location: served.redirectTo }
      response.writeHead(reply.status, { ...Object.fromEntries(reply.headers), ...location })
      response.end(Buffer.from(await reply.arrayBuffer()))
    } catch {
      // A lost reply: the connection breaks.
      response.destroy()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  served.address = `http://127.0.0.1:${server.address().port}`
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return served
}

function call(address, { method, url, headers, body }) {
  return { method, url: address + url, headers: named(headers), redirect: 'manual', body }
}

const named = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => !TRANSPORT.has(name)))
