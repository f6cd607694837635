/** Invalid MX parameters and hosts: the call throws an error with the path of the mistake, before anything is sent. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  FlowError,
  assertNoSecrets,
  calls,
  guids,
  job,
  member,
  mx,
  restore,
  runToEnd,
  setup,
  untilStep,
} from './mx-setup.mjs'

/** Part of every invalid text; no error may contain it. */
const SECRET = 'hunter2'
const { userGuid, memberGuid } = guids('text')
const config = { environment: 'integration' }
const credential = { guid: 'CRD-8f841084-66cb-4e3d-9253-96f97093100a', value: SECRET }
const created = { userGuid, institutionCode: 'mxbank', credentials: [credential] }
const updated = { userGuid, memberGuid, credentials: [credential] }
const window = { userGuid, memberGuid, isOauth: true }
const circular = { userGuid, memberGuid }
circular.job = circular

/** Name, parameters, path of the error. */
const params = [
  ['no user guid', { memberGuid }, '/params/userGuid'],
  ['a user guid of null', { userGuid: null, memberGuid }, '/params/userGuid'],
  ['an empty user guid', { userGuid: '', memberGuid }, '/params/userGuid'],
  ['a user id with a dot', { userGuid: `${SECRET}.x`, memberGuid }, '/params/userGuid'],
  ['a user id that is too long', { userGuid: SECRET.repeat(19), memberGuid }, '/params/userGuid'],
  ['a member guid as user guid', { userGuid: memberGuid, memberGuid }, '/params/userGuid'],
  ['a user guid with dot segments', { userGuid: `USR-../${SECRET}`, memberGuid }, '/params/userGuid'],
  ['a user guid that is a number', { userGuid: 7, memberGuid }, '/params/userGuid'],
  ['only a user guid', { userGuid }, '/params/memberGuid'],
  ['a member id with a space', { userGuid, memberGuid: `${SECRET} x` }, '/params/memberGuid'],
  ['a member id beyond ASCII', { userGuid, memberGuid: `${SECRET}é` }, '/params/memberGuid'],
  ['an empty member guid', { userGuid, memberGuid: '' }, '/params/memberGuid'],
  ['a user guid as member guid', { userGuid, memberGuid: userGuid }, '/params/memberGuid'],
  ['a member guid with a slash', { userGuid, memberGuid: `${memberGuid}/${SECRET}` }, '/params/memberGuid'],
  ['a member guid with a query', { userGuid, memberGuid: `${memberGuid}?${SECRET}` }, '/params/memberGuid'],
  ['a member guid with a line break', { userGuid, memberGuid: `${memberGuid}\n` }, '/params/memberGuid'],
  ['a member guid that is too long', { userGuid, memberGuid: `MBR-${SECRET.repeat(18)}` }, '/params/memberGuid'],
  ['a member guid in a list', { userGuid, memberGuid: [memberGuid] }, '/params/memberGuid'],
  ['a job with a slash', { userGuid, memberGuid, job: `aggregate/${SECRET}` }, '/params/job'],
  ['a job with dot segments', { userGuid, memberGuid, job: '..' }, '/params/job'],
  ['a job with a query', { userGuid, memberGuid, job: `verify?${SECRET}` }, '/params/job'],
  ['a job that is too long', { userGuid, memberGuid, job: SECRET.repeat(19) }, '/params/job'],
  ['a job in a list', { userGuid, memberGuid, job: ['aggregate'] }, '/params/job'],
  ['an empty job', { userGuid, memberGuid, job: '' }, '/params/job'],
  ['a job with isOauth', { userGuid, institutionCode: 'mx_bank_oauth', isOauth: true, job: 'verify' }, '/params/job'],
  ['a job with credentials', { ...updated, job: 'aggregate' }, '/params/job'],
  ['an institution code with a slash', { ...created, institutionCode: `mx/${SECRET}` }, '/params/institutionCode'],
  ['an institution code with dot segments', { ...created, institutionCode: '..' }, '/params/institutionCode'],
  ['an empty institution code', { ...created, institutionCode: '' }, '/params/institutionCode'],
  ['an institution code with a member guid', { ...updated, institutionCode: SECRET }, '/params/institutionCode'],
  ['products with a member guid', { userGuid, memberGuid, dataRequest: { products: ['x'] } }, '/params/dataRequest'],
  ['products by themselves', { ...created, dataRequest: ['transactions'] }, '/params/dataRequest'],
  ['a data request of text', { ...created, dataRequest: SECRET }, '/params/dataRequest'],
  ['a data request without products', { ...created, dataRequest: {} }, '/params/dataRequest/products'],
  ['no products', { ...created, dataRequest: { products: [] } }, '/params/dataRequest/products'],
  ['products that are text', { ...created, dataRequest: { products: SECRET } }, '/params/dataRequest/products'],
  [
    'an option beside the products',
    { ...created, dataRequest: { products: ['x'], job: SECRET } },
    '/params/dataRequest/job',
  ],
  ['a product that is a number', { ...created, dataRequest: { products: [7] } }, '/params/dataRequest/products/0'],
  [
    'a product with a slash',
    { ...created, dataRequest: { products: ['statements', `a/${SECRET}`] } },
    '/params/dataRequest/products/1',
  ],
  ['another signIn', { userGuid, memberGuid, signIn: SECRET }, '/params/signIn'],
  ['signIn as a boolean', { userGuid, memberGuid, signIn: false }, '/params/signIn'],
  ['isOauth as text', { userGuid, institutionCode: 'mxbank', isOauth: SECRET }, '/params/isOauth'],
  ['isOauth with a job of a member', { userGuid, memberGuid, isOauth: true, job: 'aggregate' }, '/params/job'],
  ['isOauth with credentials of a member', { ...updated, isOauth: true }, '/params/credentials'],
  ['isOauth without a person', { userGuid, memberGuid, isOauth: true, signIn: 'never' }, '/params/signIn'],
  [
    'a redirect URL of http',
    { ...window, clientRedirectUrl: `http://${SECRET}.example/` },
    '/params/clientRedirectUrl',
  ],
  [
    'a redirect URL of javascript',
    { ...window, clientRedirectUrl: 'javascript:alert(1)' },
    '/params/clientRedirectUrl',
  ],
  ['a redirect URL of an app', { ...window, clientRedirectUrl: 'myapp://back' }, '/params/clientRedirectUrl'],
  ['a redirect URL without a host', { ...window, clientRedirectUrl: 'https:///x' }, '/params/clientRedirectUrl'],
  [
    'a redirect URL with a line break',
    { ...window, clientRedirectUrl: 'https://a.example/\n' },
    '/params/clientRedirectUrl',
  ],
  [
    'a redirect URL with a user',
    { ...window, clientRedirectUrl: `https://${SECRET}@a.example` },
    '/params/clientRedirectUrl',
  ],
  ['a redirect URL in a list', { ...window, clientRedirectUrl: ['https://a.example/'] }, '/params/clientRedirectUrl'],
  ['an empty referral source', { ...window, referralSource: '' }, '/params/referralSource'],
  ['a referral source with a space', { ...window, referralSource: `APP ${SECRET}` }, '/params/referralSource'],
  ['a referral source of true', { ...window, referralSource: true }, '/params/referralSource'],
  ...['javascript', 'JavaScript', 'data', 'my app', 'app:', 'app://', '1app', '', 7].map((scheme) => [
    `the scheme ${scheme}`,
    { ...window, uiMessageWebviewUrlScheme: scheme },
    '/params/uiMessageWebviewUrlScheme',
  ]),
  [
    'isMobileWebview as text',
    { ...window, presentation: 'widget', isMobileWebview: 'true' },
    '/params/isMobileWebview',
  ],
  ['isMobileWebview without the widget', { ...window, isMobileWebview: true }, '/params/isMobileWebview'],
  ['enableApp2app as text', { ...window, enableApp2app: 'false' }, '/params/enableApp2app'],
  ['skipAggregation as a number', { ...window, skipAggregation: 1 }, '/params/skipAggregation'],
  ['a window of a member without OAuth', { ...created, referralSource: 'APP' }, '/params/referralSource'],
  ['a window with new credentials', { ...updated, skipAggregation: true }, '/params/skipAggregation'],
  [
    'a new member without credentials or a person',
    { ...created, credentials: undefined, signIn: 'never' },
    '/params/credentials',
  ],
  ['isOauth with credentials', { ...created, isOauth: true }, '/params/credentials'],
  ['an empty list of credentials', { ...created, credentials: [] }, '/params/credentials'],
  ['an empty list of new credentials', { ...updated, credentials: [] }, '/params/credentials'],
  ['credentials that are text', { ...created, credentials: SECRET }, '/params/credentials'],
  ['credentials by name', { ...created, credentials: { LOGIN: SECRET } }, '/params/credentials'],
  ['credentials without guids', { ...updated, credentials: [{ value: SECRET }] }, '/params/credentials/0/guid'],
  ['a second credential without a guid', { ...updated, credentials: [credential, {}] }, '/params/credentials/1/guid'],
  [
    'an invalid credential guid',
    { ...created, credentials: [{ ...credential, guid: SECRET }] },
    '/params/credentials/0/guid',
  ],
  [
    'a member guid as credential guid',
    { ...created, credentials: [{ ...credential, guid: memberGuid }] },
    '/params/credentials/0/guid',
  ],
  ['a credential twice', { ...updated, credentials: [credential, credential] }, '/params/credentials/1/guid'],
  ['an empty credential', { ...created, credentials: [{ ...credential, value: '' }] }, '/params/credentials/0/value'],
  [
    'a credential that is a number',
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
  ['an unknown option', { userGuid, memberGuid, action: SECRET }, '/params/action'],
  ['an option in MX’s casing', { userGuid, member_guid: memberGuid }, '/params/member_guid'],
  ['a LoginId', { userGuid, loginId: SECRET }, '/params/loginId'],
  ['no parameters', undefined, '/params'],
  ['null', null, '/params'],
  ['text', SECRET, '/params'],
  ['a list', [SECRET], '/params'],
  ['a circular value', circular, '/params/job'],
  ['a function instead of a value', { userGuid, memberGuid: () => SECRET }, '/params/memberGuid'],
]

/** Name, change to a valid host, path of the error. */
const hosts = [
  ['an unknown environment', { environment: SECRET }, '/host/environment'],
  ['an environment in capitals', { environment: 'Production' }, '/host/environment'],
  ['an environment of null', { environment: null }, '/host/environment'],
  ['a version with a space', { version: `v1 ${SECRET}` }, '/host/version'],
  ['a version with a line break', { version: `v20250224\n${SECRET}: x` }, '/host/version'],
  ['a version with a dot', { version: '1.0' }, '/host/version'],
  ['a version that is too long', { version: SECRET.repeat(19) }, '/host/version'],
  ['an empty version', { version: '' }, '/host/version'],
  ['a version that is a number', { version: 20250224 }, '/host/version'],
  ['a baseUrl with http', { baseUrl: `http://${SECRET}.example` }, '/host/baseUrl'],
  ['a baseUrl with credentials', { baseUrl: `https://${SECRET}@example` }, '/host/baseUrl'],
  ['a baseUrl with a query', { baseUrl: `https://example/?${SECRET}` }, '/host/baseUrl'],
  ['a relative baseUrl', { baseUrl: `/${SECRET}` }, '/host/baseUrl'],
  ['an option of Flinks', { customerId: SECRET }, '/host/customerId'],
  ['a key without a client id', { clientId: undefined, apiKey: SECRET }, '/host/clientId'],
  ['an empty client id', { clientId: '', apiKey: SECRET }, '/host/clientId'],
  ['a client id of null', { clientId: null, apiKey: SECRET }, '/host/clientId'],
  ['a client id with a colon', { clientId: `${SECRET}:x`, apiKey: SECRET }, '/host/clientId'],
  ['a client id with a line break', { clientId: `${SECRET}\n`, apiKey: SECRET }, '/host/clientId'],
  ['a client id beyond ASCII', { clientId: `${SECRET}é`, apiKey: SECRET }, '/host/clientId'],
  ['a client id that is a number', { clientId: 7, apiKey: SECRET }, '/host/clientId'],
  ['a client id without a key', { apiKey: undefined, clientId: SECRET }, '/host/apiKey'],
  ['an empty key', { apiKey: '' }, '/host/apiKey'],
  ['a key with a line break', { apiKey: `${SECRET}\r\nx: y` }, '/host/apiKey'],
  ['a key beyond ASCII', { apiKey: `${SECRET}é` }, '/host/apiKey'],
  ['a key that is a number', { apiKey: 7 }, '/host/apiKey'],
  ['a key of null', { apiKey: null }, '/host/apiKey'],
  ['a fetch that is not a function', { fetch: SECRET }, '/host/fetch'],
  ['a clock without wait', { clock: { now: Date.now } }, '/host/clock'],
]

function assertRejected(call, path, env) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof FlowError)
    assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
    assertNoSecrets(error, SECRET, userGuid, memberGuid, ...Object.values(env.bank.mx.key))
    return true
  })
  assert.deepEqual(env.wire.calls, [], 'nothing is sent')
}

for (const [name, given, path] of params) {
  test(`MX parameters: ${name} is rejected at ${path}`, (t) => {
    const env = setup(t)
    assertRejected(() => env.start(given), path, env)
    assertRejected(() => calls.mx.startRequest(given, config), path, env)
    assertRejected(() => calls.mx.statusRequest(given, config), path, env)
  })
}

for (const [name, given, path] of hosts) {
  test(`MX host: ${name} is rejected at ${path} by start and restore`, async (t) => {
    const env = setup(t)
    assertRejected(() => env.start(job('text'), given), path, env)
    const other = setup(t)
    const flow = other.start(job('no_questions'))
    assertRejected(() => env.restore(flow.snapshot(), given), path, env)
    await flow.result()
  })
}

test('an MX host without an environment is rejected', (t) => {
  const env = setup(t)
  assertRejected(() => env.start(job('text'), { environment: undefined }), '/host/environment', env)
  for (const host of [undefined, null]) {
    assert.throws(() => mx.member(job('text'), host), { code: 'INVALID_INPUT', path: '/host/environment' })
    assert.throws(() => restore('{}', host), FlowError)
  }
})

test('a host without client id and key sends no authorization header, which a proxy may add', async (t) => {
  const env = setup(t)
  const { clientId, apiKey } = env.bank.mx.key
  const seen = []
  const fetch = (url, init) => {
    seen.push('authorization' in init.headers)
    const authorization = `Basic ${btoa(`${clientId}:${apiKey}`)}`
    return env.wire.fetch(url, { ...init, headers: { ...init.headers, authorization } })
  }
  const flow = env.start(job('text'), { clientId: undefined, apiKey: undefined, fetch })
  assert.equal((await runToEnd(flow, env, member('text'))).code, 'done')
  assert.ok(seen.every((has) => !has))
})

for (const [name, apiKey, code] of [
  ['is wrong', SECRET, 'unauthorized'],
  ['gives an empty text', () => '', 'secret-missing'],
  ['gives null', () => null, 'secret-missing'],
  ['gives a line break', () => `${SECRET}\n`, 'secret-missing'],
  ['rejects', () => Promise.reject(new Error(SECRET)), 'host-error'],
]) {
  test(`an API key that ${name} ends in ${code}, and the error does not show it`, async (t) => {
    const env = setup(t)
    const { error } = await untilStep(env.start(job('text'), { apiKey }), 'failed')
    assert.equal(error.code, code)
    assertNoSecrets(error, SECRET, btoa(`${env.bank.mx.key.clientId}:${SECRET}`))
    assert.equal(env.bank.counts().requests, code === 'unauthorized' ? 1 : 0)
  })
}

test('restore rejects an MX snapshot with a Flinks host', async (t) => {
  const env = setup(t)
  const flow = env.start(job('no_questions'))
  const host = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
  assert.throws(() => restore(flow.snapshot(), host), { code: 'INVALID_INPUT' })
  await flow.result()
})
