/** The simulated vendors, and an edge, on a socket of the loopback. Every runtime of the matrix calls them. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { pathToFileURL } from 'node:url'
import { after } from '../lib/test.mjs'
import { customerId } from '../lib/bank.mjs'
import { resolve, simulator } from '../lib/package.mjs'

const wasm = readFileSync(resolve('bank-mfa/flinks.wasm'))

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': '*, authorization',
  'access-control-allow-methods': '*',
}

/**
 * Serves a bank until the tests of the file have ended. `more` serves other paths: it returns a response, or undefined. Returns
 * the address, the connections of the edge, and `check`, which fails if the bank received a mistake or an answer twice.
 */
export async function serveBank(more = () => undefined) {
  const { edge, memoryStore, nodeHandler } = await import(pathToFileURL(resolve('bank-mfa/edge')))
  const bank = simulator({ seed: 1 })
  const { loginId } = bank.people.find(({ username }) => username === 'Greatday')
  const { userGuid, memberGuid } = bank.mx.member('mx_bank_challenge')
  const { secretKey } = bank
  /** The flows of the edge's connections, by id. Every other connection has the first one. */
  const connections = {
    form: { kind: 'authorize', params: { loginId, mostRecentCached: false } },
    connect: { kind: 'reconnect', params: { loginId } },
    disabled: {
      kind: 'authorize',
      params: { loginId: bank.loginId('test_disabled_account'), mostRecentCached: false },
    },
  }
  const people = { loginId, secretKey, key: bank.mx.key, member: { userGuid, memberGuid } }
  let address

  // The same server by its other name, as Connect needs an origin that is not the page's.
  const edgeHost = () => ({ instance: 'toolbox', customerId, connectUrl: address.replace('127.0.0.1', 'localhost') })
  let handleEdge
  const makeEdge = () =>
    edge({
      authenticate: () => 'ann',
      resolve: (_, id) => ({
        vendor: 'flinks',
        host: edgeHost(),
        secretKey,
        flow: connections[id] ?? connections.form,
      }),
      origins: [address],
      seal: { current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } },
      store: memoryStore(),
      onFlowEnded: () => {},
      onError: (error) => console.error(error),
      fetch: bank.fetch,
      clock: bank.clock,
    })

  const own = {
    '/people': () => Response.json(people),
    '/flinks.wasm': () => new Response(wasm, { headers: { 'content-type': 'application/wasm' } }),
    '/token': async () => Response.json(await bank.token()),
    '/advance': (request, { searchParams }) => {
      bank.clock.advance(Number(searchParams.get('ms')))
      return new Response()
    },
  }

  /** The bank's time passes as the runtime's own does, beside what the runtime skips. */
  let lastCall = Date.now()
  function passTime() {
    bank.clock.advance(Date.now() - lastCall)
    lastCall = Date.now()
  }

  async function answer(request) {
    const url = new URL(request.url)
    if (request.method === 'OPTIONS') return new Response(null, { status: 204 })
    const given = (await own[url.pathname]?.(request, url)) ?? (await more(request, { bank, address }))
    if (given) return given
    passTime()
    const body = ['GET', 'HEAD'].includes(request.method) ? undefined : await request.text()
    return bank.fetch(request.url, { method: request.method, headers: vendorHeaders(request.headers), body })
  }

  const withCors = async (request) => {
    const { status, headers, body } = await answer(request)
    return new Response(body, { status, headers: { ...Object.fromEntries(headers), ...CORS } })
  }
  const handleRest = nodeHandler(withCors)
  const server = createServer((request, response) => {
    if (request.url.startsWith('/mfa/')) return (handleEdge ??= nodeHandler(makeEdge()))(request, response)
    return handleRest(request, response)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  address = `http://127.0.0.1:${server.address().port}`
  after(() => {
    bank.clock.advance(3 * 3_600_000)
    server.closeAllConnections()
    server.close()
  })
  return {
    address,
    bank,
    connections,
    check() {
      const { broken, answersRepeated, credentialsRepeated } = bank.counts()
      // The probe of a page is a GET.
      delete broken.method
      assert.deepEqual(
        { broken, answersRepeated, credentialsRepeated },
        { broken: {}, answersRepeated: 0, credentialsRepeated: 0 },
      )
    },
  }
}

/** Without the headers that a runtime adds by itself. */
function vendorHeaders(headers) {
  const sent = [...headers].filter(
    ([name]) =>
      !/^(host|connection|content-length|origin|referer|user-agent|accept-(encoding|language)|sec-.*)$/.test(name),
  )
  return Object.fromEntries(sent)
}
