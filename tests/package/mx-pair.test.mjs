/** `mx.request` and `mx.response`, in a loop that the host writes itself. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  FlowError,
  VERSIONS,
  assertNoSecrets,
  calls,
  fill,
  guids,
  job,
  member,
  members,
  oauth,
  raw,
  runToEnd,
  setup,
} from './mx-setup.mjs'

const { mx } = calls
const SECRET = 'hunter2'
const config = { environment: 'integration' }

/** The loop of a host without a flow: it starts, polls every 3 seconds, and answers. */
async function loop(env, params, answer, version) {
  const own = { ...config, version }
  const { clientId, apiKey } = env.bank.mx.key
  const slots = { MxBasic: `Basic ${btoa(`${clientId}:${apiKey}`)}` }
  const send = async ({ method, url, headers, body }) => {
    const filled = headers.map(({ name, value, slot }) => [name, value ?? slots[slot]])
    const init = { method, headers: Object.fromEntries(filled), body, redirect: 'manual' }
    const response = await env.wire.fetch(url, init)
    return { status: response.status, body: new Uint8Array(await response.arrayBuffer()) }
  }
  const begun = await send(mx.startRequest(params, own))
  const { guid } = JSON.parse(new TextDecoder().decode(begun.body)).member
  let it = { userGuid: params.userGuid, memberGuid: guid ?? params.memberGuid }
  const poll = async () => {
    env.bank.clock.advance(3_000)
    const reply = mx.statusResponse(await send(mx.statusRequest(it, own)))
    if (reply.kind !== 'challenged' || reply.challenges.length > 0) return reply
    return mx.challengesResponse(await send(mx.challengesRequest(it, own)))
  }
  const rounds = []
  for (let doubts = 0, reply = await poll(); ; reply = await poll()) {
    doubts = reply.certain === false ? doubts + 1 : 0
    if (reply.kind === 'challenged') {
      const before = await poll()
      assert.equal(before.challengesJson, reply.challengesJson, 'the same round is still open')
      rounds.push(reply)
      const request = answer(it, reply, rounds.length - 1, own)
      assert.equal((await send(request)).status, 202)
    } else if (reply.kind === 'redirect') {
      const { body } = await send(mx.windowRequest(it, own))
      const landing = new URL(await env.approve(JSON.parse(new TextDecoder().decode(body)).member.oauth_window_uri))
      const { searchParams } = landing
      it = { ...it, memberGuid: searchParams.get('member_guid') ?? searchParams.get('amp;member_guid') }
    } else if (reply.certain || doubts === 2) {
      assert.ok(['connected', 'failed'].includes(reply.kind), reply.kind)
      return { reply, rounds }
    } else assert.ok(doubts > 0 || reply.kind === 'working', reply.kind)
  }
}

const byForm =
  ({ responses }) =>
  (it, reply, round, own) =>
    mx.resumeRequest(it, reply, fill(reply, responses[round]), own)

/** Members that need raw answers, the flow's clock or a second job, or are large. */
const excluded = ['options_by_guid', 'endless', 'slow', 'busy', 'no_challenges', 'huge_image', 'code_never_comes']

for (const member of members.filter(({ name }) => !excluded.includes(name))) {
  test(`the pair and a flow end alike for ${member.name} (${member.title})`, async (t) => {
    const env = setup(t)
    const { reply, rounds } = await loop(env, job(member.name), byForm(member))
    assert.equal(rounds.length, reply.kind === 'connected' ? member.responses.length : 0)

    const other = setup(t)
    // The pair has no person who could sign in again.
    const params = { ...job(member.name), ...(reply.kind === 'failed' && { signIn: 'never' }) }
    const { end } = await runToEnd(other.start(params), other, member)
    assert.equal(reply.kind, end.kind === 'done' ? 'connected' : 'failed')
    assert.deepEqual(reply.failure?.code, end.failure?.code)
    assert.deepEqual(reply.failure?.vendorCode, end.failure?.vendorCode)
    assert.equal(reply.result?.connectionStatus, end.result?.connectionStatus)
    assert.deepEqual(env.sent(), other.sent())
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

for (const version of VERSIONS) {
  for (const [name, params] of [
    ['a new member', (env) => env.create('mixed')],
    ['new credentials', (env) => env.update('mixed')],
    ['a job', () => job('mixed', 'verify')],
  ]) {
    test(`the pair connects ${name} in ${version}`, async (t) => {
      const env = setup(t)
      const { reply, rounds } = await loop(env, await params(env), byForm(member('mixed')), version)
      assert.deepEqual([reply.kind, rounds.length], ['connected', 1])
    })
  }

  test(`the pair goes through the window in ${version}`, async (t) => {
    const env = setup(t)
    assert.equal((await loop(env, oauth, byForm(member('oauth')), version)).reply.kind, 'connected')
  })
}

test('the pair sends raw answers', async (t) => {
  const env = setup(t)
  const answer = (it, reply) => mx.resumeRawRequest(it, reply, raw(env.right()), config)
  assert.equal((await loop(env, job('options_by_guid'), answer)).reply.kind, 'connected')
})

test('the pair accepts FormData, for a reply that was stored as JSON', async (t) => {
  const env = setup(t)
  const answer = (it, reply, round) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fill(reply, member('mixed').responses[round]))) form.append(name, value)
    return mx.resumeRequest(it, JSON.parse(JSON.stringify(reply)), form, config)
  }
  assert.equal((await loop(env, job('mixed'), answer)).reply.kind, 'connected')
})

const challenged = { challengesJson: '[{"guid":"CRD-8f841084-66cb-4e3d-9253-96f97093100a","label":"City?","type":0}]' }
const good = { '1.1.answer': SECRET }
const it = guids('text')

test('an MX request says whether it may be repeated, its timeout and its secret', () => {
  const facts = ({ once, timeout, session, headers }) => [once, timeout, session, headers[0]]
  const slot = { name: 'authorization', slot: 'MxBasic' }
  const credentials = [{ guid: 'CRD-8f841084-66cb-4e3d-9253-96f97093100a', value: SECRET }]
  for (const [once, request] of [
    [false, mx.startRequest(job('text'), config)],
    [false, mx.startRequest(it, config)],
    [true, mx.startRequest(oauth, config)],
    [true, mx.startRequest({ ...it, credentials }, config)],
    [false, mx.statusRequest(it, config)],
    [false, mx.challengesRequest(it, config)],
    [false, mx.windowRequest(it, config)],
    [true, mx.resumeRequest(it, challenged, good, config)],
  ]) {
    assert.deepEqual(facts(request), [once, 60_000, 1, slot])
  }
})

const status = (member) => JSON.stringify({ member })
for (const [code, body, kind] of [
  [200, '', 'unclear'],
  [200, '<html>', 'unclear'],
  [200, '{}', 'unclear'],
  [200, '[]', 'unclear'],
  [200, status(null), 'unclear'],
  [200, status([]), 'unclear'],
  [200, status({}), 'unclear'],
  [200, '['.repeat(100_000), 'unclear'],
  [200, new Uint8Array([0xff, 0xfe]), 'unclear'],
  [204, '', 'unclear'],
  [408, '', 'unclear'],
  [500, '{"error":"x"}', 'unclear'],
  [503, '<html>', 'unclear'],
  [0, '', 'failed'],
  [302, '', 'failed'],
  [401, '{"error":{"message":"x"}}', 'failed'],
  [404, '{"error":"x"}', 'failed'],
  [409, '{"message":"x"}', 'failed'],
  [429, '{}', 'failed'],
  [200, status({ connection_status: 'CREATED' }), 'working'],
  [200, status({ connection_status: 'RESUMED', is_authenticated: false }), 'working'],
  [200, status({ connection_status: 'CONNECTED', is_being_aggregated: true }), 'working'],
  [200, status({ connection_status: 'DENIED', is_being_aggregated: true }), 'working'],
  [200, status({ connection_status: 'CONNECTED', is_being_aggregated: false }), 'connected'],
  [201, status({ connection_status: 6, is_being_aggregated: false }), 'connected'],
  [200, status({ connection_status: 'PENDING' }), 'redirect'],
  [200, status({ connection_status: 21 }), 'redirect'],
  [200, status({ connection_status: 'CHALLENGED', challenges: null }), 'challenged'],
  [200, status({ connection_status: 'SOMETHING_NEW', is_being_aggregated: false }), 'failed'],
]) {
  test(`a status of ${code} with ${String(body).slice(0, 70) || 'nothing'} is ${kind}`, () => {
    assert.equal(mx.statusResponse({ status: code, body }).kind, kind)
  })
}

for (const [name, running, certain] of [
  ['has is_being_aggregated false', { is_being_aggregated: false }, true],
  ['has no is_being_aggregated', {}, false],
  ['has is_being_aggregated null', { is_being_aggregated: null }, false],
]) {
  test(`CONNECTED in a body that ${name} is ${certain ? 'certain' : 'uncertain'}`, () => {
    const body = status({ connection_status: 'CONNECTED', ...running })
    const reply = mx.statusResponse({ status: 200, body })
    assert.deepEqual([reply.kind, reply.certain], ['connected', certain])
  })
}

for (const [name, error, vendorCode, certain] of [
  ['null', null, 'DENIED', false],
  ['{}', {}, 'DENIED', false],
  ['text', 'boom', 'DENIED', false],
  ['an object', { error_code: 2005, error_message: SECRET }, '2005', true],
  ['a string of JSON', JSON.stringify({ error_code: 2005, error_message: SECRET }), '2005', true],
]) {
  test(`DENIED with an error of ${name} is ${certain ? 'certain' : 'uncertain'}`, () => {
    const body = status({ connection_status: 'DENIED', is_being_aggregated: false, error })
    const reply = mx.statusResponse({ status: 200, body })
    assert.deepEqual([reply.failure.vendorCode, reply.certain], [vendorCode, certain])
    assertNoSecrets(reply, SECRET)
  })
}

for (const [name, call, code, path] of [
  ['a status without a member', () => mx.statusRequest(oauth, config), 'INVALID_INPUT', '/params/memberGuid'],
  ['challenges without a member', () => mx.challengesRequest(oauth, config), 'INVALID_INPUT', '/params/memberGuid'],
  ['a window without a member', () => mx.windowRequest(oauth, config), 'INVALID_INPUT', '/params/memberGuid'],
  [
    'a resume without a member',
    () => mx.resumeRequest(oauth, challenged, good, config),
    'INVALID_INPUT',
    '/params/memberGuid',
  ],
  ['an empty answer', () => mx.resumeRequest(it, challenged, { '1.1.answer': '' }, config), 'INVALID_ANSWER'],
  [
    'an answer for another round',
    () => mx.resumeRequest(it, challenged, { '2.1.answer': SECRET }, config),
    'INVALID_ANSWER',
  ],
  ['no answers', () => mx.resumeRequest(it, challenged, undefined, config), 'INVALID_INPUT', '/answers'],
  ['empty raw answers', () => mx.resumeRawRequest(it, challenged, {}, config), 'INVALID_INPUT', '/answers'],
  [
    'raw answers with a number',
    () => mx.resumeRawRequest(it, challenged, { [SECRET]: 7 }, config),
    'INVALID_INPUT',
    '/answers/0',
  ],
  [
    'an answer to a text',
    () => mx.resumeRequest(it, { challengesJson: SECRET }, good, config),
    'INVALID_INPUT',
    '/challengesJson',
  ],
  ['an answer to undefined', () => mx.resumeRequest(it, undefined, good, config), 'INVALID_INPUT', '/challengesJson'],
  ['an answer to an empty reply', () => mx.resumeRequest(it, {}, good, config), 'INVALID_INPUT', '/challengesJson'],
  [
    'an answer to no challenges',
    () => mx.resumeRequest(it, { challengesJson: '' }, {}, config),
    'INVALID_INPUT',
    '/challengesJson',
  ],
  [
    'an answer to an empty list',
    () => mx.resumeRequest(it, { challengesJson: '[]' }, {}, config),
    'INVALID_INPUT',
    '/challengesJson',
  ],
  ['a reply without a status', () => mx.statusResponse({ body: SECRET }), 'INVALID_INPUT', '/response/status'],
  [
    'a reply with an invalid status',
    () => mx.statusResponse({ status: 65_736, body: SECRET }),
    'INVALID_INPUT',
    '/response/status',
  ],
  ['a reply without a body', () => mx.statusResponse({ status: 200 }), 'INVALID_INPUT', '/response/body'],
  [
    'a reply with a parsed body',
    () => mx.challengesResponse({ status: 200, body: { SECRET } }),
    'INVALID_INPUT',
    '/response/body',
  ],
  [
    'a configuration with a key',
    () => mx.statusRequest(it, { ...config, apiKey: SECRET }),
    'INVALID_INPUT',
    '/config/apiKey',
  ],
  ['no configuration', () => mx.statusRequest(it, undefined), 'INVALID_INPUT', '/config'],
]) {
  test(`the MX pair rejects ${name} with ${code}${path ? ` at ${path}` : ''}`, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof FlowError, String(error))
      assert.deepEqual([error.code, error.path], [code, path])
      assertNoSecrets(error, SECRET)
      return true
    })
  })
}

for (const [count, outcome] of [
  [100, 'challenged'],
  [101, 'challenge-unanswerable'],
]) {
  test(`the MX pair takes a round of ${count} challenges as ${outcome}`, () => {
    const challenges = Array(count).fill({ guid: 'CRD-1', label: '?', type: 0 })
    const body = JSON.stringify({ member: { guid: 'MBR-1', connection_status: 'CHALLENGED', challenges } })
    const reply = mx.statusResponse({ status: 200, body })
    assert.equal(reply.failure?.code ?? reply.kind, outcome)
  })
}
