/** The validator of MX calls finds each planted mistake. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { JOBS, VERSIONS, ending, guids, job, member, oauth, purpose, runToEnd, setup, untilStep } from './mx-setup.mjs'
import { complaints, hasOpenapi } from '../lib/mx-call-validator.mjs'

const [USR, MBR, CRD] = ['USR', 'MBR', 'CRD'].map((kind) => `${kind}-84ca0882-ad6c-4f10-817f-c8c0de7424fa`)
const users = 'https://int-api.mx.com/users'
const key = { authorization: 'Basic Y2xpZW50OmtleQ==' }
const newer = { ...key, accept: 'application/json', 'accept-version': 'v20250224' }
const older = { ...key, accept: 'application/vnd.mx.api.v1+json' }
const json = { 'content-type': 'application/json' }
const pair = { guid: CRD, value: 'hunter2' }

const call = (method, path, body = null) => ({
  method,
  url: `${users}/${USR}/members${path}`,
  headers: { ...newer, ...(body && json) },
  redirect: 'manual',
  body: body && JSON.stringify({ member: body }),
})
const good = {
  job: call('POST', `/${MBR}/aggregate`),
  create: call('POST', '', { institution_code: 'mxbank', credentials: [pair] }),
  oauth: call('POST', '', { institution_code: 'mxbank', credentials: [], is_oauth: true }),
  update: call('PUT', `/${MBR}`, { credentials: [pair] }),
  resume: call('PUT', `/${MBR}/resume`, { challenges: [pair] }),
  status: call('GET', `/${MBR}/status`),
  challenges: call('GET', `/${MBR}/challenges`),
  window: call('GET', `/${MBR}/oauth_window_uri`),
  widget: {
    method: 'POST',
    url: `${users}/${USR}/widget_urls`,
    headers: { ...newer, ...json },
    redirect: 'manual',
    body: JSON.stringify({
      widget_url: { widget_type: 'connect_widget', current_member_guid: MBR, ui_message_version: 4 },
    }),
  },
}

for (const [name, call] of Object.entries(good)) {
  test(`a valid ${name} call has no complaints in either version`, () => {
    const { 'accept-version': _, ...headers } = call.headers
    assert.deepEqual(complaints(call), [])
    assert.deepEqual(complaints({ ...call, headers: { ...headers, ...older } }), [])
  })
}

const inBody = (edit) => (call) => {
  const body = JSON.parse(call.body)
  return { body: JSON.stringify(edit(body.member, body) ?? body) }
}
const inMember = (more) => inBody((member) => ({ member: { ...member, ...more } }))
const inWidget = (more) => inBody((_, { widget_url }) => ({ widget_url: { ...widget_url, ...more } }))
const inHeaders = (more) => (call) => ({ headers: { ...call.headers, ...more } })
const without = (name) => (call) => ({ headers: { ...call.headers, [name]: undefined } })
const inUrl = (from, to) => (call) => ({ url: call.url.replace(from, to) })
const bodied = ['create', 'oauth', 'update', 'resume']
const bare = ['job', 'status', 'challenges', 'window']
const all = Object.keys(good)

/** A mistake, the calls in which it is planted, and how. */
const plants = {
  'a body without its root key': [bodied, inBody((member) => member)],
  'a key next to member': [bodied, inBody((member) => ({ member, user: {} }))],
  'an undocumented key': [bodied, inMember({ nonsense: 1 })],
  'an empty member': [bodied, inBody(() => ({ member: {} }))],
  'a body that is not JSON': [bodied, (call) => ({ body: `${call.body},` })],
  'a widget body without its root key': [['widget'], inBody((_, { widget_url }) => widget_url)],
  'a key next to widget_url': [['widget'], inBody((_, body) => ({ ...body, user: {} }))],
  'an undocumented key of a widget': [['widget'], inWidget({ nonsense: 1 })],
  'another widget type': [['widget'], inWidget({ widget_type: 'accounts_widget' })],
  'no widget type': [['widget'], inWidget({ widget_type: undefined })],
  'a widget without a member': [['widget'], inWidget({ current_member_guid: undefined })],
  'a widget with an invalid member guid': [['widget'], inWidget({ current_member_guid: USR })],
  'an older message version': [['widget'], inWidget({ ui_message_version: 3 })],
  'a message version as text': [['widget'], inWidget({ ui_message_version: '4' })],
  'no body': [bodied, () => ({ body: null })],
  'a body of a call without one': [bare, () => ({ body: '{}', headers: { ...newer, ...json } })],
  'a content type without a body': [bare, inHeaders(json)],
  'no content type': [bodied, without('content-type')],
  'no credentials': [['create', 'update'], inMember({ credentials: [] })],
  'credentials with OAuth': [['oauth'], inMember({ credentials: [pair] })],
  'an is_oauth that is false': [['create', 'oauth'], inMember({ is_oauth: false })],
  'an institution code with a slash': [['create', 'oauth'], inMember({ institution_code: 'mx/bank' })],
  'no institution code': [['create', 'oauth'], inMember({ institution_code: undefined })],
  'a credential with a label': [['create', 'update'], inMember({ credentials: [{ ...pair, label: 'Password' }] })],
  'an answer without a guid': [['resume'], inMember({ challenges: [{ value: 'x' }] })],
  'an answer with a member guid': [['resume'], inMember({ challenges: [{ ...pair, guid: MBR }] })],
  'an answer with a label': [['resume'], inMember({ challenges: [{ ...pair, label: 'City?' }] })],
  'an answer with a field_name': [['resume'], inMember({ challenges: [{ ...pair, field_name: null }] })],
  'an answer that is a number': [['resume'], inMember({ challenges: [{ ...pair, value: 1 }] })],
  'an answer of null': [['resume'], inMember({ challenges: [{ ...pair, value: null }] })],
  'no answers': [['resume'], inMember({ challenges: [] })],
  'no key': [all, without('authorization')],
  'a bearer token': [all, inHeaders({ authorization: 'Bearer Y2xpZW50OmtleQ==' })],
  'no Accept': [all, without('accept')],
  'no Accept-Version': [all, without('accept-version')],
  'another version': [all, inHeaders({ 'accept-version': 'v20990101' })],
  'two versions at once': [all, inHeaders(older)],
  'an undocumented header': [all, inHeaders({ 'x-api-key': '1' })],
  'another method': [all, () => ({ method: 'DELETE' })],
  'redirects that are followed': [all, () => ({ redirect: 'follow' })],
  'an invalid user guid': [all, inUrl(USR, 'me')],
  'a query': [all, (call) => ({ url: `${call.url}?page=1` })],
  'an unknown option of a window': [['window'], (call) => ({ url: `${call.url}?redirect_url=x` })],
  'an option of a window twice': [
    ['window'],
    (call) => ({ url: `${call.url}?referral_source=APP&referral_source=APP` }),
  ],
  'a wrong option of a window': [['window'], (call) => ({ url: `${call.url}?referral_source=app` })],
  'another host': [all, inUrl('int-api.mx.com', 'mx.example')],
  'a host with http': [all, inUrl('https:', 'http:')],
  'an invalid member guid': [[...bare, 'update', 'resume'], inUrl(MBR, 'MBR-..')],
  'an unknown job': [['job'], inUrl('aggregate', 'aggregation')],
}

for (const [plant, [calls, change]] of Object.entries(plants)) {
  test(`MX calls: the validator complains of ${plant}`, () => {
    for (const name of calls) {
      const { headers, ...call } = { ...good[name], ...change(good[name]) }
      const sent = JSON.parse(JSON.stringify(headers))
      const found = complaints({ ...call, headers: sent })
      assert.notDeepEqual(found, [], name)
      assert.ok(!found.join().includes('hunter2'), 'a complaint contains no value')
    }
  })
}

const skip = !hasOpenapi && 'no OpenAPI documents'
test('each of MX’s OpenAPI documents alone finds each planted mistake', { skip }, () => {
  for (const [name, change] of [
    ['status', inUrl('/status', '/state')],
    ['create', inMember({ nonsense: 1 })],
    ['create', inMember({ institution_code: undefined })],
    ['create', inMember({ is_oauth: 'true' })],
    ['update', inMember({ credentials: [{ guid: 1 }] })],
    ['resume', inMember({ challenges: [{ ...pair, label: 'City?' }] })],
    ['resume', () => ({ body: null })],
    ['job', () => ({ body: '{}' })],
    ['widget', inWidget({ nonsense: 1 })],
    ['widget', inWidget({ ui_message_version: '4' })],
    ['widget', inWidget({ widget_type: undefined })],
  ]) {
    const found = complaints({ ...good[name], ...change(good[name]) }).join('\n')
    for (const version of VERSIONS) assert.ok(found.includes(`by the OpenAPI document of ${version}`), found)
  }
})

test('the newer OpenAPI document requires Accept-Version, and both reject unknown headers', { skip }, () => {
  const found = (headers) => complaints({ ...good.status, headers }).join('\n')
  assert.match(found({ ...newer, 'accept-version': 'v20250224', 'x-api-key': '1' }), /not a header .* of v20250224/)
  assert.match(found({ ...older, 'x-api-key': '1' }), /not a header .* of v20111101/)
  for (const version of ['v20250225', undefined]) {
    const headers = JSON.parse(JSON.stringify({ ...newer, 'accept-version': version }))
    assert.match(found(headers), /Accept-Version is not as required by the OpenAPI document of v20250224/)
  }
})

for (const version of VERSIONS) {
  test(`flows make every kind of call in ${version}`, async (t) => {
    const kinds = new Set()
    const run = async (params, memberName) => {
      const env = setup(t)
      const given = typeof params === 'function' ? await params(env) : params
      await runToEnd(env.start(given, { version }), env, member(memberName))
      for (const call of env.wire.calls) kinds.add(`${call.method} ${purpose(call)}`)
      for (const { headers } of env.wire.calls) assert.equal('accept-version' in headers, version === 'v20250224')
    }
    for (const name of JOBS) await run(job('text', name), 'text')
    await run((env) => env.create('text'), 'text')
    await run((env) => env.update('text'), 'text')
    await run(guids('already_challenged'), 'already_challenged')
    await run(job('challenges_apart'), 'challenges_apart')
    await run(oauth, 'oauth')
    await run({ ...job('text'), presentation: 'widget' }, 'text')
    const [reads, jobs] = [['challenges', 'oauth_window_uri', 'status'].map((name) => `GET ${name}`), ['POST job']]
    assert.deepEqual(
      [...kinds].sort(),
      [...reads, 'POST create', ...jobs, 'POST widget_urls', 'PUT resume', 'PUT update'].sort(),
    )
  })
}

test('each job has its own path and no body', async (t) => {
  for (const name of JOBS) {
    const env = setup(t)
    assert.equal(await ending(env.start(job('no_questions', name))), 'done')
    const [{ url, body }] = env.wire.calls
    assert.deepEqual([new URL(url).pathname.split('/').at(-1), body], [name, null])
  }
})

test('every call of a flow has the client id and the API key in base64', async (t) => {
  const env = setup(t)
  const sessions = []
  const apiKey = (session) => sessions.push(session) && env.bank.mx.key.apiKey
  const flow = env.start(job('text'), { apiKey })
  assert.equal((await runToEnd(flow, env, member('text'))).code, 'done')
  const { clientId, apiKey: secret } = env.bank.mx.key
  for (const { headers } of env.wire.calls)
    assert.equal(headers.authorization, `Basic ${btoa(`${clientId}:${secret}`)}`)
  assert.deepEqual(sessions, [{ flowId: flow.id, session: 1 }], 'a function is called once a flow')
})

for (const [environment, baseUrl, origin] of [
  ['integration', undefined, 'https://int-api.mx.com'],
  ['production', undefined, 'https://api.mx.com'],
  ['production', 'http://127.0.0.1:8788/', 'http://127.0.0.1:8788'],
]) {
  test(`the origin of ${environment} with ${baseUrl ?? 'no baseUrl'} is ${origin}`, async (t) => {
    const env = setup(t)
    await untilStep(env.start(job('no_questions'), { environment, ...(baseUrl && { baseUrl }) }), 'done')
    for (const { url } of env.wire.calls) assert.equal(new URL(url).origin, origin)
  })
}
