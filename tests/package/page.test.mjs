/** In a page: before its first submission to another origin a flow finds out whether it may call there at all. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, CREDENTIALS, LIVE, bench, customerId, person, purpose, until, walk } from './bench.mjs'

/** This process plays a page of this origin. */
function page(t, origin = 'https://shop.example') {
  globalThis.location = { origin }
  t.after(() => delete globalThis.location)
  return bench(t)
}

const bodies = (stage) => stage.wire.calls.map(purpose)

test('a live start is preceded by one call that carries nothing', async (t) => {
  for (const params of [LIVE, CREDENTIALS]) {
    const stage = page(t)
    assert.equal((await walk(stage.start(params(person('changing_ids'))), stage)).code, 'done')
    assert.deepEqual(bodies(stage), ['probe', 'live start', 'answer', 'answer'])
    const [{ method, body, headers, url }] = stage.wire.calls
    assert.deepEqual(
      [method, body, new URL(url).pathname],
      ['GET', null, `/v3/${customerId}/BankingServices/Authorize`],
    )
    // Every header of the call that follows, so that the same preflight is asked, and none of its values.
    assert.deepEqual(Object.keys(headers).sort(), ['accept', 'content-type', 'flinks-auth-key'])
    assert.equal(headers['flinks-auth-key'], 'probe')
  }
})

for (const [name, fail] of Object.entries({
  'are refused': () => Promise.reject(new TypeError('Failed to fetch')),
  'throw at once': () => {
    throw new Error('blocked')
  },
})) {
  test(`where calls to another origin ${name}, the flow ends in unreachable and nothing was sent`, async (t) => {
    for (const params of [LIVE, CREDENTIALS]) {
      const stage = page(t)
      const methods = []
      const fetch = async (_, { method }) => {
        methods.push(method)
        return fail()
      }
      const { end } = await walk(stage.start(params(person('Greatday')), { fetch }), stage)
      assert.deepEqual([end.failure.code, end.failure.next], ['unreachable', 'retry-later'])
      assert.match(end.error.message, /cross-origin/)
      assert.deepEqual(methods, ['GET'])
    }
  })
}

test('a cached start may be repeated and needs no call before it', async (t) => {
  const stage = page(t)
  assert.equal((await walk(stage.start(CACHED(person('Greatday'))), stage)).code, 'done')
  assert.deepEqual(bodies(stage), ['cached start'])
})

test('the page’s own origin needs no call before it', async (t) => {
  const stage = page(t, 'http://127.0.0.1:8788')
  await walk(stage.start(LIVE(person('Greatday')), { baseUrl: 'http://127.0.0.1:8788' }), stage)
  assert.deepEqual(bodies(stage), ['live start', 'answer'])
})

test('a host that says so has no call before it', async (t) => {
  const stage = page(t)
  await walk(stage.start(LIVE(person('Greatday')), { probe: false }), stage)
  assert.deepEqual(bodies(stage), ['live start', 'answer'])
})

test('a taken-up flow that may not call asks again, and the answer stays with the person', async (t) => {
  const stage = page(t)
  const flow = stage.start(LIVE(person('Greatday')))
  await until(flow, 'challenge')
  const snapshot = flow.snapshot()
  const authorizeToken = stage.wire.calls.at(-1).headers['flinks-auth-key']

  let blocked = true
  const fetch = (url, init) => (blocked ? Promise.reject(new TypeError()) : stage.wire.fetch(url, init))
  const again = stage.restore(snapshot, { fetch, authorizeToken })
  const step = await until(again, 'challenge')
  await step.answer({ '1.1.answer': 'Montreal' })

  const changed = await change(again, step)
  assert.deepEqual([changed.kind, changed.round.number, changed.round.refused], ['challenge', 2, false])
  assert.equal(stage.bank.counts().answers, 0)

  blocked = false
  await changed.answer({ '2.1.answer': 'Montreal' })
  assert.equal((await until(again, 'done')).kind, 'done')
  assert.equal(stage.bank.counts().answers, 1)
})

async function change(flow, from) {
  for await (const step of flow) if (step.kind === 'challenge' && step !== from) return step
}
