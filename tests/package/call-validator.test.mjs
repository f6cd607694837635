/** The validator of Flinks calls finds each planted mistake. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CACHED, CREDENTIALS, LIVE, MINUTE, customerId, ending, person, runToEnd, setup } from './setup.mjs'
import { complaints, hasOpenapi, watch } from '../lib/call-validator.mjs'

/** Sessions that start, poll and answer. */
const sessions = {
  Authorize: (env, host) => env.start(LIVE(person('slow_after_answer')), host),
  'a reconnect by AuthorizeAsync': (env, host) => {
    const { loginId } = person('slow_after_answer')
    return env.reconnect({ loginId, async: true, presentation: 'form' }, { ...host, authorizeAsync: true })
  },
}

/** Runs a session whose calls are changed before they are watched; returns the complaints. */
async function complaintsAfter(t, change, begin = sessions.Authorize) {
  const env = setup(t)
  const watched = watch(env.bank.fetch)
  const fetch = (url, init) => watched.fetch(...Object.values({ url, init, ...change(url, init) }))
  const flow = begin(env, { fetch })
  for await (const step of flow) {
    if (step.kind === 'connect') step.returned({ loginId: person('Greatday').loginId })
    // The bank asks again if it understood nothing. One answer is enough.
    else if (step.kind !== 'challenge') continue
    else if (step.round.number === 1) await step.answerRaw(person('slow_after_answer').responses[0])
    else flow.cancel()
  }
  return watched.complaints
}

const inBody = (change) => (url, init) => {
  const body = JSON.parse(init.body)
  return { init: { ...init, body: JSON.stringify({ ...body, ...change(body) }) } }
}
const inHeaders = (headers) => (url, init) => ({ init: { ...init, headers: { ...init.headers, ...headers } } })
const onAnswer = (responses) => inBody((body) => 'SecurityResponses' in body && { SecurityResponses: responses })

const plants = {
  'an undocumented key': inBody(() => ({ Nonsense: 1 })),
  'a key in another casing': inBody(({ MostRecentCached, ...rest }) => ({
    mostRecentCached: MostRecentCached,
    ...rest,
  })),
  'a boolean as text': inBody(() => ({ MostRecentCached: 'false' })),
  'a LoginId that is not a GUID': inBody(({ LoginId }) => ({ LoginId: `{${LoginId}}` })),
  'a RequestId that is not a GUID': inBody(({ RequestId }) => RequestId && { RequestId: 'newest' }),
  'a RequestId with a LoginId': inBody(({ LoginId }) => ({ RequestId: LoginId })),
  'an unsupported language': inBody(() => ({ Language: 'de' })),
  'a Save that is a number': inBody(() => ({ Save: 1 })),
  'an answer outside a list': onAnswer({ 'What city were you born in?': 'Montreal' }),
  'an answer that is a number': onAnswer({ 'What city were you born in?': [1] }),
  'no answers': onAnswer({}),
  'a body that is not JSON': (url, init) => ({ init: { ...init, body: `${init.body},` } }),
  'an undocumented header': inHeaders({ 'x-api-key': customerId }),
  'a header in another casing': inHeaders({ 'Content-Type': 'application/json' }),
  'another content type': inHeaders({ 'content-type': 'text/plain' }),
  'a token that is not a GUID': inHeaders({ 'flinks-auth-key': 'the secret key' }),
  'another method': (url, init) => ({ init: { ...init, method: 'PUT' } }),
  'redirects that are followed': (url, init) => ({ init: { ...init, redirect: 'follow' } }),
  'another path': (url) => ({ url: url.replace('BankingServices', 'bankingservices') }),
  'a query': (url) => ({ url: `${url}?language=en` }),
  'another host': (url) => ({ url: url.replace('fin.ag', 'fin.example') }),
}

for (const [plant, change] of Object.entries(plants)) {
  test(`Flinks calls: the validator complains of ${plant}`, async (t) => {
    for (const begin of Object.values(sessions)) assert.notDeepEqual(await complaintsAfter(t, change, begin), [])
  })
}

for (const [plant, change] of Object.entries({
  'an undocumented key': () => ({ Nonsense: 1 }),
  'a boolean as text': () => ({ MostRecentCached: 'true' }),
  'a LoginId that is not a GUID': ({ LoginId }) => ({ LoginId: `{${LoginId}}` }),
})) {
  test(`the validator complains of ${plant} in the cached starts of reconnect and connect`, async (t) => {
    const changeCached = inBody((body) => body.MostRecentCached && change(body))
    const { loginId } = person('Greatday')
    for (const begin of [
      (env, host) => env.reconnect({ loginId, maxAge: 7 * 24 * 60 * MINUTE }, host),
      (env, host) => env.reconnect({ loginId }, host),
      (env, host) => env.connect({}, host),
    ]) {
      assert.deepEqual(await complaintsAfter(t, () => ({}), begin), [])
      assert.notDeepEqual(await complaintsAfter(t, changeCached, begin), [])
    }
  })
}

const probe = {
  url: `https://toolbox-api.private.fin.ag/v3/${customerId}/BankingServices/Authorize`,
  method: 'GET',
  headers: { 'content-type': 'probe', accept: 'application/json', 'flinks-auth-key': 'probe' },
  redirect: 'manual',
  body: null,
}

for (const [plant, change] of Object.entries({
  'a token in a probe': { headers: { ...probe.headers, 'flinks-auth-key': customerId } },
  'a body in a probe': { body: JSON.stringify({ LoginId: customerId, MostRecentCached: false }) },
  'a probe of another service': { url: `${probe.url}Async` },
})) {
  test(`Flinks calls: the validator complains of ${plant}`, () => {
    assert.deepEqual(complaints(probe), [])
    assert.notDeepEqual(complaints({ ...probe, ...change }), [])
  })
}

test('the validator complains of credentials without an institution', async (t) => {
  const change = inBody(() => ({ Institution: undefined }))
  const begin = (env, host) => env.start(CREDENTIALS(person('Greatday')), host)
  assert.notDeepEqual(await complaintsAfter(t, change, begin), [])
})

test('the validator complains of an answer to another service than the session’s start', async (t) => {
  const [sync, byAsync] = Object.values(sessions)
  const redirectAnswers = (edit) => (url, init) => ({ url: init.body.includes('SecurityResponses') ? edit(url) : url })
  assert.notDeepEqual(
    await complaintsAfter(
      t,
      redirectAnswers((url) => `${url}Async`),
      sync,
    ),
    [],
  )
  assert.notDeepEqual(
    await complaintsAfter(
      t,
      redirectAnswers((url) => url.replace('Async', '')),
      byAsync,
    ),
    [],
  )
})

test('the validator complains of a cached start by AuthorizeAsync', async (t) => {
  const change = inBody(({ LoginId }) => LoginId && { MostRecentCached: true })
  assert.notDeepEqual(await complaintsAfter(t, change, sessions['a reconnect by AuthorizeAsync']), [])
})

test('the validator accepts unchanged sessions', async (t) => {
  for (const begin of Object.values(sessions)) assert.deepEqual(await complaintsAfter(t, () => ({}), begin), [])
})

test('a complaint contains the path of the mistake and no value', async (t) => {
  const [complaint] = await complaintsAfter(
    t,
    inBody(() => ({ MostRecentCached: 'hunter2' })),
  )
  assert.match(complaint, /^POST .*\/Authorize .*\/body\/MostRecentCached must be/)
  assert.ok(!complaint.includes('hunter2'))
})

test(
  'Flinks’ OpenAPI document alone finds planted mistakes',
  { skip: !hasOpenapi && 'no OpenAPI document' },
  async (t) => {
    for (const change of [
      inBody(() => ({ Nonsense: 1 })),
      inBody(() => ({ Save: 1 })),
      inHeaders({ 'x-api-key': '1' }),
    ]) {
      const found = await complaintsAfter(t, change)
      assert.ok(
        found.some((complaint) => complaint.includes('OpenAPI document')),
        found.join('\n'),
      )
    }
  },
)

test('flows make every kind of call', async (t) => {
  const kinds = new Set()
  const note = ({ wire }) => {
    for (const { url, json } of wire.calls) kinds.add(`${url.split('/').at(-1)} ${Object.keys(json).join(' ')}`)
  }
  for (const params of [CACHED, LIVE, CREDENTIALS]) {
    for (const authorizeAsync of [false, true]) {
      const env = setup(t)
      const all = { language: 'fr', save: false, tag: 'c42', ...params(person('slow_after_answer')) }
      await runToEnd(env.start(all, { authorizeAsync }), env)
      note(env)
    }
  }
  const params = { loginId: person('slow_after_answer').loginId, async: true, language: 'fr' }
  for (const begin of [
    (env, host) => env.start({ ...params, save: false, tag: 'c42' }, host),
    (env, host) => env.reconnect({ ...params, presentation: 'form', maxAge: 1 }, host),
  ]) {
    const env = setup(t)
    await runToEnd(begin(env, { authorizeAsync: true }), env)
    note(env)
  }
  assert.deepEqual([...kinds].sort(), [
    'Authorize LoginId MostRecentCached',
    'Authorize LoginId MostRecentCached Language Save Tag',
    'Authorize MostRecentCached Username Password Institution Language Save Tag',
    'Authorize RequestId',
    'Authorize RequestId SecurityResponses',
    'AuthorizeAsync LoginId MostRecentCached Language Save',
    'AuthorizeAsync LoginId MostRecentCached Language Save Tag',
    'AuthorizeAsync RequestId',
    'AuthorizeAsync RequestId SecurityResponses',
  ])
})

test('a baseUrl on the loopback is called instead of Flinks', async (t) => {
  const env = setup(t)
  const flow = env.start(CACHED(person('Greatday')), { baseUrl: 'http://127.0.0.1:8788/' })
  assert.equal(await ending(flow), 'done')
  assert.equal(env.wire.calls[0].url, `http://127.0.0.1:8788/v3/${customerId}/BankingServices/Authorize`)
})
