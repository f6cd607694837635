/** A Node server with the page, an edge with its flows in memory, and the event stream that is the limit. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { importEntry } from '../lib/app.mjs'
import { customerId, loginId, token } from '../lib/data.mjs'

const { edge, memoryStore, nodeHandler } = await importEntry('bank-mfa/edge')
const [baseUrl, script] = process.argv.slice(2)
const FILES = {
  '/': [
    'text/html',
    '<!doctype html><meta charset="utf-8"><title>bench</title><script type="module" src="/page.js"></script>',
  ],
  '/page.js': ['text/javascript', readFileSync(script)],
}

/** Calls the bank, and passes its reply on as an event. */
async function bare(response) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).flushHeaders()
  const url = `${baseUrl}/v3/${customerId}/BankingServices/Authorize`
  const headers = { 'content-type': 'application/json', 'flinks-auth-key': token }
  const body = JSON.stringify({ LoginId: loginId, MostRecentCached: false })
  response.write(`data: ${await (await fetch(url, { method: 'POST', headers, body })).text()}\n\n`)
}

let mfa
const server = createServer((request, response) => {
  const file = FILES[request.url]
  if (file) response.writeHead(200, { 'content-type': file[0] }).end(file[1])
  else if (request.url === '/bare') void bare(response)
  else if (request.url.startsWith('/mfa/')) mfa(request, response)
  else response.writeHead(404).end()
})
await once(server.listen(0, '127.0.0.1'), 'listening')
const address = `http://127.0.0.1:${server.address().port}`
const handle = edge({
  // One user could not start that many flows: there is a rate limit.
  authenticate: (request) => request.headers.get('authorization'),
  resolve: () => ({
    vendor: 'flinks',
    host: { instance: 'toolbox', customerId, baseUrl },
    secretKey: 'secret',
    flow: { kind: 'authorize', params: { loginId, mostRecentCached: false } },
  }),
  origins: [address],
  seal: { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } },
  store: memoryStore(),
  onError: (error) => console.error(error),
})
mfa = nodeHandler((request) => handle(request, {}, { waitUntil: (task) => task.catch(() => {}) }))
process.send(address)
process.once('disconnect', () => process.exit())
