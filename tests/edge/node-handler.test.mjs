/** `nodeHandler`: an edge in Node's http server and in Express. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import express from 'express'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { ORIGIN, TWO_USERS, nodeHandler, page, setup } from './setup.mjs'

/** Serves `listener`, and returns the address. */
async function serve(t, listener) {
  const server = createServer(listener)
  await once(server.listen(0, '127.0.0.1'), 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${server.address().port}`
}

/** Starts a flow and answers its challenge, over HTTP. */
async function walk(url) {
  const send = async (sent) => {
    const { pathname, search } = new URL(sent.url)
    const { method, headers } = sent
    const body = method === 'POST' ? await sent.text() : undefined
    return fetch(url + pathname + search, { method, headers, body })
  }
  const ann = page(send)
  const state = await ann.settled(await ann.start('c_1'))
  return ann.settled(await ann.answer(state, 1, { '1.1.answer': 'Montreal' }))
}

/** Frees what nothing refers to. */
async function collectGarbage() {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let round = 0; round < 3; round++) {
    await new Promise((resolve) => setImmediate(resolve))
    collect()
  }
}

const HEADERS = { authorization: 'Bearer ann', origin: ORIGIN, 'content-type': 'application/json' }

test('a Node server with nodeHandler runs a flow', async (t) => {
  const { handle } = setup(t, { connections: TWO_USERS })
  assert.equal((await walk(await serve(t, nodeHandler(handle)))).step.kind, 'done')
})

test('Express runs a flow below a path, with a body parser and without', async (t) => {
  const parsers = {
    none: [],
    json: [express.json()],
    text: [express.text({ type: '*/*' })],
    raw: [express.raw({ type: '*/*' })],
  }
  for (const [name, parser] of Object.entries(parsers)) {
    const { handle } = setup(t, { connections: TWO_USERS })
    const app = express().use('/mfa', ...parser, nodeHandler(handle))
    assert.equal((await walk(await serve(t, app))).step.kind, 'done', name)
  }
})

test('a body that the edge leaves unread gets its reply, and the connection stays usable', async (t) => {
  const { handle } = setup(t, { connections: TWO_USERS })
  const url = await serve(t, nodeHandler(handle))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const post = async (path, bytes) => {
    // Without a content-length, so that the edge has to count.
    const sent = request(url + path, { method: 'POST', agent, headers: { ...HEADERS, 'transfer-encoding': 'chunked' } })
    sent.end('x'.repeat(bytes))
    const [reply] = await once(sent, 'response')
    await once(reply.resume(), 'end')
    return [reply.statusCode, sent.reusedSocket]
  }
  assert.deepEqual(await post('/not-a-route', 2_000_000), [404, false])
  assert.deepEqual(await post('/flows', 2_000_000), [413, true])
  assert.deepEqual(await post('/not-a-route', 10), [404, true])
})

test('a request or a reply without a body leaves the connection usable', async (t) => {
  const respond = ({ method }) => (method === 'OPTIONS' ? new Response(null, { status: 204 }) : new Response(method))
  const url = await serve(t, nodeHandler(respond))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const ask = async (method) => {
    const sent = request(url, { method, agent }).end()
    const [reply] = await once(sent, 'response')
    let text = ''
    reply.on('data', (part) => (text += part))
    await once(reply, 'end')
    return [reply.statusCode, text, sent.reusedSocket]
  }
  assert.deepEqual(await ask('GET'), [200, 'GET', false])
  assert.deepEqual(await ask('OPTIONS'), [204, '', true])
  assert.deepEqual(await ask('POST'), [200, 'POST', true])
  assert.deepEqual(await ask('HEAD'), [200, '', true])
})

test('an upload that the client breaks off fails for who reads it', async (t) => {
  const failed = withResolvers()
  const begun = withResolvers()
  const respond = async (incoming) => {
    const reader = incoming.body.getReader()
    await reader.read()
    begun.resolve()
    await reader.read().catch(failed.resolve)
    return new Response()
  }
  const url = await serve(t, nodeHandler(respond))
  const sent = request(url, { method: 'POST', headers: { 'content-length': '100' } })
  sent.on('error', () => {})
  sent.write('first')
  await begun.promise
  sent.destroy()
  assert.ok((await failed.promise) instanceof Error)
})

test('an upload that nobody reads waits, while another one ends', async (t) => {
  const size = 16 << 20
  const sockets = []
  const respond = async (incoming) => {
    if (incoming.url.endsWith('/slow')) return new Promise(() => {})
    return new Response(await incoming.arrayBuffer())
  }
  const listener = nodeHandler(respond)
  const url = await serve(t, (incoming, response) => {
    sockets.push(incoming.socket)
    return listener(incoming, response)
  })
  const slow = request(`${url}/slow`, { method: 'POST' })
  slow.on('error', () => {})
  slow.end(Buffer.alloc(size))
  await until(() => sockets.length === 1, 'the first upload begins')
  const reply = await fetch(url, { method: 'POST', body: Buffer.alloc(size) })
  assert.equal((await reply.arrayBuffer()).byteLength, size)
  const [{ bytesRead }] = sockets
  assert.ok(bytesRead < size / 4, `${bytesRead} bytes were read`)
})

test('a client that disconnects in the middle of its body is no error of the company', async (t) => {
  const webhooks = { findConnection: () => null }
  const { handle, reported } = setup(t, { connections: TWO_USERS, webhooks })
  for (const [path, length] of [
    ['/flows', { 'content-length': 1_000 }],
    ['/flows', { 'transfer-encoding': 'chunked' }],
    ['/webhooks/mx', { 'content-length': 1_000 }],
  ]) {
    const begun = withResolvers()
    const ended = withResolvers()
    const listener = nodeHandler(async (received) => {
      begun.resolve()
      const reply = await handle(received)
      ended.resolve(reply.status)
      return reply
    })
    const sent = request((await serve(t, listener)) + path, { method: 'POST', headers: { ...HEADERS, ...length } })
    sent.on('error', () => {})
    sent.write('{"connection":')
    await begun.promise
    sent.destroy()
    assert.deepEqual([await ended.promise, reported.errors], [400, []])
  }
})

test('a client that disconnects aborts the request and the body of the reply', async (t) => {
  const cancelled = withResolvers()
  const aborted = withResolvers()
  const url = await serve(
    t,
    nodeHandler((incoming) => {
      incoming.signal.addEventListener('abort', aborted.resolve)
      const body = new ReadableStream({
        start: (stream) => stream.enqueue(Buffer.from('first')),
        cancel: cancelled.resolve,
      })
      return new Response(body)
    }),
  )
  const leaving = new AbortController()
  const reply = await fetch(url, { signal: leaving.signal })
  const { value } = await reply.body.getReader().read()
  assert.equal(Buffer.from(value).toString(), 'first')
  leaving.abort()
  await Promise.all([aborted.promise, cancelled.promise])
})

test('a server that stops ends its event streams and long polls, also after a garbage collection', async (t) => {
  const { handle } = setup(t, { connections: TWO_USERS, realTime: true })
  const stopping = new AbortController()
  // As the Node server of the template does.
  const respond = (received) => {
    const signal = AbortSignal.any([received.signal, stopping.signal])
    return handle(new Request(received, { signal }))
  }
  const url = await serve(t, nodeHandler(respond))
  const send = (path, init) => fetch(`${url}/flows${path}`, { headers: HEADERS, ...init })
  const started = await send('', { method: 'POST', body: '{"connection":"c_1"}' })
  let state = await started.json()
  while (state.step.kind === 'working') state = await (await send(`/${state.flow}?after=${state.version}`)).json()
  const headers = { ...HEADERS, accept: 'text/event-stream' }
  const reader = (await send(`/${state.flow}`, { headers })).body.getReader()
  assert.match(new TextDecoder().decode((await reader.read()).value), /"kind":"challenge"/)
  const poll = send(`/${state.flow}?after=${state.version}`)
  // A reply of the same server: the poll has begun by then.
  await send(`/${state.flow}`)
  await collectGarbage()
  stopping.abort()
  assert.deepEqual(await (await poll).json(), state)
  // A last comment may come before the end.
  await until(async () => (await reader.read()).done, 'the stream ends')
})

test('a client that disconnects aborts the request, also after a garbage collection', async (t) => {
  const aborted = withResolvers()
  const url = await serve(
    t,
    nodeHandler(({ signal }) => {
      AbortSignal.any([signal]).addEventListener('abort', aborted.resolve)
      return new Response(new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('first')) }))
    }),
  )
  const leaving = new AbortController()
  const reply = await fetch(url, { signal: leaving.signal })
  await reply.body.getReader().read()
  await collectGarbage()
  leaving.abort()
  await aborted.promise
})

test('a large reply waits for a slow client', async (t) => {
  const chunk = new Uint8Array(1 << 20)
  let sent = 0
  const url = await serve(
    t,
    nodeHandler(() => {
      const pull = (stream) => (++sent > 32 ? stream.close() : stream.enqueue(chunk))
      return new Response(new ReadableStream({ pull }))
    }),
  )
  const [reply] = await once(request(url).end(), 'response')
  assert.ok(sent < 32, `${sent} MiB were sent to a client that reads nothing`)
  let bytes = 0
  for await (const part of reply) bytes += part.length
  assert.equal(bytes, 32 << 20)
})

test('a function that rejects closes its own connection only', async (t) => {
  const url = await serve(
    t,
    nodeHandler(({ url }) => {
      if (url.endsWith('/fails')) throw new Error('fails')
      return new Response('ok')
    }),
  )
  await assert.rejects(fetch(`${url}/fails`))
  assert.equal(await (await fetch(url)).text(), 'ok')
})

function withResolvers() {
  const made = {}
  made.promise = new Promise((resolve) => (made.resolve = resolve))
  return made
}
