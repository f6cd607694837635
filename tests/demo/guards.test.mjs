/** What the demo's servers refuse: host names of other sites, large bodies, bodies that are not JSON, and other pages. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from '../lib/package.mjs'
import test, { after } from '../lib/test.mjs'

const { serve } = await import(pathToFileURL(join(app, 'node_modules/bank-mfa/demo/server/serve.js')))
const demo = await serve({ page: 0, vendor: 0, connect: 0 })
after(() => demo.close())

const CONTROL = `${demo.vendor}/s/guards/control`
const TIME = `${demo.url}/edge/time`
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }
const SESSION = { authorization: 'Bearer guards' }

/** Sends the headers as they are, `host` too. Returns the status and the headers. */
async function send(url, { method = 'GET', headers = {}, body } = {}) {
  const sent = request(url, { method, headers })
  sent.end(body)
  const [response] = await once(sent, 'response')
  response.resume()
  return { status: response.statusCode, headers: response.headers }
}
const statusOf = async (...given) => (await send(...given)).status
const post = (url, body, headers = {}) => statusOf(url, { method: 'POST', body, headers })

test('each server accepts only loopback names with its own port', async () => {
  const paths = { url: '/', vendor: '/s/guards/control/people', connect: '/s/guards/v2/' }
  for (const [name, path] of Object.entries(paths)) {
    const { port } = new URL(demo[name])
    const ask = (host) => statusOf(demo[name] + path, { headers: { host } })
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`]) {
      assert.equal(await ask(host), 200, `${name} ${host}`)
    }
    const others = ['attacker.example', 'localhost.attacker.example', '127.0.0.1.nip.io', 'user@127.0.0.1']
    const hosts = [...others.map((other) => `${other}:${port}`), 'localhost', '127.0.0.1', '127.0.0.1:1']
    for (const host of hosts) assert.equal(await ask(host), 421, `${name} ${host}`)
  }
})

test('a body above 1 MiB gets 413, with and without its length', async () => {
  const padded = (bytes) => `{"cors":true${' '.repeat(bytes - 13)}}`
  const chunked = { 'transfer-encoding': 'chunked' }
  for (const headers of [{}, chunked]) {
    assert.equal(await post(CONTROL, padded(1024 * 1024), headers), 200)
    assert.equal(await post(CONTROL, padded(1024 * 1024 + 1), headers), 413)
    for (const url of [`${demo.url}/token`, TIME, `${demo.url}/edge/flows`, `${demo.connect}/s/guards/v2/`]) {
      assert.equal(await post(url, padded(1024 * 1024 + 1), { ...headers, ...SAME_ORIGIN, ...SESSION }), 413, url)
    }
  }
})

test('a body that is not a JSON object gets 400, and the server goes on', async () => {
  for (const body of ['', '{', 'null', '[]', '"text"', '7', '\u0000']) {
    assert.equal(await post(CONTROL, body), 400, body)
    assert.equal(await post(`${demo.url}/token`, body, SAME_ORIGIN), 400, body)
    assert.equal(await post(TIME, body, SESSION), 400, body)
  }
  for (const advance of ['"1"', '-1', '1e999', 'null']) {
    assert.equal(await post(CONTROL, `{"advance":${advance}}`), 400, advance)
    assert.equal(await post(TIME, `{"advance":${advance}}`, SESSION), 400, advance)
  }
  assert.equal(await post(CONTROL, '{"rules":{"noSuchRule":1}}'), 400)
  assert.equal(await post(CONTROL, '{"reset":true}'), 200)
  assert.equal(await post(`${demo.url}/token`, '{"session":"guards"}', SAME_ORIGIN), 200)
  assert.equal(await post(TIME, '{"advance":1}', SESSION), 200)
})

test('only the page of the demo and programs without a page reach the control routes', async () => {
  const { port } = new URL(demo.url)
  const own = [{}, { origin: demo.url }, { origin: `http://localhost:${port}` }]
  const others = ['https://attacker.example', 'null', `https://127.0.0.1:${port}`, 'http://127.0.0.1:1', demo.connect]
  const routes = [
    ['POST', CONTROL, '{}'],
    ['OPTIONS', CONTROL, undefined],
    ['GET', `${CONTROL}/people`, undefined],
    ['POST', TIME, '{"advance":0}'],
  ]
  for (const [method, url, body] of routes) {
    for (const origin of own) {
      const status = await statusOf(url, { method, body, headers: { ...SESSION, ...origin } })
      assert.ok([200, 204].includes(status), `${method} ${url} ${origin.origin}`)
    }
    for (const origin of others) {
      const reply = await send(url, { method, body, headers: { ...SESSION, origin } })
      assert.equal(reply.status, 403, `${method} ${url} ${origin}`)
      assert.equal(reply.headers['access-control-allow-origin'], undefined)
    }
  }
})
