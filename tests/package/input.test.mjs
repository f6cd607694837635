/** Invalid parameters and hosts: the call throws an error with the path of the mistake, before anything is sent. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  FlowError,
  assertNoSecrets,
  calls,
  customerId,
  flinks,
  person,
  restore,
  setup,
  untilStep,
} from './setup.mjs'

/** Part of every invalid text; no error may contain it. */
const SECRET = 'hunter2'
const loginId = person('Greatday').loginId
const byCredentials = { username: 'Greatday', password: SECRET, institution: 'FlinksCapital' }
const circular = { loginId }
circular.tag = circular

/** Name, parameters, path of the error. */
const params = [
  ['a missing LoginId', {}, '/params/loginId'],
  ['a LoginId of undefined', { loginId: undefined, mostRecentCached: true }, '/params/loginId'],
  ['an empty LoginId', { loginId: '' }, '/params/loginId'],
  ['a LoginId that is not a GUID', { loginId: SECRET }, '/params/loginId'],
  ['a LoginId without dashes', { loginId: loginId.replaceAll('-', '') }, '/params/loginId'],
  ['a LoginId in braces', { loginId: `{${loginId}}` }, '/params/loginId'],
  ['a LoginId with a line break', { loginId: `${loginId}\n` }, '/params/loginId'],
  ['a LoginId that is a number', { loginId: 7 }, '/params/loginId'],
  ['a LoginId in a list', { loginId: [loginId] }, '/params/loginId'],
  ['a LoginId with a password', { loginId, password: SECRET }, '/params/password'],
  ['a LoginId with a username', { loginId, username: SECRET }, '/params/username'],
  ['a LoginId with an institution', { loginId, institution: SECRET }, '/params/institution'],
  ['cached mode with credentials', { ...byCredentials, mostRecentCached: true }, '/params/mostRecentCached'],
  ['an institution without a person', { institution: SECRET, signIn: 'never' }, '/params/loginId'],
  ['another signIn', { institution: SECRET, signIn: SECRET }, '/params/signIn'],
  ['an empty institution', { institution: '' }, '/params/institution'],
  ['a username without a password', { username: SECRET, institution: SECRET }, '/params/password'],
  ['a password without a username', { password: SECRET, institution: SECRET }, '/params/username'],
  ['credentials without an institution', { username: SECRET, password: SECRET }, '/params/institution'],
  ['an empty username', { ...byCredentials, username: '' }, '/params/username'],
  ['an empty password', { ...byCredentials, password: '' }, '/params/password'],
  ['a password that is a number', { ...byCredentials, password: 7 }, '/params/password'],
  ['mostRecentCached as text', { loginId, mostRecentCached: SECRET }, '/params/mostRecentCached'],
  ['mostRecentCached as a number', { loginId, mostRecentCached: 1 }, '/params/mostRecentCached'],
  ['an unsupported language', { loginId, language: SECRET }, '/params/language'],
  ['save as text', { loginId, save: 'true' }, '/params/save'],
  ['a tag that is a number', { loginId, tag: 7 }, '/params/tag'],
  ['an empty tag', { loginId, tag: '' }, '/params/tag'],
  ['an unknown option', { loginId, mostRecentCache: false }, '/params/mostRecentCache'],
  ['an option in another casing', { LoginId: loginId }, '/params/LoginId'],
  ['a RequestId', { loginId, requestId: loginId }, '/params/requestId'],
  ['no parameters', undefined, '/params'],
  ['null', null, '/params'],
  ['text', SECRET, '/params'],
  ['a list', [SECRET], '/params'],
  ['a function', () => SECRET, '/params'],
  ['a circular value', circular, '/params/tag'],
  ['a big integer', { loginId, tag: 7n }, '/params/tag'],
  ['a symbol instead of a value', { loginId, tag: Symbol(SECRET) }, '/params/tag'],
  ['a function instead of a value', { loginId, tag: () => SECRET }, '/params/tag'],
]

/** Name, change to a valid host, path of the error. */
const hosts = [
  ['a missing instance', { instance: undefined }, '/host/instance'],
  ['an empty instance', { instance: '' }, '/host/instance'],
  ['an instance that is a number', { instance: 7 }, '/host/instance'],
  ['an instance that is a URL', { instance: `https://${SECRET}.example/` }, '/host/instance'],
  ['an instance with a dot', { instance: `${SECRET}.example` }, '/host/instance'],
  ['an instance with a path', { instance: `${SECRET}/` }, '/host/instance'],
  ['an instance with a line break', { instance: `${SECRET}\n` }, '/host/instance'],
  ['an instance in capitals', { instance: 'Toolbox' }, '/host/instance'],
  ['an instance that begins with a dash', { instance: '-toolbox' }, '/host/instance'],
  ['an instance that is too long', { instance: SECRET.repeat(10) }, '/host/instance'],
  ['a missing customerId', { customerId: undefined }, '/host/customerId'],
  ['a customerId that is not a GUID', { customerId: SECRET }, '/host/customerId'],
  ['a customerId with dot segments', { customerId: '../../../' }, '/host/customerId'],
  ['a baseUrl with http', { baseUrl: `http://${SECRET}.example` }, '/host/baseUrl'],
  ['a baseUrl with http whose host begins with localhost', { baseUrl: `http://localhost.${SECRET}` }, '/host/baseUrl'],
  ['a baseUrl with credentials', { baseUrl: `https://${SECRET}@example` }, '/host/baseUrl'],
  ['a baseUrl with a query', { baseUrl: `https://example/?${SECRET}` }, '/host/baseUrl'],
  ['a baseUrl with a fragment', { baseUrl: `https://example/#${SECRET}` }, '/host/baseUrl'],
  ['a baseUrl with another scheme', { baseUrl: `javascript:${SECRET}` }, '/host/baseUrl'],
  ['a baseUrl with an impossible port', { baseUrl: `https://${SECRET}:99999` }, '/host/baseUrl'],
  ['a relative baseUrl', { baseUrl: `/${SECRET}` }, '/host/baseUrl'],
  ['an empty baseUrl', { baseUrl: '' }, '/host/baseUrl'],
  ['authorizeAsync as text', { authorizeAsync: SECRET }, '/host/authorizeAsync'],
  ['an unknown option', { apiKey: SECRET }, '/host/apiKey'],
  ['a fetch that is not a function', { fetch: SECRET }, '/host/fetch'],
  ['a fetch of null', { fetch: null }, '/host/fetch'],
  ['a store that is not a function', { store: SECRET }, '/host/store'],
  ['an onEvent that is not a function', { onEvent: SECRET }, '/host/onEvent'],
  ['a probe as text', { probe: 'false' }, '/host/probe'],
  ['an empty token', { authorizeToken: '' }, '/host/authorizeToken'],
  ['a token with a line break', { authorizeToken: `${SECRET}\n` }, '/host/authorizeToken'],
  ['a token with a space', { authorizeToken: `Bearer ${SECRET}` }, '/host/authorizeToken'],
  ['a token that is a number', { authorizeToken: 7 }, '/host/authorizeToken'],
  ['a token of null', { authorizeToken: null }, '/host/authorizeToken'],
  ['a timeout of 0', { timeout: 0 }, '/host/timeout'],
  ['a negative timeout', { timeout: -1 }, '/host/timeout'],
  ['a timeout of NaN', { timeout: NaN }, '/host/timeout'],
  ['a timeout above the maximum of timers', { timeout: 2 ** 31 }, '/host/timeout'],
  ['a signal that is not an AbortSignal', { signal: { aborted: SECRET } }, '/host/signal'],
  ['a signal that only adds listeners', { signal: { addEventListener() {} } }, '/host/signal'],
  ['a signal of null', { signal: null }, '/host/signal'],
  ['a clock without wait', { clock: { now: Date.now } }, '/host/clock'],
  ['a clock of null', { clock: null }, '/host/clock'],
]

function assertRejected(call, path, env) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof FlowError && error instanceof Error)
    assert.deepEqual([error.name, error.code, error.next], ['FlowError', 'INVALID_INPUT', 'fix-integration'])
    assert.equal(error.path, path)
    assert.ok(error.message.startsWith(`INVALID_INPUT: ${path} `))
    assertNoSecrets(error, SECRET, loginId)
    return true
  })
  assert.deepEqual([env.wire.calls, env.sessions], [[], []], 'nothing is sent, and no token is requested')
}

for (const [name, given, path] of params) {
  test(`parameters: ${name} is rejected at ${path}`, (t) => {
    const env = setup(t)
    assertRejected(() => env.start(given), path, env)
    assertRejected(() => calls.flinks.authorizeRequest(given, { instance: 'toolbox', customerId }), path, env)
  })
}

test('parameters of a first link that are no object are rejected', (t) => {
  const env = setup(t)
  for (const given of [undefined, null, SECRET, [SECRET]]) assertRejected(() => env.connect(given), '/params', env)
})

for (const [name, given, path] of hosts) {
  test(`host: ${name} is rejected at ${path} by start and restore`, async (t) => {
    const env = setup(t)
    assertRejected(() => env.start({ loginId }, given), path, env)

    const other = setup(t)
    const flow = other.start({ loginId })
    assertRejected(() => env.restore(flow.snapshot(), given), path, env)
    await flow.result()
  })
}

test('a timeout as text is rejected', (t) => {
  const env = setup(t)
  assertRejected(() => env.start({ loginId }, { timeout: '5' }), '/host/timeout', env)
})

for (const host of [undefined, null]) {
  test(`a host of ${host} is rejected`, () => {
    const refusal = { code: 'INVALID_INPUT', path: '/host/instance' }
    assert.throws(() => flinks.authorize({ loginId }, host), refusal)
    assert.throws(() => flinks.connect({}, host), refusal)
    assert.throws(() => restore('{}', host), FlowError)
  })
}

test('a call after a rejected one works', async (t) => {
  const env = setup(t)
  assert.throws(() => env.start({ loginId: SECRET }), FlowError)
  assert.equal((await untilStep(env.start(CACHED(person('Greatday'))), 'done')).kind, 'done')
})
