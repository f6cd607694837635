/** Each fault in each call to MX: the flow polls the status if it can, and never submits twice. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { job, member, runToEnd, setup, timingOutFetch } from './mx-setup.mjs'

/** The calls that change something at MX. */
const writes = (env) => env.purposes().filter((call) => ['job', 'create', 'update', 'resume'].includes(call))

/**
 * The calls that meet a fault, and the flow's end and writes after it: `accepted` if MX replied with any 2xx, `received` if
 * MX received the call but its reply is unclear, `notReceived` if MX did not receive it.
 */
const calls = {
  // A job is started again: if it runs already, MX starts no other.
  'a job': {
    on: 'start',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'job', 'resume'],
    notReceived: ['done', 'job', 'job', 'resume'],
  },
  'a new member': {
    on: 'start',
    params: (env) => env.create('text'),
    accepted: ['outcome-unknown', 'create'],
    received: ['outcome-unknown', 'create'],
    notReceived: ['outcome-unknown', 'create'],
  },
  'new credentials': {
    on: 'start',
    params: (env) => env.update('text'),
    accepted: ['done', 'update', 'resume'],
    received: ['outcome-unknown', 'update'],
    notReceived: ['outcome-unknown', 'update'],
  },
  'a poll': {
    on: 'poll',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    notReceived: ['done', 'job', 'resume'],
  },
  'the poll before an answer': {
    on: 'poll',
    skip: 2,
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    notReceived: ['done', 'job', 'resume'],
  },
  'the poll after an answer': {
    on: 'poll',
    skip: 3,
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    notReceived: ['done', 'job', 'resume'],
  },
  'a resume': {
    on: 'answer',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    // The flow asks again, and the person gives the same answer.
    notReceived: ['done', 'job', 'resume', 'resume'],
    repeated: { notReceived: 1 },
  },
  'the challenges': {
    on: 'challenges',
    memberName: 'challenges_apart',
    params: () => job('challenges_apart'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    notReceived: ['done', 'job', 'resume'],
  },
  'the window’s address': {
    on: 'window',
    memberName: 'oauth_challenged',
    params: () => job('oauth_challenged'),
    accepted: ['done', 'job', 'resume'],
    received: ['done', 'job', 'resume'],
    notReceived: ['done', 'job', 'resume'],
  },
}

const faults = {
  'a lost reply': [{ kind: 'lost-reply' }, 'received'],
  'a lost request': [{ kind: 'lost-request' }, 'notReceived'],
  'a reply that never comes': [{ kind: 'hang' }, 'received'],
  'HTML with status 200': [{ kind: 'html' }, 'accepted'],
  'HTML with status 503': [{ kind: 'html', status: 503 }, 'received'],
  'an empty body': [{ kind: 'empty' }, 'accepted'],
  'a 204': [{ kind: 'no-content' }, 'accepted'],
  'a body that is not UTF-8': [{ kind: 'not-utf8' }, 'accepted'],
  'a body nested 100,000 levels deep': [{ kind: 'deep-json' }, 'accepted'],
  'a body of 10 MB': [{ kind: 'huge-body' }, 'accepted'],
  'a truncated body': [{ kind: 'truncated-json' }, 'accepted'],
  'a body without a member': [{ kind: 'no-member' }, 'accepted'],
  'a member of null': [{ kind: 'null-member' }, 'accepted'],
  'a list instead of a member': [{ kind: 'member-list' }, 'accepted'],
  'a 500 without a body': [{ kind: 'status' }, 'notReceived'],
  'a 408 without a body': [{ kind: 'status', status: 408 }, 'notReceived'],
  'a 502 for a call that MX received': [{ kind: 'status', status: 502, processed: true }, 'received'],
  'a 504 for a call that MX received': [{ kind: 'status', status: 504, processed: true }, 'received'],
}

async function run(t, { on, skip, params, memberName = 'text', repeated }, fault, outcome) {
  const env = setup(t, {}, { repeated: repeated?.[outcome] })
  const start = env.bank.clock.now()
  const given = await params(env)
  if (fault.kind === 'hang') env.wire.fetch = timingOutFetch(t, env.bank, env.wire.fetch, 60_000)
  env.bank.fault({ on, skip, ...fault })
  const { end, code, rounds } = await runToEnd(env.start(given, { fetch: env.wire.fetch }), env, member(memberName))
  return { ...env, ended: [code, ...writes(env)], failure: end.failure, start, rounds }
}

for (const [call, row] of Object.entries(calls)) {
  for (const [name, [fault, outcome]] of Object.entries(faults)) {
    test(`${name} to ${call} ends in ${row[outcome].join(', ')}`, async (t) => {
      const { ended, failure, bank, start } = await run(t, row, fault, outcome)
      assert.deepEqual(ended, row[outcome])
      assert.deepEqual(bank.counts().broken, {})
      if (failure) assert.deepEqual([failure.next, failure.retryAt > start], ['retry-later', true])
    })
  }

  test(`a redirect in reply to ${call} is not followed`, async (t) => {
    const { ended, failure } = await run(t, row, { kind: 'redirect' })
    assert.deepEqual([ended[0], failure.next, failure.status], ['redirected', 'fix-integration', 302])
  })

  for (const [status, code] of [
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'request-refused'],
    [406, 'request-refused'],
    [422, 'request-refused'],
  ]) {
    test(`a ${status} to ${call} ends in ${code}`, async (t) => {
      const { ended, failure } = await run(t, row, { kind: 'status', status })
      assert.deepEqual([ended[0], failure.next, failure.status], [code, 'fix-integration', status])
    })
  }
}

for (const [call, status, code] of [
  ['a job', 409, 'concurrent-session'],
  ['a new member', 409, 'member-exists'],
  ['new credentials', 409, 'concurrent-session'],
  ['a job', 429, 'busy'],
  ['a new member', 429, 'busy'],
  ['new credentials', 429, 'busy'],
  ['a job', 405, 'request-refused'],
]) {
  test(`a ${status} to ${call} ends in ${code} and is not retried`, async (t) => {
    const { ended, failure, start } = await run(t, calls[call], { kind: 'status', status, retryAfter: '120' })
    assert.deepEqual([ended[0], ended.length], [code, 2])
    if (failure.next === 'retry-later') assert.equal(failure.retryAt, start + 120_000)
  })
}

for (const call of ['a poll', 'the poll before an answer', 'the poll after an answer']) {
  test(`${call} is retried after a 429, once Retry-After has passed`, async (t) => {
    const fault = { kind: 'status', status: 429, retryAfter: '120' }
    const { ended, bank, start } = await run(t, calls[call], fault, 'received')
    assert.deepEqual(ended, calls[call].received)
    assert.ok(bank.clock.now() >= start + 120_000)
  })
}

for (const [status, refused] of [
  [400, true],
  [405, false],
  [409, false],
]) {
  test(`after a ${status} to a resume the flow polls and asks again${refused ? ', with refused set' : ''}`, async (t) => {
    const row = { ...calls['a resume'], repeated: { refused: 1 } }
    const { ended, rounds } = await run(t, row, { kind: 'status', status }, 'refused')
    assert.deepEqual(ended, ['done', 'job', 'resume', 'resume'])
    assert.deepEqual(
      rounds.map((round) => round.refused),
      [false, refused],
    )
  })
}

for (const [call, kind, code, made, times] of [
  ['a poll', 'lost-request', 'outcome-unknown', 'status', 13],
  ['a poll', 'html', 'outcome-unknown', 'status', 13],
  ['the challenges', 'lost-reply', 'outcome-unknown', 'challenges', 13],
  ['the challenges', 'html', 'outcome-unknown', 'challenges', 13],
  ['the window’s address', 'lost-request', 'unreachable', 'oauth_window_uri', 13],
  ['the window’s address', 'html', 'unreadable-reply', 'oauth_window_uri', 13],
]) {
  test(`${call}: ${times} calls with ${kind} end in ${code}`, async (t) => {
    const { ended, failure, purposes } = await run(t, calls[call], { kind, times: 99 })
    assert.deepEqual([ended[0], failure.next], [code, 'retry-later'])
    assert.equal(purposes().filter((call) => call === made).length, times)
  })
}

test('a flow shows the round again after a lost resume once two polls show the same guids', async (t) => {
  const { rounds, purposes } = await run(t, calls['a resume'], { kind: 'lost-request' }, 'notReceived')
  assert.equal(rounds.length, 2)
  assert.deepEqual(rounds[0].right, rounds[1].right)
  const between = purposes().slice(purposes().indexOf('resume') + 1, purposes().lastIndexOf('resume'))
  assert.deepEqual(between, ['status', 'status', 'status'], 'two polls, and the poll before the next answer')
})

test('the poll after a lost resume keeps the minimum interval to the previous poll', async (t) => {
  const { bank } = await run(t, calls['a resume'], { kind: 'lost-reply' }, 'received')
  assert.deepEqual(bank.counts().broken, {})
})

test('a lost resume is not sent again if the polls after it are lost, too', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  env.bank.fault({ on: 'poll', kind: 'html', skip: 3, times: 3 })
  const { code, rounds } = await runToEnd(env.start(job('text')), env, member('text'))
  assert.deepEqual([code, rounds.length, env.bank.counts().answers], ['done', 1, 1])
})

test('a lost resume with a wrong answer ends in answer-refused', async (t) => {
  const env = setup(t)
  env.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const { code } = await runToEnd(env.start(job('wrong_code')), env, { responses: [['135791']] })
  assert.deepEqual([code, env.bank.counts().answers], ['answer-refused', 1])
})
