/** Each fault in each call, by the table of lost replies: repeat what is harmless, ask, or say that nobody knows. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, CREDENTIALS, LIVE, MINUTE, bench, impatient, person, purpose, walk } from './bench.mjs'

const ASYNC = { authorizeAsync: true }

/**
 * The calls, and how a flow ends, by which calls, when the bank heard the spoilt one and when it did not.

 */
const calls = {
  'a cached start': {
    on: 'start',
    params: CACHED,
    heard: ['done', 'cached start', 'cached start'],
    unheard: ['done', 'cached start', 'cached start'],
  },
  'a live start by LoginId': {
    on: 'start',
    params: LIVE,
    heard: ['outcome-unknown', 'live start'],
    unheard: ['outcome-unknown', 'live start'],
  },
  'a live start with credentials': {
    on: 'start',
    params: CREDENTIALS,
    heard: ['outcome-unknown', 'live start'],
    unheard: ['outcome-unknown', 'live start'],
  },
  'a live start where AuthorizeAsync is activated': {
    on: 'start',
    params: LIVE,
    host: ASYNC,
    heard: ['outcome-unknown', 'live start'],
    unheard: ['outcome-unknown', 'live start'],
  },
  'a poll of a cached session': {
    on: 'poll',
    who: 'slow_pending',
    params: CACHED,
    heard: ['done', 'cached start', 'ask', 'ask'],
    unheard: ['done', 'cached start', 'ask', 'ask'],
  },
  'a poll of a live session': {
    on: 'poll',
    who: 'slow_pending',
    params: LIVE,
    heard: ['done', 'live start', 'ask', 'ask'],
    unheard: ['done', 'live start', 'ask', 'ask'],
  },
  'a poll of AuthorizeAsync': {
    on: 'poll',
    who: 'slow_pending',
    params: CREDENTIALS,
    host: ASYNC,
    heard: ['done', 'live start', 'ask', 'ask'],
    unheard: ['done', 'live start', 'ask', 'ask'],
  },
  'an answer by LoginId': {
    on: 'answer',
    params: LIVE,
    heard: ['done', 'live start', 'answer', 'cached start'],
    unheard: ['outcome-unknown', 'live start', 'answer', 'cached start'],
  },
  'an answer by LoginId where AuthorizeAsync is activated': {
    on: 'answer',
    params: LIVE,
    host: ASYNC,
    heard: ['done', 'live start', 'answer', 'ask'],
    unheard: ['outcome-unknown', 'live start', 'answer', 'ask', 'cached start'],
  },
  'an answer with credentials': {
    on: 'answer',
    params: CREDENTIALS,
    heard: ['outcome-unknown', 'live start', 'answer'],
    unheard: ['outcome-unknown', 'live start', 'answer'],
  },
  'an answer with credentials where AuthorizeAsync is activated': {
    on: 'answer',
    params: CREDENTIALS,
    host: ASYNC,
    heard: ['done', 'live start', 'answer', 'ask'],
    unheard: ['outcome-unknown', 'live start', 'answer', 'ask'],
  },
}

/** The faults that leave open what became of the call, and whether the bank heard it. */
const faults = {
  'a lost reply': [{ kind: 'lost-reply' }, 'heard'],
  'a lost request': [{ kind: 'lost-request' }, 'unheard'],
  'a reply that never comes': [{ kind: 'hang' }, 'heard'],
  'a web page under status 200': [{ kind: 'html' }, 'heard'],
  'a web page under status 503': [{ kind: 'html', status: 503 }, 'heard'],
  'an empty body': [{ kind: 'empty' }, 'heard'],
  'a body that is not UTF-8': [{ kind: 'not-utf8' }, 'heard'],
  'a body nested a hundred thousand deep': [{ kind: 'deep-json' }, 'heard'],
  'a body of ten megabytes': [{ kind: 'huge-body' }, 'heard'],
  'half a body': [{ kind: 'truncated-json' }, 'heard'],
  'a bare 500': [{ kind: 'status' }, 'unheard'],
  'a bare 408': [{ kind: 'status', status: 408 }, 'unheard'],
  'a bare 502 that the bank heard': [{ kind: 'status', status: 502, processed: true }, 'heard'],
}

async function run(t, { on, params, host, who = 'Greatday' }, fault, rules) {
  const stage = bench(t, rules)
  const start = stage.bank.clock.now()
  if (fault.kind === 'hang') stage.wire.fetch = impatient(t, stage.bank, stage.wire.fetch)
  stage.bank.fault({ on, ...fault })
  const { end, code } = await walk(stage.start(params(person(who)), { ...host, fetch: stage.wire.fetch }), stage)
  const ended = [code, ...stage.wire.calls.map(purpose)]
  return { ...stage, ended, failure: end.failure, start }
}

for (const [call, row] of Object.entries(calls)) {
  for (const [name, [fault, outcome]] of Object.entries(faults)) {
    test(`${name} to ${call} ends in ${row[outcome][0]}`, async (t) => {
      const { ended, failure, bank, start } = await run(t, row, fault)
      assert.deepEqual(ended, row[outcome])
      assert.deepEqual(bank.counts().broken, {})
      if (failure) assert.ok(failure.retryAt >= start + 8 * MINUTE, 'no sooner than the vendor forgets the session')
    })
  }

  test(`a redirect of ${call} is not followed`, async (t) => {
    const { ended, failure } = await run(t, row, { kind: 'redirect' })
    const made = row.heard.slice(1, row.on === 'start' ? 2 : 3)
    assert.deepEqual(ended, ['redirected', ...made])
    assert.deepEqual([failure.next, failure.status, failure.retryAt], ['fix-integration', 302, null])
  })
}

for (const [name, row, fault, ended] of [
  ['a cached start whose 200 has no RequestId', calls['a cached start'], { kind: 'no-request-id' }, 'done'],
  [
    'a live start whose 200 has no RequestId',
    { ...calls['a live start by LoginId'], who: 'greatday_nomfa' },
    { kind: 'no-request-id' },
    'outcome-unknown',
  ],
  [
    'a live start whose 203 asks nothing',
    calls['a live start by LoginId'],
    { kind: 'no-challenges' },
    'outcome-unknown',
  ],
  ['an answer whose 200 has no RequestId', calls['an answer by LoginId'], { kind: 'no-request-id' }, 'done'],
  [
    'an answer whose 203 asks nothing',
    { ...calls['an answer by LoginId where AuthorizeAsync is activated'], who: 'changing_ids' },
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
  test(`${call} is made ${times} times, and then ${kind} ends in ${code}`, async (t) => {
    const { ended, failure } = await run(t, calls[call], { kind, times: 99 })
    assert.equal(ended[0], code)
    assert.equal(ended.filter((call) => call === ended.at(-1)).length, times)
    assert.equal(failure.next, 'retry-later')
  })
}

test('a look that meets faults of its own is repeated, and the answer is not', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  stage.bank.fault({ on: 'poll', kind: 'lost-reply', times: 2 })
  const { code } = await walk(stage.start(LIVE(person('Greatday')), ASYNC), stage)
  assert.deepEqual([code, stage.bank.counts().answers, stage.bank.counts().polls], ['done', 1, 3])
})

test('a confirmation that meets faults of its own is repeated, each under a token of its own', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  stage.bank.fault({ on: 'start', kind: 'empty', skip: 1, times: 2 })
  const { code } = await walk(stage.start(LIVE(person('Greatday'))), stage)
  assert.deepEqual([code, stage.bank.counts().cachedStarts, stage.sessions.length], ['done', 3, 4])
})

for (const [name, row, ended] of [
  ['by LoginId', calls['an answer by LoginId where AuthorizeAsync is activated'], 'done'],
  ['with credentials', calls['an answer with credentials where AuthorizeAsync is activated'], 'outcome-unknown'],
]) {
  test(`an AuthorizeAsync that is not activated after all tells nothing of a lost answer ${name}`, async (t) => {
    const fault = { kind: 'lost-reply' }
    assert.equal((await run(t, row, fault, { authorizeAsync: false })).ended[0], ended)
  })
}

test('a lost answer that was wrong is found out, and asked again in a new round', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const flow = stage.start(LIVE(person('Greatday')), ASYNC)
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
