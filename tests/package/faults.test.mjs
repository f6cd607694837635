/** Each fault in each call: the flow repeats the call if that is harmless, polls, or ends in outcome-unknown. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, CREDENTIALS, LIVE, MINUTE, person, purpose, runToEnd, setup, timingOutFetch } from './setup.mjs'

const ASYNC = { authorizeAsync: true }

/**
 * The calls in which a fault occurs. `received` is the flow's end and its calls from then on if the bank received the
 * call; `notReceived` is the same if it did not.
 */
const calls = {
  'a cached start': {
    on: 'start',
    params: CACHED,
    received: ['done', 'cached start', 'cached start'],
    notReceived: ['done', 'cached start', 'cached start'],
  },
  'a live start by LoginId': {
    on: 'start',
    params: LIVE,
    received: ['outcome-unknown', 'live start'],
    notReceived: ['outcome-unknown', 'live start'],
  },
  'a live start with credentials': {
    on: 'start',
    params: CREDENTIALS,
    received: ['outcome-unknown', 'live start'],
    notReceived: ['outcome-unknown', 'live start'],
  },
  'a live start with AuthorizeAsync': {
    on: 'start',
    params: LIVE,
    host: ASYNC,
    received: ['outcome-unknown', 'live start'],
    notReceived: ['outcome-unknown', 'live start'],
  },
  'a poll of a cached session': {
    on: 'poll',
    username: 'slow_pending',
    params: CACHED,
    received: ['done', 'cached start', 'poll', 'poll'],
    notReceived: ['done', 'cached start', 'poll', 'poll'],
  },
  'a poll of a live session': {
    on: 'poll',
    username: 'slow_pending',
    params: LIVE,
    received: ['done', 'live start', 'poll', 'poll'],
    notReceived: ['done', 'live start', 'poll', 'poll'],
  },
  'a poll of AuthorizeAsync': {
    on: 'poll',
    username: 'slow_pending',
    params: CREDENTIALS,
    host: ASYNC,
    received: ['done', 'live start', 'poll', 'poll'],
    notReceived: ['done', 'live start', 'poll', 'poll'],
  },
  'an answer by LoginId': {
    on: 'answer',
    params: LIVE,
    received: ['done', 'live start', 'answer', 'cached start'],
    notReceived: ['outcome-unknown', 'live start', 'answer', 'cached start'],
  },
  'an answer by LoginId with AuthorizeAsync': {
    on: 'answer',
    params: LIVE,
    host: ASYNC,
    received: ['done', 'live start', 'answer', 'poll'],
    notReceived: ['outcome-unknown', 'live start', 'answer', 'poll', 'cached start'],
  },
  'an answer with credentials': {
    on: 'answer',
    params: CREDENTIALS,
    received: ['outcome-unknown', 'live start', 'answer'],
    notReceived: ['outcome-unknown', 'live start', 'answer'],
  },
  'an answer with credentials and AuthorizeAsync': {
    on: 'answer',
    params: CREDENTIALS,
    host: ASYNC,
    received: ['done', 'live start', 'answer', 'poll'],
    notReceived: ['outcome-unknown', 'live start', 'answer', 'poll'],
  },
}

/** The faults after which the outcome of the call is unknown, and whether the bank received it. */
const faults = {
  'a lost reply': [{ kind: 'lost-reply' }, 'received'],
  'a lost request': [{ kind: 'lost-request' }, 'notReceived'],
  'a reply that never comes': [{ kind: 'hang' }, 'received'],
  'HTML with status 200': [{ kind: 'html' }, 'received'],
  'HTML with status 503': [{ kind: 'html', status: 503 }, 'received'],
  'an empty body': [{ kind: 'empty' }, 'received'],
  'a body that is not UTF-8': [{ kind: 'not-utf8' }, 'received'],
  'a body nested 100,000 levels deep': [{ kind: 'deep-json' }, 'received'],
  'a body of 10 MB': [{ kind: 'huge-body' }, 'received'],
  'a truncated body': [{ kind: 'truncated-json' }, 'received'],
  'a 500 without a body': [{ kind: 'status' }, 'notReceived'],
  'a 408 without a body': [{ kind: 'status', status: 408 }, 'notReceived'],
  'a 502 for a call that the bank received': [{ kind: 'status', status: 502, processed: true }, 'received'],
}

async function run(t, { on, params, host, username = 'Greatday' }, fault, rules) {
  const env = setup(t, rules)
  const start = env.bank.clock.now()
  if (fault.kind === 'hang') env.wire.fetch = timingOutFetch(t, env.bank, env.wire.fetch)
  env.bank.fault({ on, ...fault })
  const { end, code } = await runToEnd(env.start(params(person(username)), { ...host, fetch: env.wire.fetch }), env)
  const ended = [code, ...env.wire.calls.map(purpose)]
  return { ...env, ended, failure: end.failure, start }
}

for (const [call, row] of Object.entries(calls)) {
  for (const [name, [fault, outcome]] of Object.entries(faults)) {
    test(`${name} to ${call} ends in ${row[outcome][0]}`, async (t) => {
      const { ended, failure, bank, start } = await run(t, row, fault)
      assert.deepEqual(ended, row[outcome])
      assert.deepEqual(bank.counts().broken, {})
      if (failure) assert.ok(failure.retryAt >= start + 8 * MINUTE, 'not before the vendor drops the session')
    })
  }

  test(`a redirect in reply to ${call} is not followed`, async (t) => {
    const { ended, failure } = await run(t, row, { kind: 'redirect' })
    const made = row.received.slice(1, row.on === 'start' ? 2 : 3)
    assert.deepEqual(ended, ['redirected', ...made])
    assert.deepEqual([failure.next, failure.status, failure.retryAt], ['fix-integration', 302, null])
  })
}

for (const [name, row, fault, ended] of [
  ['a cached start whose 200 has no RequestId', calls['a cached start'], { kind: 'no-request-id' }, 'done'],
  [
    'a live start whose 200 has no RequestId',
    { ...calls['a live start by LoginId'], username: 'greatday_nomfa' },
    { kind: 'no-request-id' },
    'outcome-unknown',
  ],
  [
    'a live start whose 203 has no challenges',
    calls['a live start by LoginId'],
    { kind: 'no-challenges' },
    'outcome-unknown',
  ],
  ['an answer whose 200 has no RequestId', calls['an answer by LoginId'], { kind: 'no-request-id' }, 'done'],
  [
    'an answer whose 203 has no challenges',
    { ...calls['an answer by LoginId with AuthorizeAsync'], username: 'changing_ids' },
    { kind: 'no-challenges' },
    'done',
  ],
]) {
  test(`${name} is unclear and ends in ${ended}`, async (t) => {
    assert.equal((await run(t, row, fault)).ended[0], ended)
  })
}

for (const [call, kind, code, times] of [
  ['a cached start', 'lost-request', 'unreachable', 5],
  ['a cached start', 'html', 'unreadable-reply', 5],
  ['a poll of a cached session', 'lost-reply', 'unreachable', 13],
  ['a poll of a cached session', 'html', 'unreadable-reply', 13],
  ['a poll of a live session', 'lost-reply', 'outcome-unknown', 13],
  ['a poll of AuthorizeAsync', 'html', 'outcome-unknown', 13],
]) {
  test(`${call} ends in ${code} after ${times} calls with ${kind}`, async (t) => {
    const { ended, failure } = await run(t, calls[call], { kind, times: 99 })
    assert.equal(ended[0], code)
    assert.equal(ended.filter((call) => call === ended.at(-1)).length, times)
    assert.equal(failure.next, 'retry-later')
  })
}

test('a poll after a lost answer is retried, and the answer is not', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  env.bank.fault({ on: 'poll', kind: 'lost-reply', times: 2 })
  const { code } = await runToEnd(env.start(LIVE(person('Greatday')), ASYNC), env)
  assert.deepEqual([code, env.bank.counts().answers, env.bank.counts().polls], ['done', 1, 3])
})

test('a cached start that verifies a lost answer is retried, each time with a new token', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  env.bank.fault({ on: 'start', kind: 'empty', skip: 1, times: 2 })
  const { code } = await runToEnd(env.start(LIVE(person('Greatday'))), env)
  assert.deepEqual([code, env.bank.counts().cachedStarts, env.sessions.length], ['done', 3, 4])
})

for (const [name, row, ended] of [
  ['by LoginId', calls['an answer by LoginId with AuthorizeAsync'], 'done'],
  ['with credentials', calls['an answer with credentials and AuthorizeAsync'], 'outcome-unknown'],
]) {
  test(`a lost answer ${name} ends in ${ended} if AuthorizeAsync is not activated for the customer`, async (t) => {
    const fault = { kind: 'lost-reply' }
    assert.equal((await run(t, row, fault, { authorizeAsync: false })).ended[0], ended)
  })
}

test('a lost answer that was wrong leads to a new round', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = env.start(LIVE(person('Greatday')), ASYNC)
  const rounds = []
  for await (const step of flow) {
    if (step.kind !== 'challenge') continue
    rounds.push(step.round.challenges[0].prompt)
    const [{ fields }] = step.round.challenges
    await step.answer({ [fields[0].name]: rounds.length === 1 ? 'wrong' : 'Canada' })
  }
  assert.equal(flow.current.kind, 'done')
  assert.deepEqual(rounds, ['What city were you born in?', 'What is the best country on earth?'])
})
