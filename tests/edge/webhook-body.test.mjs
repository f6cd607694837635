/** The body of a webhook: its ids are read however it is cut into parts, and nothing behind them is. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { setup } from './setup.mjs'

const IDS = '"user_guid":"USR-1","member_guid":"MBR-1"'
const MAX_BYTES = 1 << 20

/** Sends webhooks whose body comes in parts, and collects the ids that the edge finds. */
function withWebhooks(t) {
  const found = []
  const findConnection = ({ userGuid, memberGuid }) => {
    found.push([userGuid, memberGuid])
    return null
  }
  const { handle } = setup(t, { webhooks: { findConnection } })
  const send = async (...parts) => {
    const bytes = parts.map((part) => (typeof part === 'string' ? new TextEncoder().encode(part) : part))
    const body = parts.length === 0 ? null : ReadableStream.from(bytes)
    const init = { method: 'POST', body, duplex: 'half' }
    const reply = await handle(new Request('https://edge.example/webhooks/mx', init))
    if (reply.status === 204) return 204
    const { code, path } = await reply.json()
    return [reply.status, code, path]
  }
  return { send, found }
}

const REFUSED = [400, 'INVALID_INPUT', '/body']
const TOO_LARGE = [413, 'BODY_TOO_LARGE', undefined]

test('ids are found if a part ends inside a character or after a backslash', async (t) => {
  const { send, found } = withWebhooks(t)
  const text = `{"name":"é \\" ,\\\\","user_guid":"USR-é\\\\","member_guid":"MBR-\\""}`
  const bytes = new TextEncoder().encode(text)
  const halves = Array.from(bytes, (_, at) => [bytes.slice(0, at), bytes.slice(at)])
  for (const parts of [...halves, Array.from(bytes, (byte) => Uint8Array.of(byte))]) {
    assert.equal(await send(...parts), 204)
    assert.deepEqual(found.pop(), ['USR-é\\', 'MBR-"'])
  }
})

for (const [what, body] of [
  ['an empty key', `{"":"",${IDS}}`],
  ['lists and objects', `{"a":{"b":{"user_guid":"USR-2"},"c":["d",{"e":"f"}]},"g":["member_guid","h"],${IDS}}`],
  ['other values', `{"a":null,"b":true,"c":-1.5e3,"d":"member_guid",${IDS}}`],
]) {
  test(`ids are found behind ${what}`, async (t) => {
    const { send, found } = withWebhooks(t)
    assert.equal(await send(body), 204)
    assert.deepEqual(found, [['USR-1', 'MBR-1']])
  })
}

test('what follows the ids is not read', async (t) => {
  const { send, found } = withWebhooks(t)
  assert.equal(await send(`{${IDS}`, Uint8Array.of(0xff)), 204)
  assert.equal(await send(`{${IDS.replace(',', ',"member_guid":7,')}`, 'nor', 'this'), 204)
  assert.deepEqual(found, Array(2).fill(['USR-1', 'MBR-1']))
})

test('of a repeated key the first string counts', async (t) => {
  const { send, found } = withWebhooks(t)
  assert.equal(await send('{"member_guid":"MBR-1","member_guid":"MBR-2","user_guid":"USR-1"}'), 204)
  assert.deepEqual(found, [['USR-1', 'MBR-1']])
})

test('a webhook is refused if it has no body, is not UTF-8 or does not begin with an object', async (t) => {
  const { send, found } = withWebhooks(t)
  assert.deepEqual(await send(), REFUSED)
  assert.deepEqual(await send('{"user_guid":"', Uint8Array.of(0xff), '","member_guid":"MBR-1"}'), REFUSED)
  assert.deepEqual(await send('null', `{${IDS}}`), REFUSED)
  assert.deepEqual(found, [])
})

test('a webhook is refused if its ids do not end within its first MiB', async (t) => {
  const { send, found } = withWebhooks(t)
  const text = (length) => `{"x":["${'x'.repeat(length - IDS.length - 11)}"],${IDS}}`
  assert.equal(text(MAX_BYTES).length, MAX_BYTES)
  assert.equal(await send(text(MAX_BYTES)), 204)
  assert.deepEqual(await send(text(MAX_BYTES + 1)), TOO_LARGE)
  assert.deepEqual(await send(...text(MAX_BYTES + 2).match(/.{1,65536}/g)), TOO_LARGE)
  assert.deepEqual(found, [['USR-1', 'MBR-1']])
})
