/** Whatever a caller's `fetch` does, a flow ends in a step, and what reached a bank is not sent again. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CACHED,
  FlowError,
  LIVE,
  assertTellsNothing,
  bench,
  ending,
  impatient,
  person,
  purpose,
  settled,
  until,
  walk,
} from './bench.mjs'

const SECRET = 'hunter2'

/** Fetches that fail. */
const failing = {
  'rejects with a string': () => Promise.reject(SECRET),
  'rejects with nothing': () => Promise.reject(),
  'rejects with null': () => Promise.reject(null),
  'rejects with an error': () => Promise.reject(new TypeError(SECRET)),
  'rejects with a Symbol': () => Promise.reject(Symbol(SECRET)),
  'throws at once': () => {
    throw new Error(SECRET)
  },
  'throws nothing at once': () => {
    throw undefined
  },
  'aborts by itself': () => Promise.reject(new DOMException(SECRET, 'AbortError')),
  'gives nothing': async () => undefined,
  'gives a string': async () => SECRET,
  'gives an object that is no response': async () => ({ status: 200 }),
  'gives a response whose status is none': async () => ({
    status: 7,
    headers: [],
    arrayBuffer: async () => new ArrayBuffer(),
  }),
  'gives a response whose body rejects': async () => ({
    status: 200,
    headers: [],
    arrayBuffer: () => Promise.reject(SECRET),
  }),
  'gives a response whose body breaks off': async () => new Response(broken(), { status: 200 }),
  'gives a response that was read already': async () => {
    const response = new Response('{}')
    await response.text()
    return response
  },
}

function broken() {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"RequestId":'))
      controller.error(SECRET)
    },
  })
}

/** The calls of a session that a fetch fails in, and how it ends then. */
const sessions = [
  ['cached start', CACHED, 'unreachable', 5],
  ['live start', LIVE, 'outcome-unknown', 1],
  ['answer', LIVE, 'outcome-unknown', 1],
]

for (const [what, fail] of Object.entries(failing)) {
  for (const [call, params, code, times] of sessions) {
    test(`a fetch that ${what} in a ${call} ends in ${code}`, async (t) => {
      const stage = bench(t)
      let failed = 0
      const fetch = async (url, init) => {
        if (purpose({ json: JSON.parse(init.body) }) !== call) return stage.wire.fetch(url, init)
        failed += 1
        return fail()
      }
      const { end } = await walk(stage.start(params(person('Greatday')), { fetch }), stage)
      assert.equal(end.failure.code, code)
      assert.equal(failed, times)
      assertTellsNothing(end.error, SECRET)
    })
  }
}

test('a fetch that throws where it is called, and not in a promise, is a lost call', async (t) => {
  const stage = bench(t)
  const fetch = () => {
    throw SECRET
  }
  assert.equal(await ending(stage.start(LIVE(person('Greatday')), { fetch })), 'outcome-unknown')
})

test('a fetch that never settles is given up after the timeout, and its signal aborts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const stage = bench(t)
  let given
  const fetch = (_, { signal }) => {
    given = signal
    return new Promise(() => {})
  }
  const flow = stage.start(LIVE(person('Greatday')), { fetch, timeout: 5000 })
  await settled()
  t.mock.timers.tick(4999)
  await settled()
  assert.deepEqual([flow.current.kind, given.aborted], ['working', false])
  t.mock.timers.tick(1)
  assert.equal(await ending(flow), 'outcome-unknown')
  assert.equal(given.aborted, true)
})

for (const [call, params, timeout] of [
  ['a cached start', CACHED, 30_000],
  ['a live start', LIVE, 240_000],
]) {
  test(`${call} may take ${timeout} milliseconds where the host says nothing`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let given
    const fetch = (_, { signal }) => {
      given = signal
      return new Promise(() => {})
    }
    const flow = bench(t).start(params(person('Greatday')), { fetch })
    await settled()
    t.mock.timers.tick(timeout - 1)
    assert.equal(given.aborted, false)
    t.mock.timers.tick(1)
    assert.equal(given.aborted, true)
    flow.cancel()
  })
}

test('a body that never ends is given up after the timeout', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const endless = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(9)) })
  const flow = bench(t).start(LIVE(person('Greatday')), { fetch: async () => new Response(endless) })
  await settled()
  t.mock.timers.tick(240_000)
  assert.equal(await ending(flow), 'outcome-unknown')
})

test('a body without end is read no further than any reply is long', async (t) => {
  let read = 0
  let given
  const pull = (controller) => {
    read += 100_000
    controller.enqueue(new Uint8Array(100_000))
  }
  const fetch = async (_, { signal }) => {
    given = signal
    return new Response(new ReadableStream({ pull }))
  }
  assert.equal(await ending(bench(t).start(LIVE(person('Greatday')), { fetch })), 'outcome-unknown')
  assert.ok(read < 9_000_000 && given.aborted)
})

test('a response of another library will do', async (t) => {
  const stage = bench(t)
  const fetch = async (url, init) => {
    const response = await stage.wire.fetch(url, init)
    const bytes = await response.arrayBuffer()
    return { status: response.status, headers: new Map(response.headers), arrayBuffer: async () => bytes }
  }
  assert.equal((await walk(stage.start(LIVE(person('many_rounds')), { fetch }), stage)).code, 'done')
})

test('a response of another library that has no body is no reply', async (t) => {
  const fetch = async () => ({ status: 204, headers: new Map(), arrayBuffer: () => assert.fail('it has no body') })
  assert.equal(await ending(bench(t).start(LIVE(person('Greatday')), { fetch })), 'outcome-unknown')
})

test('a redirect that the runtime hides is a redirect', async (t) => {
  const hidden = { status: 0, headers: new Map(), arrayBuffer: async () => new ArrayBuffer() }
  for (const response of [hidden, Response.error()]) {
    const flow = bench(t).start(LIVE(person('Greatday')), { fetch: async () => response })
    assert.equal(await ending(flow), 'redirected')
  }
})

test('a signal that has aborted already sends nothing, and asks for no token', async (t) => {
  for (const params of [CACHED, LIVE]) {
    const stage = bench(t)
    const flow = stage.start(params(person('Greatday')), { signal: AbortSignal.abort(SECRET) })
    assert.equal(flow.current.failure.code, 'cancelled')
    await settled()
    assert.deepEqual([stage.wire.calls, stage.sessions], [[], []])
    await assert.rejects(flow.result(), (error) => error instanceof FlowError && error.next === 'start-over')
    assertTellsNothing(flow.current.error, SECRET)
  }
})

test('a signal that aborts while a call is under way cancels the flow and the call', async (t) => {
  const stage = bench(t)
  const controller = new AbortController()
  let given
  const fetch = (_, { signal }) => {
    given = signal
    return new Promise(() => {})
  }
  const flow = stage.start(LIVE(person('Greatday')), { fetch, signal: controller.signal })
  await settled()
  controller.abort(SECRET)
  assert.equal(flow.current.failure.code, 'cancelled')
  assert.equal(given.aborted, true)
})

test('a signal that aborts while the bank asks cancels the flow', async (t) => {
  const stage = bench(t)
  const controller = new AbortController()
  const flow = stage.start(LIVE(person('Greatday')), { signal: controller.signal })
  await until(flow, 'challenge')
  controller.abort()
  assert.equal(await ending(flow), 'cancelled')
  assert.equal(stage.bank.counts().requests, 2, 'the token and the start')
})

test('a signal that aborts after the end changes nothing', async (t) => {
  const stage = bench(t)
  const controller = new AbortController()
  const flow = stage.start(CACHED(person('Greatday')), { signal: controller.signal })
  const result = await flow.result()
  controller.abort()
  assert.equal(await flow.result(), result)
})

test('the global fetch is used where the host brings none', async (t) => {
  const stage = bench(t)
  const requests = []
  t.mock.method(globalThis, 'fetch', async (request) => {
    requests.push(request.clone())
    return stage.bank.fetch(request)
  })
  assert.equal(await ending(stage.start(CACHED(person('Greatday')), { fetch: undefined })), 'done')
  const [request] = requests
  assert.ok(request instanceof Request)
  assert.deepEqual([request.method, request.redirect], ['POST', 'manual'])
  assert.deepEqual(Object.keys(Object.fromEntries(request.headers)).sort(), [
    'accept',
    'content-type',
    'flinks-auth-key',
  ])
})

test('a call that hangs is given up by its own clock and not by another call’s', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'poll', kind: 'hang' })
  const fetch = impatient(t, stage.bank, stage.wire.fetch, 30_000)
  assert.equal(await ending(stage.start(CACHED(person('slow_pending')), { fetch })), 'done')
  assert.equal(stage.bank.counts().polls, 2)
})
