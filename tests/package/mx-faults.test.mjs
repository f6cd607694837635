/** Each fault in each call to MX: look where there is something to look at, and never submit twice. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { bench, impatient, job, member, walk } from './mx-bench.mjs'

const lasting = (stage) => stage.purposes().filter((call) => ['job', 'create', 'update', 'resume'].includes(call))

/**
 * The calls, and how a flow ends, by which calls that are more than a look: when MX's answer is a 2xx whatever its
 * body, when it heard the call and its answer tells nothing, and when it did not hear it.
 */
const calls = {
  // It is sent again: where it runs already, MX starts no other.
  'a job': {
    on: 'start',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'job', 'resume'],
    unheard: ['done', 'job', 'job', 'resume'],
  },
  'a new member': {
    on: 'start',
    params: (stage) => stage.create('text'),
    accepted: ['outcome-unknown', 'create'],
    heard: ['outcome-unknown', 'create'],
    unheard: ['outcome-unknown', 'create'],
  },
  'new credentials': {
    on: 'start',
    params: (stage) => stage.update('text'),
    accepted: ['done', 'update', 'resume'],
    heard: ['outcome-unknown', 'update'],
    unheard: ['outcome-unknown', 'update'],
  },
  'a poll': {
    on: 'poll',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    unheard: ['done', 'job', 'resume'],
  },
  'the look before an answer': {
    on: 'poll',
    skip: 2,
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    unheard: ['done', 'job', 'resume'],
  },
  'the poll behind an answer': {
    on: 'poll',
    skip: 3,
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    unheard: ['done', 'job', 'resume'],
  },
  'a resume': {
    on: 'answer',
    params: () => job('text'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    // The person is asked again, and gives the same answer.
    unheard: ['done', 'job', 'resume', 'resume'],
    repeated: { unheard: 1 },
  },
  'the challenges': {
    on: 'challenges',
    who: 'challenges_apart',
    params: () => job('challenges_apart'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    unheard: ['done', 'job', 'resume'],
  },
  'the window': {
    on: 'window',
    who: 'oauth_challenged',
    params: () => job('oauth_challenged'),
    accepted: ['done', 'job', 'resume'],
    heard: ['done', 'job', 'resume'],
    unheard: ['done', 'job', 'resume'],
  },
}

const faults = {
  'a lost reply': [{ kind: 'lost-reply' }, 'heard'],
  'a lost request': [{ kind: 'lost-request' }, 'unheard'],
  'a reply that never comes': [{ kind: 'hang' }, 'heard'],
  'a web page under status 200': [{ kind: 'html' }, 'accepted'],
  'a web page under status 503': [{ kind: 'html', status: 503 }, 'heard'],
  'an empty body': [{ kind: 'empty' }, 'accepted'],
  'a 204': [{ kind: 'no-content' }, 'accepted'],
  'a body that is not UTF-8': [{ kind: 'not-utf8' }, 'accepted'],
  'a body nested a hundred thousand deep': [{ kind: 'deep-json' }, 'accepted'],
  'a body of ten megabytes': [{ kind: 'huge-body' }, 'accepted'],
  'half a body': [{ kind: 'truncated-json' }, 'accepted'],
  'a body without a member': [{ kind: 'no-member' }, 'accepted'],
  'a member of null': [{ kind: 'null-member' }, 'accepted'],
  'a list for a member': [{ kind: 'member-list' }, 'accepted'],
  'a bare 500': [{ kind: 'status' }, 'unheard'],
  'a bare 408': [{ kind: 'status', status: 408 }, 'unheard'],
  'a bare 502 that MX heard': [{ kind: 'status', status: 502, processed: true }, 'heard'],
  'a bare 504 that MX heard': [{ kind: 'status', status: 504, processed: true }, 'heard'],
}

async function run(t, { on, skip, params, who = 'text', repeated }, fault, outcome) {
  const stage = bench(t, {}, { repeated: repeated?.[outcome] })
  const start = stage.bank.clock.now()
  const given = await params(stage)
  if (fault.kind === 'hang') stage.wire.fetch = impatient(t, stage.bank, stage.wire.fetch, 60_000)
  stage.bank.fault({ on, skip, ...fault })
  const { end, code, rounds } = await walk(stage.start(given, { fetch: stage.wire.fetch }), stage, member(who))
  return { ...stage, ended: [code, ...lasting(stage)], failure: end.failure, start, rounds }
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

  test(`a redirect of ${call} is not followed`, async (t) => {
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
  test(`a ${status} to ${call} ends in ${code}, and is not made again`, async (t) => {
    const { ended, failure, start } = await run(t, calls[call], { kind: 'status', status, retryAfter: '120' })
    assert.deepEqual([ended[0], ended.length], [code, 2])
    if (failure.next === 'retry-later') assert.equal(failure.retryAt, start + 120_000)
  })
}

for (const call of ['a poll', 'the look before an answer', 'the poll behind an answer']) {
  test(`a 429 to ${call} is waited for as long as MX says`, async (t) => {
    const fault = { kind: 'status', status: 429, retryAfter: '120' }
    const { ended, bank, start } = await run(t, calls[call], fault, 'heard')
    assert.deepEqual(ended, calls[call].heard)
    assert.ok(bank.clock.now() >= start + 120_000)
  })
}

for (const [status, refused] of [
  [400, true],
  [405, false],
  [409, false],
]) {
  test(`a ${status} to a resume is looked into, and asked again${refused ? ' as refused' : ''}`, async (t) => {
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
  ['the window', 'lost-request', 'unreachable', 'oauth_window_uri', 13],
  ['the window', 'html', 'unreadable-reply', 'oauth_window_uri', 13],
]) {
  test(`${call} is made ${times} times, and then ${kind} ends in ${code}`, async (t) => {
    const { ended, failure, purposes } = await run(t, calls[call], { kind, times: 99 })
    assert.deepEqual([ended[0], failure.next], [code, 'retry-later'])
    assert.equal(purposes().filter((call) => call === made).length, times)
  })
}

test('a lost resume is answered by two polls that show the same guids, and not by one', async (t) => {
  const { rounds, purposes } = await run(t, calls['a resume'], { kind: 'lost-request' }, 'unheard')
  assert.equal(rounds.length, 2)
  assert.deepEqual(rounds[0].right, rounds[1].right)
  const between = purposes().slice(purposes().indexOf('resume') + 1, purposes().lastIndexOf('resume'))
  assert.deepEqual(between, ['status', 'status', 'status'], 'two polls, and the look before the next answer')
})

test('the look behind a lost resume keeps its distance from the one before it', async (t) => {
  const { bank } = await run(t, calls['a resume'], { kind: 'lost-reply' }, 'heard')
  assert.deepEqual(bank.counts().broken, {})
})

test('a lost resume whose looks are lost too is looked after, and not sent again', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  stage.bank.fault({ on: 'poll', kind: 'html', skip: 3, times: 3 })
  const { code, rounds } = await walk(stage.start(job('text')), stage, member('text'))
  assert.deepEqual([code, rounds.length, stage.bank.counts().answers], ['done', 1, 1])
})

test('a lost resume that was wrong is found out', async (t) => {
  const stage = bench(t)
  stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
  const { code } = await walk(stage.start(job('wrong_code')), stage, { responses: [['135791']] })
  assert.deepEqual([code, stage.bank.counts().answers], ['answer-refused', 1])
})
