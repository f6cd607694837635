/** Error replies of Flinks: statuses without a FlinksCode, undocumented codes, Retry-After. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, LIVE, MINUTE, NOON, assertNoSecrets, ending, person, runToEnd, setup, untilStep } from './setup.mjs'

/** Status and FlinksCode of the reply, and how a live start ends. */
const endings = [
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
  [401, 'INVALID_REQUEST', 'request-refused'],
  [401, 'UNAUTHORIZED', 'access-refused'],
  [403, 'UNAUTHORIZED', 'access-refused'],
  [503, 'BANK MAINTENANCE_RETRY_LATER', 'busy'],
  [401, 'SOME NEW CODE', 'refused'],
  [500, 'INVALID_LOGIN', 'credentials-refused'],
  [500, 'AGGREGATION_ERROR', 'vendor-error'],
  [400, 'NEVER_HEARD_OF', 'refused'],
  [500, 'NEVER_HEARD_OF', 'vendor-error'],
]

for (const [status, code, expected] of endings) {
  test(`a live start with a reply of ${status} ${code ?? 'without a code'} ends in ${expected}`, async (t) => {
    const env = setup(t)
    env.bank.fault({ on: 'start', kind: 'status', status, code })
    const { failure } = (await runToEnd(env.start(LIVE(person('Greatday'))), env)).end
    assert.equal(failure.code, expected)
    const isKnown = expected !== 'outcome-unknown'
    assert.deepEqual([failure.status, failure.vendorCode], isKnown ? [status, code ?? null] : [null, null])
    assert.equal(env.bank.counts().liveStarts, 1)
  })
}

test('a message instead of a FlinksCode is not copied into the error', async (t) => {
  const message = 'The login hunter2 is invalid'
  const fetch = async () => Response.json({ Message: message, FlinksCode: message }, { status: 400 })
  const { current } = await runUntilEnd(setup(t).start(LIVE(person('Greatday')), { fetch }))
  assert.deepEqual([current.failure.code, current.failure.vendorCode], ['request-refused', null])
  assertNoSecrets(current.error, 'hunter2')
})

async function runUntilEnd(flow) {
  await ending(flow)
  return flow
}

/** Name, Retry-After, and the time until retryAt. */
for (const [name, retryAfter, wait] of [
  ['seconds', '120', 2 * MINUTE],
  ['a date', new Date(NOON + 3 * MINUTE).toUTCString(), 3 * MINUTE],
  ['nonsense', 'soon', MINUTE],
  ['a date in the past', new Date(NOON - MINUTE).toUTCString(), MINUTE],
  ['absent', undefined, MINUTE],
  ['a century', '3153600000', 24 * 60 * MINUTE],
]) {
  test(`retryAt follows a Retry-After that is ${name}`, async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: NOON })
    const env = setup(t)
    env.bank.fault({ on: 'start', kind: 'status', status: 429, retryAfter })
    const { failure, error } = (await runToEnd(env.start(LIVE(person('Greatday'))), env)).end
    assert.deepEqual([failure.code, failure.next, failure.retryAt - NOON], ['busy', 'retry-later', wait])
    assert.equal(error.retryAt, failure.retryAt)
  })
}

/** The times between the calls of a flow. */
async function gaps(env, params) {
  const times = []
  const fetch = (url, init) => {
    times.push(env.bank.clock.now())
    return env.wire.fetch(url, init)
  }
  const { current } = await runUntilEnd(env.start(params, { fetch }))
  return { current, gaps: times.slice(1).map((time, index) => time - times[index]) }
}

test('a rate-limited poll is retried once Retry-After has passed', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'poll', kind: 'status', status: 429, code: 'TOO_MANY_REQUESTS', retryAfter: '120' })
  const {
    current,
    gaps: [first, second],
  } = await gaps(env, CACHED(person('slow_pending')))
  assert.equal(current.kind, 'done')
  assert.ok(first >= 10_000 && first <= 11_000)
  assert.ok(second >= 120_000 && second <= 121_000)
})

test('polls are 10 to 11 seconds apart and end after 30 minutes', async (t) => {
  const { current, gaps: all } = await gaps(setup(t), LIVE(person('slow_for_ever')))
  assert.equal(current.failure.code, 'timed-out')
  assert.ok(all.every((gap) => gap >= 10_000 && gap <= 11_000))
  assert.ok(new Set(all).size > 10, 'they have jitter')
  const whole = all.reduce((sum, gap) => sum + gap)
  assert.ok(whole > 29 * MINUTE && whole <= 30 * MINUTE)
})

test('the time until an answer does not count against the polling limit', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('slow_after_answer')))
  const step = await untilStep(flow, 'challenge')
  env.bank.clock.advance(7 * MINUTE)
  await step.answer({ '1.1.answer': 'Montreal' })
  assert.equal(await ending(flow), 'done')
})

test('a reply for another LoginId ends in login-mismatch', async (t) => {
  const env = setup(t)
  const body = {
    RequestId: '9022abc2-8a2e-4b06-a06e-c3e5449c4d10',
    Login: { Id: person('greatday_nomfa').loginId },
  }
  const fetch = async () => Response.json(body)
  const { current } = await runUntilEnd(env.start(CACHED(person('Greatday')), { fetch }))
  assert.deepEqual([current.failure.code, current.failure.next], ['login-mismatch', 'give-up'])
})

test('a reply is read whatever its content type', async (t) => {
  const env = setup(t)
  const fetch = async (url, init) => {
    const response = await env.wire.fetch(url, init)
    return new Response(await response.text(), { status: response.status, headers: { 'content-type': 'text/plain' } })
  }
  assert.equal((await runToEnd(env.start(LIVE(person('Greatday')), { fetch }), env)).code, 'done')
})
