/** The headers of replies: which pages may read them, and what a refusal says besides its body. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { ORIGIN, setup } from './setup.mjs'

const URL = 'https://edge.example/mfa/flows'

/** The headers that are about pages of other origins. */
const crossOrigin = ({ headers }) =>
  Object.fromEntries([...headers].filter(([name]) => /^(access-control|cross-origin)-/.test(name)))

const READABLE = {
  'access-control-allow-credentials': 'true',
  'access-control-allow-origin': ORIGIN,
  'access-control-expose-headers': 'retry-after',
  'cross-origin-resource-policy': 'cross-origin',
}
const UNREADABLE = { 'cross-origin-resource-policy': 'same-site' }

test('a page of an allowed origin may read a reply on any site, and others only on the same site', async (t) => {
  const { handle } = setup(t)
  const ask = async (headers) => crossOrigin(await handle(new Request(URL, { headers })))
  assert.deepEqual(await ask({ origin: ORIGIN }), READABLE)
  assert.deepEqual(await ask({}), UNREADABLE)
  assert.deepEqual(await ask({ origin: 'https://evil.example' }), UNREADABLE)
})

test('the reply to a preflight request allows the methods of the routes, for ten minutes', async (t) => {
  const { handle } = setup(t)
  const ask = async (more) => {
    const headers = { origin: ORIGIN, 'access-control-request-method': 'POST', ...more }
    const reply = await handle(new Request(URL, { method: 'OPTIONS', headers }))
    assert.deepEqual([reply.status, await reply.text()], [204, ''])
    return crossOrigin(reply)
  }
  const allowed = { 'access-control-allow-methods': 'GET, POST', 'access-control-max-age': '600', ...READABLE }
  const wanted = { 'access-control-request-headers': 'content-type' }
  assert.deepEqual(await ask(wanted), { ...allowed, 'access-control-allow-headers': 'content-type' })
  assert.deepEqual(await ask({}), { ...allowed, 'access-control-allow-headers': '' })
})

test('a refusal has an allow and a retry-after only if its route has another method, or its limit passes', async (t) => {
  const { handle } = setup(t)
  const ask = async (method, path) => {
    const { status, headers } = await handle(new Request(`${URL}${path}`, { method }))
    return [status, headers.get('allow'), headers.get('retry-after')]
  }
  assert.deepEqual(await ask('GET', '/nothing'), [404, null, null])
  assert.deepEqual(await ask('GET', ''), [405, 'POST', null])
})
