/** A mistake of the caller's in MX's parameters or host is a typed error with its path, before anything is sent. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  FlowError,
  assertTellsNothing,
  bench,
  calls,
  job,
  member,
  mx,
  restore,
  until,
  walk,
  watching,
} from './mx-bench.mjs'

/** Stands in every wrong value; no error may repeat it. */
const SECRET = 'hunter2'
const { userGuid, memberGuid } = watching('text')
const config = { environment: 'integration' }
const credential = { guid: 'CRD-8f841084-66cb-4e3d-9253-96f97093100a', value: SECRET }
const created = { userGuid, institutionCode: 'mxbank', credentials: [credential] }
const updated = { userGuid, memberGuid, credentials: [credential] }
const circle = { userGuid, memberGuid }
circle.job = circle

/** Name, parameters, path. */
const params = [
  ['no user guid', { memberGuid }, '/params/userGuid'],
  ['a user guid of null', { userGuid: null, memberGuid }, '/params/userGuid'],
  ['an empty user guid', { userGuid: '', memberGuid }, '/params/userGuid'],
  ['a user guid that is none', { userGuid: SECRET, memberGuid }, '/params/userGuid'],
  ['a user guid that is a member’s', { userGuid: memberGuid, memberGuid }, '/params/userGuid'],
  ['a user guid that climbs', { userGuid: `USR-../${SECRET}`, memberGuid }, '/params/userGuid'],
  ['a user guid that is a number', { userGuid: 7, memberGuid }, '/params/userGuid'],
  ['nothing but a user guid', { userGuid }, '/params/memberGuid'],
  ['a member guid that is none', { userGuid, memberGuid: SECRET }, '/params/memberGuid'],
  ['an empty member guid', { userGuid, memberGuid: '' }, '/params/memberGuid'],
  ['a member guid that is a prefix', { userGuid, memberGuid: 'MBR-' }, '/params/memberGuid'],
  ['a member guid in lower case', { userGuid, memberGuid: memberGuid.toLowerCase() }, '/params/memberGuid'],
  ['a member guid that is a user’s', { userGuid, memberGuid: userGuid }, '/params/memberGuid'],
  ['a member guid with a slash', { userGuid, memberGuid: `${memberGuid}/${SECRET}` }, '/params/memberGuid'],
  ['a member guid with a query', { userGuid, memberGuid: `${memberGuid}?${SECRET}` }, '/params/memberGuid'],
  ['a member guid with a line break', { userGuid, memberGuid: `${memberGuid}\n` }, '/params/memberGuid'],
  ['a member guid that is too long', { userGuid, memberGuid: `MBR-${SECRET.repeat(10)}` }, '/params/memberGuid'],
  ['a member guid in a list', { userGuid, memberGuid: [memberGuid] }, '/params/memberGuid'],
  ['a job that there is not', { userGuid, memberGuid, job: SECRET }, '/params/job'],
  ['a job in capitals', { userGuid, memberGuid, job: 'AGGREGATE' }, '/params/job'],
  ['an empty job', { userGuid, memberGuid, job: '' }, '/params/job'],
  ['a job of a new member', { ...created, job: 'aggregate' }, '/params/job'],
  ['a job beside credentials', { ...updated, job: 'aggregate' }, '/params/job'],
  ['an institution code with a slash', { ...created, institutionCode: `mx/${SECRET}` }, '/params/institutionCode'],
  ['an institution code that climbs', { ...created, institutionCode: '..' }, '/params/institutionCode'],
  ['an empty institution code', { ...created, institutionCode: '' }, '/params/institutionCode'],
  ['an institution code beside a member', { ...updated, institutionCode: SECRET }, '/params/institutionCode'],
  ['isOauth as text', { userGuid, institutionCode: 'mxbank', isOauth: SECRET }, '/params/isOauth'],
  ['isOauth beside a member', { userGuid, memberGuid, isOauth: true }, '/params/isOauth'],
  ['a new member without credentials', { ...created, credentials: undefined }, '/params/credentials'],
  ['isOauth with credentials', { ...created, isOauth: true }, '/params/credentials'],
  ['no credentials in the list', { ...created, credentials: [] }, '/params/credentials'],
  ['no new credentials in the list', { ...updated, credentials: [] }, '/params/credentials'],
  ['credentials that are text', { ...created, credentials: SECRET }, '/params/credentials'],
  ['credentials by their names', { ...created, credentials: { LOGIN: SECRET } }, '/params/credentials'],
  ['credentials without guids', { ...updated, credentials: [{ value: SECRET }] }, '/params/credentials/0/guid'],
  ['a second one without a guid', { ...updated, credentials: [credential, {}] }, '/params/credentials/1/guid'],
  [
    'a credential’s guid that is none',
    { ...created, credentials: [{ ...credential, guid: SECRET }] },
    '/params/credentials/0/guid',
  ],
  [
    'a credential’s guid of a member',
    { ...created, credentials: [{ ...credential, guid: memberGuid }] },
    '/params/credentials/0/guid',
  ],
  [
    'a credential of nothing',
    { ...created, credentials: [{ ...credential, value: '' }] },
    '/params/credentials/0/value',
  ],
  [
    'a credential of a number',
    { ...created, credentials: [{ ...credential, value: 7 }] },
    '/params/credentials/0/value',
  ],
  [
    'a credential without a value',
    { ...created, credentials: [{ guid: credential.guid }] },
    '/params/credentials/0/value',
  ],
  [
    'a credential with a label',
    { ...created, credentials: [{ ...credential, label: SECRET }] },
    '/params/credentials/0/label',
  ],
  ['a credential of null', { ...created, credentials: [null] }, '/params/credentials/0'],
  ['an option that is not known', { userGuid, memberGuid, action: SECRET }, '/params/action'],
  ['an option in MX’s casing', { userGuid, member_guid: memberGuid }, '/params/member_guid'],
  ['a LoginId', { userGuid, loginId: SECRET }, '/params/loginId'],
  ['no parameters', undefined, '/params'],
  ['null', null, '/params'],
  ['text', SECRET, '/params'],
  ['a list', [SECRET], '/params'],
  ['a value that goes round in circles', circle, '/params/job'],
  ['a function in the place of a value', { userGuid, memberGuid: () => SECRET }, '/params/memberGuid'],
]

/** Name, what differs from a right host, path. */
const hosts = [
  ['another environment', { environment: SECRET }, '/config/environment'],
  ['an environment in capitals', { environment: 'Production' }, '/config/environment'],
  ['an environment of null', { environment: null }, '/config/environment'],
  ['a version that there is not', { version: SECRET }, '/config/version'],
  ['a version that is a number', { version: 20250224 }, '/config/version'],
  ['a base address in the clear', { baseUrl: `http://${SECRET}.example` }, '/config/baseUrl'],
  ['a base address with credentials', { baseUrl: `https://${SECRET}@example` }, '/config/baseUrl'],
  ['a base address with a query', { baseUrl: `https://example/?${SECRET}` }, '/config/baseUrl'],
  ['a relative base address', { baseUrl: `/${SECRET}` }, '/config/baseUrl'],
  ['an option of the other vendor', { customerId: SECRET }, '/config/customerId'],
  ['a key without a client id', { clientId: undefined, apiKey: SECRET }, '/config/clientId'],
  ['an empty client id', { clientId: '', apiKey: SECRET }, '/config/clientId'],
  ['a client id of null', { clientId: null, apiKey: SECRET }, '/config/clientId'],
  ['a client id with a colon', { clientId: `${SECRET}:x`, apiKey: SECRET }, '/config/clientId'],
  ['a client id with a line break', { clientId: `${SECRET}\n`, apiKey: SECRET }, '/config/clientId'],
  ['a client id beyond ASCII', { clientId: `${SECRET}é`, apiKey: SECRET }, '/config/clientId'],
  ['a client id that is a number', { clientId: 7, apiKey: SECRET }, '/config/clientId'],
  ['a client id without a key', { apiKey: undefined, clientId: SECRET }, '/config/apiKey'],
  ['an empty key', { apiKey: '' }, '/config/apiKey'],
  ['a key with a line break', { apiKey: `${SECRET}\r\nx: y` }, '/config/apiKey'],
  ['a key beyond ASCII', { apiKey: `${SECRET}é` }, '/config/apiKey'],
  ['a key that is a number', { apiKey: 7 }, '/config/apiKey'],
  ['a key of null', { apiKey: null }, '/config/apiKey'],
  ['a fetch that is no function', { fetch: SECRET }, '/config/fetch'],
  ['a clock that does not wait', { clock: { now: Date.now } }, '/config/clock'],
]

function assertRefused(call, path, stage) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof FlowError)
    assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
    assertTellsNothing(error, SECRET, userGuid, memberGuid, ...Object.values(stage.bank.mx.key))
    return true
  })
  assert.deepEqual(stage.wire.calls, [], 'nothing is sent')
}

for (const [name, given, path] of params) {
  test(`${name} for parameters of a member is refused at ${path}`, (t) => {
    const stage = bench(t)
    assertRefused(() => stage.start(given), path, stage)
    assertRefused(() => calls.mx.startRequest(given, config), path, stage)
    assertRefused(() => calls.mx.statusRequest(given, config), path, stage)
  })
}

for (const [name, given, path] of hosts) {
  test(`a host of MX with ${name} is refused at ${path}, to start and to restore`, async (t) => {
    const stage = bench(t)
    assertRefused(() => stage.start(job('text'), given), path, stage)
    const other = bench(t)
    const flow = other.start(job('no_questions'))
    assertRefused(() => stage.restore(flow.snapshot(), given), path, stage)
    await flow.result()
  })
}

test('a host without an environment is none of MX’s', (t) => {
  const stage = bench(t)
  assertRefused(() => stage.start(job('text'), { environment: undefined }), '/config/environment', stage)
  for (const host of [undefined, null]) {
    assert.throws(() => mx.member(job('text'), host), { code: 'INVALID_INPUT', path: '/config/environment' })
    assert.throws(() => restore('{}', host), FlowError)
  }
})

test('without client id and key the header is left out, for a proxy that adds it', async (t) => {
  const stage = bench(t)
  const { clientId, apiKey } = stage.bank.mx.key
  const seen = []
  const fetch = (url, init) => {
    seen.push('authorization' in init.headers)
    const authorization = `Basic ${btoa(`${clientId}:${apiKey}`)}`
    return stage.wire.fetch(url, { ...init, headers: { ...init.headers, authorization } })
  }
  const flow = stage.start(job('text'), { clientId: undefined, apiKey: undefined, fetch })
  assert.equal((await walk(flow, stage, member('text'))).code, 'done')
  assert.ok(seen.every((has) => !has))
})

for (const [name, apiKey, code] of [
  ['is another one', SECRET, 'unauthorized'],
  ['is nothing when it is asked for', () => '', 'secret-missing'],
  ['is null when it is asked for', () => null, 'secret-missing'],
  ['has a line break when it is asked for', () => `${SECRET}\n`, 'secret-missing'],
  ['cannot be had', () => Promise.reject(new Error(SECRET)), 'unreachable'],
]) {
  test(`a key that ${name} ends in ${code}, and the error does not tell it`, async (t) => {
    const stage = bench(t)
    const { error } = await until(stage.start(job('text'), { apiKey }), 'failed')
    assert.equal(error.code, code)
    assertTellsNothing(error, SECRET, btoa(`${stage.bank.mx.key.clientId}:${SECRET}`))
    assert.equal(stage.bank.counts().requests, code === 'unauthorized' ? 1 : 0)
  })
}

test('a snapshot of MX is not taken up with a host of Flinks, and the other way round', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('no_questions'))
  const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
  assert.throws(() => restore(flow.snapshot(), host), { code: 'INVALID_INPUT' })
  await flow.result()
})
