/** What a `fetch` of the host may give as its response: that of another library, or what is none. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, LIVE, ending, person, purpose, runToEnd, setup } from './setup.mjs'

test('a response object of another fetch library is accepted', async (t) => {
  const env = setup(t)
  const fetch = async (url, init) => {
    const response = await env.wire.fetch(url, init)
    const bytes = await response.arrayBuffer()
    return { status: response.status, headers: new Map(response.headers), arrayBuffer: async () => bytes }
  }
  assert.equal((await runToEnd(env.start(LIVE(person('many_rounds')), { fetch }), env)).code, 'done')
})

for (const [name, headers] of [
  ['a number in a plain object', { date: 'now', 'Retry-After': 40 }],
  [
    'a text in a Map',
    new Map([
      ['date', 'now'],
      ['retry-after', '40'],
    ]),
  ],
  [
    'a text in pairs',
    [
      ['date', 'now'],
      ['Retry-After', '40'],
    ],
  ],
]) {
  test(`a Retry-After that another fetch library gives as ${name} is obeyed`, async (t) => {
    const env = setup(t)
    const times = []
    const fetch = async (url, init) => {
      const response = await env.wire.fetch(url, init)
      if (purpose({ json: JSON.parse(init.body) }) !== 'poll') return response
      times.push(env.bank.clock.now())
      if (times.length > 1) return response
      return { status: 429, headers, arrayBuffer: async () => new ArrayBuffer() }
    }
    assert.equal(await ending(env.start(CACHED(person('slow_pending')), { fetch })), 'done')
    const pause = times[1] - times[0]
    assert.ok(pause >= 40_000 && pause <= 44_000, `${pause} ms`)
  })
}

for (const status of [-1, 1, 100, 199, 200.5, 600, NaN, '200', undefined]) {
  test(`a response with the status ${typeof status} ${status} is none`, async (t) => {
    const fetch = async () => ({ status, headers: {}, arrayBuffer: () => assert.fail('it is not read') })
    const flow = setup(t).start(LIVE(person('Greatday')), { fetch })
    assert.equal(await ending(flow), 'outcome-unknown')
    assert.match(flow.current.error.cause.message, /invalid status/)
  })
}

test('a response whose body was already read is none', async (t) => {
  const env = setup(t)
  const fetch = async (url, init) => {
    const response = await env.wire.fetch(url, init)
    await response.text()
    return response
  }
  const flow = env.start(LIVE(person('Greatday')), { fetch })
  assert.equal(await ending(flow), 'outcome-unknown')
  assert.match(flow.current.error.cause.message, /the body was already read/)
})

for (const [status, reads] of [
  [204, 0],
  [205, 0],
  [304, 0],
  [599, 1],
]) {
  test(`the body of a ${status} of another fetch library is read ${reads} times`, async (t) => {
    let count = 0
    const arrayBuffer = async () => ((count += 1), new ArrayBuffer())
    const flow = setup(t).start(LIVE(person('Greatday')), { fetch: async () => ({ status, headers: {}, arrayBuffer }) })
    const { events } = (await ending(flow), flow.trace())
    assert.deepEqual([count, flow.current.error.cause], [reads, undefined])
    assert.ok(events.some(({ attributes }) => attributes['http.response.status_code'] === status))
  })
}
