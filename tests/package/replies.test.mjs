/** Replies as a vendor on a bad day sends them: statuses without a code, codes without a page, Retry-After. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, LIVE, MINUTE, NOON, assertTellsNothing, bench, ending, person, until, walk } from './bench.mjs'

/** What a live start ends in, by the status and the FlinksCode of the reply. */
const verdicts = [
  [400, undefined, 'request-refused'],
  [401, undefined, 'unauthorized'],
  [403, undefined, 'unauthorized'],
  [404, undefined, 'request-refused'],
  [405, undefined, 'request-refused'],
  [408, undefined, 'outcome-unknown'],
  [429, undefined, 'busy'],
  [500, undefined, 'outcome-unknown'],
  [502, undefined, 'outcome-unknown'],
  [503, undefined, 'outcome-unknown'],
  [504, undefined, 'outcome-unknown'],
  [401, 'INVALID_LOGIN', 'credentials-refused'],
  [500, 'INVALID_LOGIN', 'credentials-refused'],
  [500, 'AGGREGATION_ERROR', 'vendor-error'],
  [400, 'NEVER_HEARD_OF', 'refused'],
  [500, 'NEVER_HEARD_OF', 'vendor-error'],
]

for (const [status, code, expected] of verdicts) {
  test(`a live start that meets ${status} ${code ?? 'without a code'} ends in ${expected}`, async (t) => {
    const stage = bench(t)
    stage.bank.fault({ on: 'start', kind: 'status', status, code })
    const { failure } = (await walk(stage.start(LIVE(person('Greatday'))), stage)).end
    assert.equal(failure.code, expected)
    const tells = expected !== 'outcome-unknown'
    assert.deepEqual([failure.status, failure.vendorCode], tells ? [status, code ?? null] : [null, null])
    assert.equal(stage.bank.counts().liveStarts, 1)
  })
}

test('a message in the place of a code is copied nowhere', async (t) => {
  const message = 'The login hunter2 is invalid'
  const fetch = async () => Response.json({ Message: message, FlinksCode: message }, { status: 400 })
  const { current } = await ended(bench(t).start(LIVE(person('Greatday')), { fetch }))
  assert.deepEqual([current.failure.code, current.failure.vendorCode], ['request-refused', null])
  assertTellsNothing(current.error, 'hunter2')
})

async function ended(flow) {
  await ending(flow)
  return flow
}

/** Retry-After, and when to come back. */
for (const [name, retryAfter, wait] of [
  ['seconds', '120', 2 * MINUTE],
  ['a date', new Date(NOON + 3 * MINUTE).toUTCString(), 3 * MINUTE],
  ['nonsense', 'soon', MINUTE],
  ['a date in the past', new Date(NOON - MINUTE).toUTCString(), MINUTE],
  ['nothing', undefined, MINUTE],
  ['a century', '3153600000', 24 * 60 * MINUTE],
]) {
  test(`a refusal whose Retry-After is ${name} says when to come back`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOON })
    const stage = bench(t)
    stage.bank.fault({ on: 'start', kind: 'status', status: 429, retryAfter })
    const { failure, error } = (await walk(stage.start(LIVE(person('Greatday'))), stage)).end
    assert.deepEqual([failure.code, failure.next, failure.retryAt - NOON], ['busy', 'retry-later', wait])
    assert.equal(error.retryAt, failure.retryAt)
  })
}

/** The times between the calls of a flow. */
async function gaps(stage, params) {
  const times = []
  const fetch = (url, init) => {
    times.push(stage.bank.clock.now())
    return stage.wire.fetch(url, init)
  }
  const { current } = await ended(stage.start(params, { fetch }))
  return { current, gaps: times.slice(1).map((time, index) => time - times[index]) }
}

test('a throttled poll is repeated, and no sooner than the vendor says', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'poll', kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '120' })
  const {
    current,
    gaps: [first, second],
  } = await gaps(stage, CACHED(person('slow_pending')))
  assert.equal(current.kind, 'done')
  assert.ok(first >= 10_000 && first <= 11_000)
  assert.ok(second >= 120_000 && second <= 121_000)
})

test('polls are ten seconds apart, or a little more, and end after half an hour', async (t) => {
  const { current, gaps: all } = await gaps(bench(t), LIVE(person('slow_for_ever')))
  assert.equal(current.failure.code, 'timed-out')
  assert.ok(all.every((gap) => gap >= 10_000 && gap <= 11_000))
  assert.ok(new Set(all).size > 10, 'they are spread')
  const whole = all.reduce((sum, gap) => sum + gap)
  assert.ok(whole > 29 * MINUTE && whole <= 30 * MINUTE)
})

test('the time that a person thinks is not taken from the polling', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('slow_after_answer')))
  const step = await until(flow, 'challenge')
  stage.bank.clock.advance(7 * MINUTE)
  await step.answer({ '1.1.answer': 'Montreal' })
  assert.equal(await ending(flow), 'done')
})

test('another login than the one that was asked for is no success', async (t) => {
  const stage = bench(t)
  const body = {
    RequestId: '9022abc2-8a2e-4b06-a06e-c3e5449c4d10',
    Login: { Id: person('greatday_nomfa').loginId },
  }
  const fetch = async () => Response.json(body)
  const { current } = await ended(stage.start(CACHED(person('Greatday')), { fetch }))
  assert.deepEqual([current.failure.code, current.failure.next], ['login-mismatch', 'give-up'])
})

test('a reply under another content type is judged by its body', async (t) => {
  const stage = bench(t)
  const fetch = async (url, init) => {
    const response = await stage.wire.fetch(url, init)
    return new Response(await response.text(), { status: response.status, headers: { 'content-type': 'text/plain' } })
  }
  assert.equal((await walk(stage.start(LIVE(person('Greatday')), { fetch }), stage)).code, 'done')
})
