/** `flinks.request` and `flinks.response`, in a loop that the host writes itself. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  CREDENTIALS,
  FlowError,
  LIVE,
  assertNoSecrets,
  calls,
  customerId,
  fill,
  people,
  person,
  purpose,
  setup,
} from './setup.mjs'

const { flinks } = calls
const SECRET = 'hunter2'
const config = { instance: 'toolbox', customerId }
const requestId = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'

/** The loop of a host without a flow: it starts, polls and answers, under one token. */
async function loop(env, params, answers) {
  const token = await env.bank.token()
  const send = async (request, known) => {
    const headers = Object.fromEntries(request.headers.map(({ name, value, slot }) => [name, slot ? token : value]))
    const { method, url, body } = request
    const response = await env.wire.fetch(url, { method, headers, body, redirect: 'manual' })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return flinks.authorizeResponse({ status: response.status, body: bytes, ...known })
  }
  const rounds = []
  for (let reply = await send(flinks.authorizeRequest(params, config)); ;) {
    const { requestId } = reply
    if (reply.kind === 'challenged') {
      rounds.push(reply)
      reply = await send(answers(reply), { requestId })
    } else if (reply.kind === 'pending') {
      env.bank.clock.advance(10_000)
      reply = await send(flinks.pollRequest(reply, config), { requestId })
    } else return { reply, rounds }
  }
}

const right = (env) => (reply) =>
  flinks.answerRequest(reply, fill(reply, JSON.parse(env.bank.rightAnswers(reply.requestId.toLowerCase()))), config)

for (const person of people.filter(({ group }) =>
  ['challenges', 'quirks', 'toolbox', 'unanswerable'].includes(group),
)) {
  test(`the pair and a flow end alike for ${person.username} (${person.title})`, async (t) => {
    for (const params of [CACHED, LIVE, CREDENTIALS]) {
      const env = setup(t)
      const { reply } = await loop(env, params(person), right(env))

      const other = setup(t)
      const flow = other.start(params(person))
      for await (const step of flow) {
        if (step.kind === 'challenge') await step.answer(fill(step.round, JSON.parse(other.right())))
      }
      const { kind, result, failure } = flow.current
      assert.equal(reply.kind === 'authorized' ? 'done' : reply.kind, kind)
      const { requestId, lastRefresh, ...facts } = reply.result ?? {}
      if (result) assert.deepEqual(facts, { ...facts, ...omit(result, 'requestId', 'lastRefresh') })
      else assert.equal(reply.failure.code, failure.code)
      assert.deepEqual(env.sent(), other.sent())
      assert.deepEqual(env.bank.counts().broken, {})
    }
  })
}

const omit = (object, ...names) => Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))

test('the pair polls a pending session', async (t) => {
  const env = setup(t)
  const { reply, rounds } = await loop(env, LIVE(person('slow_after_answer')), right(env))
  assert.deepEqual([reply.kind, rounds.length], ['authorized', 1])
  assert.deepEqual(env.wire.calls.map(purpose), ['live start', 'answer', 'poll', 'poll', 'poll'])
})

test('the pair polls AuthorizeAsync if that is activated', () => {
  const service = (more) =>
    flinks
      .pollRequest({ requestId }, { ...config, ...more })
      .url.split('/')
      .at(-1)
  assert.deepEqual([service({}), service({ authorizeAsync: true })], ['Authorize', 'AuthorizeAsync'])
})

test('the pair accepts FormData with several values for a field', async (t) => {
  const env = setup(t)
  const answers = (reply) => {
    const form = new FormData()
    const { fields } = reply.challenges[0]
    for (const { id, label } of fields[0].options) if (label !== 'Mortgage') form.append(fields[0].name, id)
    return flinks.answerRequest(reply, form, config)
  }
  assert.equal((await loop(env, LIVE(person('multiple_answers')), answers)).reply.kind, 'authorized')
})

test('the pair sends raw answers', async (t) => {
  const env = setup(t)
  const raw = (reply) => flinks.answerRawRequest(reply, JSON.parse(env.bank.rightAnswers(reply.requestId)), config)
  const { reply } = await loop(env, LIVE(person('proto_prompt')), raw)
  assert.equal(reply.kind, 'authorized')
  assert.deepEqual(Object.keys(env.sent()[0]).sort(), ['__proto__', 'constructor'])
})

test('a challenged reply can be stored as JSON and answered later', async (t) => {
  const env = setup(t)
  const stored = (reply) => right(env)(JSON.parse(JSON.stringify(reply)))
  for (const username of ['proto_prompt', 'mixed_types', 'byte_for_byte']) {
    assert.equal((await loop(env, LIVE(person(username)), stored)).reply.kind, 'authorized')
  }
})

test('a request says whether it may be repeated, its timeout and its secret', () => {
  const facts = ({ once, timeout, session, headers }) => [once, timeout, session, headers.at(-1)]
  const slot = { name: 'flinks-auth-key', slot: 'FlinksAuthorizeToken' }
  const challenged = { requestId, securityChallenges: '[{"Type":"QuestionAndAnswer","Prompt":"City?"}]' }
  const greatday = person('Greatday')
  assert.deepEqual(facts(flinks.authorizeRequest(CACHED(greatday), config)), [false, 30_000, 1, slot])
  assert.deepEqual(facts(flinks.authorizeRequest(LIVE(greatday), config)), [true, 240_000, 1, slot])
  assert.deepEqual(facts(flinks.answerRequest(challenged, { '1.1.answer': 'x' }, config)), [true, 240_000, 1, slot])
  assert.deepEqual(facts(flinks.pollRequest({ requestId }, config)), [false, 30_000, 1, slot])
})

for (const [status, body, kind] of [
  [200, '', 'unclear'],
  [200, '<html>', 'unclear'],
  [200, '{}', 'unclear'],
  [200, '['.repeat(100_000), 'unclear'],
  [200, new Uint8Array([0xff, 0xfe]), 'unclear'],
  [200, new Uint8Array(10_000_000), 'unclear'],
  [500, '', 'unclear'],
  [202, '{}', 'unclear'],
  [203, '{"SecurityChallenges":[]}', 'unclear'],
  [302, '', 'failed'],
  [0, '', 'failed'],
  [429, '', 'failed'],
  [202, JSON.stringify({ RequestId: requestId }), 'pending'],
  [200, JSON.stringify({ RequestId: requestId, Login: {} }), 'authorized'],
]) {
  test(`a reply of ${status} with ${String(body).slice(0, 30) || 'nothing'} is ${kind}`, () => {
    assert.equal(flinks.authorizeResponse({ status, body }).kind, kind)
  })
}

test('a reply without a RequestId has the one of its call', () => {
  const reply = flinks.authorizeResponse({ status: 202, body: '', requestId })
  assert.deepEqual(reply, { kind: 'pending', requestId })
})

test('a failure has a code, a next action and the FlinksCode, and not Flinks’ message', () => {
  const body = JSON.stringify({ FlinksCode: 'INVALID_LOGIN', Message: SECRET })
  const { kind, failure } = flinks.authorizeResponse({ status: 401, body })
  assert.deepEqual([kind, failure.code, failure.next], ['failed', 'credentials-refused', 'ask-credentials'])
  assert.deepEqual([failure.vendorCode, failure.status], ['INVALID_LOGIN', 401])
  assertNoSecrets(failure, SECRET)
})

const challenged = { requestId, securityChallenges: '[{"Type":"QuestionAndAnswer","Prompt":"City?"}]' }
const good = { '1.1.answer': SECRET }

/** Name, call, code and path of the error. */
for (const [name, call, code, path] of [
  [
    'an answer without a RequestId',
    () => flinks.answerRequest({ ...challenged, requestId: undefined }, good, config),
    'INVALID_INPUT',
    '/challenged/requestId',
  ],
  [
    'an answer with a RequestId that is not a GUID',
    () => flinks.answerRequest({ ...challenged, requestId: SECRET }, good, config),
    'INVALID_INPUT',
    '/challenged/requestId',
  ],
  [
    'an answer without challenges',
    () => flinks.answerRequest({ requestId }, good, config),
    'INVALID_INPUT',
    '/challenged/securityChallenges',
  ],
  [
    'an answer with invalid challenges',
    () => flinks.answerRequest({ requestId, securityChallenges: SECRET }, good, config),
    'INVALID_INPUT',
    '/challenged/securityChallenges',
  ],
  [
    'an answer to undefined',
    () => flinks.answerRequest(undefined, good, config),
    'INVALID_INPUT',
    '/challenged/requestId',
  ],
  ['no answers', () => flinks.answerRequest(challenged, undefined, config), 'INVALID_INPUT', '/answers'],
  ['an empty answer', () => flinks.answerRequest(challenged, { '1.1.answer': '' }, config), 'INVALID_ANSWER'],
  [
    'an answer for another round',
    () => flinks.answerRequest(challenged, { '2.1.answer': SECRET }, config),
    'INVALID_ANSWER',
  ],
  ['empty raw answers', () => flinks.answerRawRequest(challenged, {}, config), 'INVALID_INPUT', '/answers'],
  [
    'a raw answer outside a list',
    () => flinks.answerRawRequest(challenged, { [SECRET]: SECRET }, config),
    'INVALID_INPUT',
    '/answers/0',
  ],
  ['a poll without a RequestId', () => flinks.pollRequest({}, config), 'INVALID_INPUT', '/pending/requestId'],
  [
    'a poll with a RequestId that is not a GUID',
    () => flinks.pollRequest({ requestId: SECRET }, config),
    'INVALID_INPUT',
    '/pending/requestId',
  ],
  [
    'a reply for a RequestId that is not a GUID',
    () => flinks.authorizeResponse({ status: 200, body: '', requestId: SECRET }),
    'INVALID_INPUT',
    '/requestId',
  ],
  ['a reply without a status', () => flinks.authorizeResponse({ body: SECRET }), 'INVALID_INPUT', '/response/status'],
  [
    'a reply with an invalid status',
    () => flinks.authorizeResponse({ status: 65_736, body: SECRET }),
    'INVALID_INPUT',
    '/response/status',
  ],
  ['a reply without a body', () => flinks.authorizeResponse({ status: 200 }), 'INVALID_INPUT', '/response/body'],
  [
    'a reply with a parsed body',
    () => flinks.authorizeResponse({ status: 200, body: { SECRET } }),
    'INVALID_INPUT',
    '/response/body',
  ],
  [
    'a configuration without an instance',
    () => flinks.pollRequest({ requestId }, { customerId }),
    'INVALID_INPUT',
    '/config/instance',
  ],
]) {
  test(`the Flinks pair rejects ${name} with ${code}${path ? ` at ${path}` : ''}`, () => {
    assert.throws(call, (error) => {
      assert.ok(error instanceof FlowError)
      assert.deepEqual([error.code, error.path], [code, path])
      assertNoSecrets(error, SECRET)
      return true
    })
  })
}

test('the pair rejects invalid parameters and hosts', () => {
  assert.throws(() => flinks.authorizeRequest({ loginId: SECRET }, config), {
    code: 'INVALID_INPUT',
    path: '/params/loginId',
  })
  assert.throws(() => flinks.authorizeRequest(CACHED(person('Greatday')), { ...config, fetch }), {
    path: '/config/fetch',
  })
})

test('flows and single calls throw the same FlowError class', () => {
  assert.equal(calls.FlowError, FlowError)
})

test('the pair rejects a missing configuration', () => {
  const call = () => flinks.authorizeRequest(CACHED(person('Greatday')), undefined)
  assert.throws(call, { code: 'INVALID_INPUT', path: '/config' })
})

for (const [count, outcome] of [
  [100, 'challenged'],
  [101, 'challenge-unanswerable'],
]) {
  test(`the pair takes a round of ${count} challenges as ${outcome}`, () => {
    const SecurityChallenges = Array(count).fill({ Type: 'QuestionAndAnswer', Prompt: '?' })
    const reply = flinks.authorizeResponse({
      status: 203,
      body: JSON.stringify({ RequestId: requestId, SecurityChallenges }),
    })
    assert.equal(reply.failure?.code ?? reply.kind, outcome)
  })
}
