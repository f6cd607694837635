/** The body of a request: its content type, its size, and how it is cut into chunks. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { TWO_USERS, setup } from './setup.mjs'

const START = '{"connection":"c_1"}'
const bytesOf = (text) => new TextEncoder().encode(text)

/** A function that starts a flow with this body. It returns the status, code and path of the reply. */
function starter(t, limits) {
  const { handle } = setup(t, { connections: TWO_USERS, limits })
  return async (body, headers = { 'content-type': 'application/json' }) => {
    const init = { method: 'POST', headers: { authorization: 'Bearer ann', ...headers }, body, duplex: 'half' }
    const reply = await handle(new Request('https://edge.example/flows', init))
    const { code, path } = await reply.json()
    return [reply.status, code, path]
  }
}

const STARTED = [200, undefined, undefined]
const TOO_LARGE = [413, 'BODY_TOO_LARGE', undefined]
const invalid = (path) => [400, 'INVALID_INPUT', path]

test('the content type of a body must be JSON, with any parameters', async (t) => {
  const start = starter(t)
  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json  ;',
  ]) {
    assert.deepEqual(await start(START, { 'content-type': type }), STARTED, type)
  }
  for (const type of ['text/plain; application/json', 'application/jsonl', 'application/json,text/plain', '']) {
    assert.deepEqual(await start(START, { 'content-type': type }), invalid('/header/content-type'), type)
  }
  // A text would get a content type of its own.
  assert.deepEqual(await start(bytesOf(START), {}), invalid('/header/content-type'), 'without a content type')
})

test('a body may come in any number of chunks', async (t) => {
  const start = starter(t)
  const text = '{"é":"é","connection":"c_1"}'
  const chunks = Array.from(bytesOf(text), (byte) => Uint8Array.of(byte))
  assert.deepEqual(await start(ReadableStream.from(chunks)), STARTED)
})

test('a body that is missing, is no JSON object or is not UTF-8 is refused', async (t) => {
  const start = starter(t)
  const notUtf8 = Uint8Array.from([...bytesOf(START.slice(0, -2)), 0xff, ...bytesOf('"}')])
  for (const body of [null, '', 'null', '[]', '"c_1"', `${START},`, notUtf8]) {
    assert.deepEqual(await start(body), invalid('/body'), String(body))
  }
})

test('a body can be as long as the limit, whatever its content-length is', async (t) => {
  const start = starter(t, { body: START.length })
  const json = { 'content-type': 'application/json' }
  for (const headers of [json, { ...json, 'content-length': `${START.length}` }, { ...json, 'content-length': 'x' }]) {
    const inChunks = (text) => ReadableStream.from(text.split(/(?<=:)/).map(bytesOf))
    for (const cut of [(text) => text, inChunks]) {
      assert.deepEqual(await start(cut(START), headers), STARTED)
      assert.deepEqual(await start(cut(`${START} `), headers), TOO_LARGE)
    }
  }
})
