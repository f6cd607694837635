/** What watches the wire sees each mistake: a validator that cannot complain proves nothing. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CACHED, CREDENTIALS, LIVE, MINUTE, bench, customerId, ending, person, walk } from './bench.mjs'
import { complaints, hasOpenapi, watch } from './wire.mjs'

/** Sessions that make every kind of call: they start, ask and answer. */
const sessions = {
  Authorize: (stage, host) => stage.start(LIVE(person('slow_after_answer')), host),
  'a reconnect by AuthorizeAsync': (stage, host) => {
    const { loginId } = person('slow_after_answer')
    return stage.reconnect({ loginId, async: true, presentation: 'form' }, { ...host, authorizeAsync: true })
  },
}

/** Runs a session whose calls are spoilt on their way, and gives what the watcher says. */
async function spoilt(t, spoil, begin = sessions.Authorize) {
  const stage = bench(t)
  const watched = watch(stage.bank.fetch)
  const fetch = (url, init) => watched.fetch(...Object.values({ url, init, ...spoil(url, init) }))
  const flow = begin(stage, { fetch })
  for await (const step of flow) {
    if (step.kind === 'connect') step.returned({ loginId: person('Greatday').loginId })
    // The bank asks again where it understood nothing: once is enough.
    else if (step.kind !== 'challenge') continue
    else if (step.round.number === 1) await step.answerRaw(person('slow_after_answer').responses[0])
    else flow.cancel()
  }
  return watched.complaints
}

const inBody = (spoil) => (url, init) => {
  const body = JSON.parse(init.body)
  return { init: { ...init, body: JSON.stringify({ ...body, ...spoil(body) }) } }
}
const inHeaders = (headers) => (url, init) => ({ init: { ...init, headers: { ...init.headers, ...headers } } })
const onAnswer = (responses) => inBody((body) => 'SecurityResponses' in body && { SecurityResponses: responses })

const plants = {
  'a key that no page names': inBody(() => ({ Nonsense: 1 })),
  'a key in another casing': inBody(({ MostRecentCached, ...rest }) => ({
    mostRecentCached: MostRecentCached,
    ...rest,
  })),
  'the text of a boolean': inBody(() => ({ MostRecentCached: 'false' })),
  'a LoginId that is no GUID': inBody(({ LoginId }) => ({ LoginId: `{${LoginId}}` })),
  'a RequestId that is no GUID': inBody(({ RequestId }) => RequestId && { RequestId: 'newest' }),
  'a RequestId beside a LoginId': inBody(({ LoginId }) => ({ RequestId: LoginId })),
  'a language of neither kind': inBody(() => ({ Language: 'de' })),
  'a Save that is a number': inBody(() => ({ Save: 1 })),
  'a bare string for an answer': onAnswer({ 'What city were you born in?': 'Montreal' }),
  'an answer that is a number': onAnswer({ 'What city were you born in?': [1] }),
  'a prompt without an answer': onAnswer({ 'What city were you born in?': [] }),
  'no answers at all': onAnswer({}),
  'a body that is no JSON': (url, init) => ({ init: { ...init, body: `${init.body},` } }),
  'a header that no page names': inHeaders({ 'x-api-key': customerId }),
  'a header in another casing': inHeaders({ 'Content-Type': 'application/json' }),
  'another content type': inHeaders({ 'content-type': 'text/plain' }),
  'a token that is no GUID': inHeaders({ 'flinks-auth-key': 'the secret key' }),
  'another method': (url, init) => ({ init: { ...init, method: 'PUT' } }),
  'redirects that are followed': (url, init) => ({ init: { ...init, redirect: 'follow' } }),
  'another path': (url) => ({ url: url.replace('BankingServices', 'bankingservices') }),
  'a query': (url) => ({ url: `${url}?language=en` }),
  'another host': (url) => ({ url: url.replace('fin.ag', 'fin.example') }),
}

for (const [plant, spoil] of Object.entries(plants)) {
  test(`the watcher complains of ${plant}`, async (t) => {
    for (const begin of Object.values(sessions)) assert.notDeepEqual(await spoilt(t, spoil, begin), [])
  })
}

for (const [plant, spoil] of Object.entries({
  'a key that no page names': () => ({ Nonsense: 1 }),
  'the text of a boolean': () => ({ MostRecentCached: 'true' }),
  'a LoginId that is no GUID': ({ LoginId }) => ({ LoginId: `{${LoginId}}` }),
})) {
  test(`the watcher complains of ${plant} where a reconnect looks at cached data, or confirms a claim`, async (t) => {
    const spoilCached = inBody((body) => body.MostRecentCached && spoil(body))
    const { loginId } = person('Greatday')
    for (const begin of [
      (stage, host) => stage.reconnect({ loginId, maxAge: 7 * 24 * 60 * MINUTE }, host),
      (stage, host) => stage.reconnect({ loginId }, host),
      (stage, host) => stage.connect({}, host),
    ]) {
      assert.deepEqual(await spoilt(t, () => ({}), begin), [])
      assert.notDeepEqual(await spoilt(t, spoilCached, begin), [])
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

for (const [plant, spoilt] of Object.entries({
  'a token in a probe': { headers: { ...probe.headers, 'flinks-auth-key': customerId } },
  'a body in a probe': { body: JSON.stringify({ LoginId: customerId, MostRecentCached: false }) },
  'a probe of another service': { url: `${probe.url}Async` },
})) {
  test(`the watcher complains of ${plant}`, () => {
    assert.deepEqual(complaints(probe), [])
    assert.notDeepEqual(complaints({ ...probe, ...spoilt }), [])
  })
}

test('the watcher complains of credentials without an institution', async (t) => {
  const spoil = inBody(() => ({ Institution: undefined }))
  const begin = (stage, host) => stage.start(CREDENTIALS(person('Greatday')), host)
  assert.notDeepEqual(await spoilt(t, spoil, begin), [])
})

test('the watcher complains of answers to another service than began the session', async (t) => {
  const [sync, byAsync] = Object.values(sessions)
  const astray = (edit) => (url, init) => ({ url: init.body.includes('SecurityResponses') ? edit(url) : url })
  assert.notDeepEqual(
    await spoilt(
      t,
      astray((url) => `${url}Async`),
      sync,
    ),
    [],
  )
  assert.notDeepEqual(
    await spoilt(
      t,
      astray((url) => url.replace('Async', '')),
      byAsync,
    ),
    [],
  )
})

test('the watcher complains of a cached start by AuthorizeAsync', async (t) => {
  const spoil = inBody(({ LoginId }) => LoginId && { MostRecentCached: true })
  assert.notDeepEqual(await spoilt(t, spoil, sessions['a reconnect by AuthorizeAsync']), [])
})

test('the watcher is content with the same sessions unspoilt', async (t) => {
  for (const begin of Object.values(sessions)) assert.deepEqual(await spoilt(t, () => ({}), begin), [])
})

test('a complaint tells where the mistake is, and no value', async (t) => {
  const [complaint] = await spoilt(
    t,
    inBody(() => ({ MostRecentCached: 'hunter2' })),
  )
  assert.match(complaint, /^POST .*\/Authorize .*\/body\/MostRecentCached must be/)
  assert.ok(!complaint.includes('hunter2'))
})

test("Flinks' OpenAPI document complains by itself", { skip: !hasOpenapi && 'the document is not here' }, async (t) => {
  for (const spoil of [inBody(() => ({ Nonsense: 1 })), inBody(() => ({ Save: 1 })), inHeaders({ 'x-api-key': '1' })]) {
    const said = await spoilt(t, spoil)
    assert.ok(
      said.some((complaint) => complaint.includes('OpenAPI document')),
      said.join('\n'),
    )
  }
})

test('every kind of call is made and watched', async (t) => {
  const kinds = new Set()
  const note = ({ wire }) => {
    for (const { url, json } of wire.calls) kinds.add(`${url.split('/').at(-1)} ${Object.keys(json).join(' ')}`)
  }
  for (const params of [CACHED, LIVE, CREDENTIALS]) {
    for (const authorizeAsync of [false, true]) {
      const stage = bench(t)
      const all = { language: 'fr', save: false, tag: 'c42', ...params(person('slow_after_answer')) }
      await walk(stage.start(all, { authorizeAsync }), stage)
      note(stage)
    }
  }
  const asked = { loginId: person('slow_after_answer').loginId, async: true, language: 'fr' }
  for (const begin of [
    (stage, host) => stage.start({ ...asked, save: false, tag: 'c42' }, host),
    (stage, host) => stage.reconnect({ ...asked, presentation: 'form', maxAge: 1 }, host),
  ]) {
    const stage = bench(t)
    await walk(begin(stage, { authorizeAsync: true }), stage)
    note(stage)
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

test('a base address on the loopback is called in the place of the vendor', async (t) => {
  const stage = bench(t)
  const flow = stage.start(CACHED(person('Greatday')), { baseUrl: 'http://127.0.0.1:8788/' })
  assert.equal(await ending(flow), 'done')
  assert.equal(stage.wire.calls[0].url, `http://127.0.0.1:8788/v3/${customerId}/BankingServices/Authorize`)
})
