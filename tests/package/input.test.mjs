/** A mistake of the caller's is a typed error with its path, before anything is sent. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CACHED,
  FlowError,
  assertTellsNothing,
  bench,
  calls,
  customerId,
  flinks,
  person,
  restore,
  until,
} from './bench.mjs'

/** Stands in every wrong value; no error may repeat it. */
const SECRET = 'hunter2'
const loginId = person('Greatday').loginId
const byCredentials = { username: 'Greatday', password: SECRET, institution: 'FlinksCapital' }
const circle = { loginId }
circle.tag = circle

/** Name, parameters, path. */
const params = [
  ['a missing LoginId', {}, '/params/loginId'],
  ['a LoginId of undefined', { loginId: undefined, mostRecentCached: true }, '/params/loginId'],
  ['an empty LoginId', { loginId: '' }, '/params/loginId'],
  ['a LoginId that is no GUID', { loginId: SECRET }, '/params/loginId'],
  ['a LoginId without dashes', { loginId: loginId.replaceAll('-', '') }, '/params/loginId'],
  ['a LoginId in braces', { loginId: `{${loginId}}` }, '/params/loginId'],
  ['a LoginId with a line break', { loginId: `${loginId}\n` }, '/params/loginId'],
  ['a LoginId that is a number', { loginId: 7 }, '/params/loginId'],
  ['a LoginId in a list', { loginId: [loginId] }, '/params/loginId'],
  ['a LoginId with a password', { loginId, password: SECRET }, '/params/password'],
  ['a LoginId with a username', { loginId, username: SECRET }, '/params/username'],
  ['a LoginId with an institution', { loginId, institution: SECRET }, '/params/institution'],
  ['cached mode with credentials', { ...byCredentials, mostRecentCached: true }, '/params/mostRecentCached'],
  ['a username without a password', { username: SECRET, institution: SECRET }, '/params/password'],
  ['a password without a username', { password: SECRET, institution: SECRET }, '/params/username'],
  ['credentials without an institution', { username: SECRET, password: SECRET }, '/params/institution'],
  ['an empty username', { ...byCredentials, username: '' }, '/params/username'],
  ['an empty password', { ...byCredentials, password: '' }, '/params/password'],
  ['a password that is a number', { ...byCredentials, password: 7 }, '/params/password'],
  ['mode as text', { loginId, mostRecentCached: SECRET }, '/params/mostRecentCached'],
  ['mode as a number', { loginId, mostRecentCached: 1 }, '/params/mostRecentCached'],
  ['a language that Flinks does not speak', { loginId, language: SECRET }, '/params/language'],
  ['save as text', { loginId, save: 'true' }, '/params/save'],
  ['a tag that is a number', { loginId, tag: 7 }, '/params/tag'],
  ['an empty tag', { loginId, tag: '' }, '/params/tag'],
  ['an option that is not known', { loginId, mostRecentCache: false }, '/params/mostRecentCache'],
  ['an option in another casing', { LoginId: loginId }, '/params/LoginId'],
  ['a RequestId', { loginId, requestId: loginId }, '/params/requestId'],
  ['no parameters', undefined, '/params'],
  ['null', null, '/params'],
  ['text', SECRET, '/params'],
  ['a list', [SECRET], '/params'],
  ['a function', () => SECRET, '/params'],
  ['a value that goes round in circles', circle, '/params/tag'],
  ['a big integer', { loginId, tag: 7n }, '/params/tag'],
  ['a function in the place of a value', { loginId, tag: () => SECRET }, '/params/tag'],
]

/** Name, what differs from a right host, path. */
const hosts = [
  ['a missing instance', { instance: undefined }, '/config/instance'],
  ['an empty instance', { instance: '' }, '/config/instance'],
  ['an instance that is a number', { instance: 7 }, '/config/instance'],
  ['an instance that is an address', { instance: `https://${SECRET}.example/` }, '/config/instance'],
  ['an instance with a dot', { instance: `${SECRET}.example` }, '/config/instance'],
  ['an instance with a path', { instance: `${SECRET}/` }, '/config/instance'],
  ['an instance with a line break', { instance: `${SECRET}\n` }, '/config/instance'],
  ['an instance in capitals', { instance: 'Toolbox' }, '/config/instance'],
  ['an instance that begins with a dash', { instance: '-toolbox' }, '/config/instance'],
  ['an instance that is too long', { instance: SECRET.repeat(10) }, '/config/instance'],
  ['a missing customerId', { customerId: undefined }, '/config/customerId'],
  ['a customerId that is no GUID', { customerId: SECRET }, '/config/customerId'],
  ['a customerId that climbs', { customerId: '../../../' }, '/config/customerId'],
  ['a base address in the clear', { baseUrl: `http://${SECRET}.example` }, '/config/baseUrl'],
  ['a base address that looks like the loopback', { baseUrl: `http://localhost.${SECRET}` }, '/config/baseUrl'],
  ['a base address with credentials', { baseUrl: `https://${SECRET}@example` }, '/config/baseUrl'],
  ['a base address with a query', { baseUrl: `https://example/?${SECRET}` }, '/config/baseUrl'],
  ['a base address with a fragment', { baseUrl: `https://example/#${SECRET}` }, '/config/baseUrl'],
  ['a base address of another scheme', { baseUrl: `javascript:${SECRET}` }, '/config/baseUrl'],
  ['a relative base address', { baseUrl: `/${SECRET}` }, '/config/baseUrl'],
  ['an empty base address', { baseUrl: '' }, '/config/baseUrl'],
  ['authorizeAsync as text', { authorizeAsync: SECRET }, '/config/authorizeAsync'],
  ['an option that is not known', { apiKey: SECRET }, '/config/apiKey'],
  ['a fetch that is no function', { fetch: SECRET }, '/config/fetch'],
  ['a fetch of null', { fetch: null }, '/config/fetch'],
  ['a store that is no function', { store: SECRET }, '/config/store'],
  ['a probe as text', { probe: 'false' }, '/config/probe'],
  ['an empty token', { authorizeToken: '' }, '/config/authorizeToken'],
  ['a token with a line break', { authorizeToken: `${SECRET}\n` }, '/config/authorizeToken'],
  ['a token with a space', { authorizeToken: `Bearer ${SECRET}` }, '/config/authorizeToken'],
  ['a token that is a number', { authorizeToken: 7 }, '/config/authorizeToken'],
  ['a token of null', { authorizeToken: null }, '/config/authorizeToken'],
  ['a timeout of nothing', { timeout: 0 }, '/config/timeout'],
  ['a timeout in the past', { timeout: -1 }, '/config/timeout'],
  ['a timeout that is no number', { timeout: NaN }, '/config/timeout'],
  ['a timeout that no timer can hold', { timeout: 2 ** 31 }, '/config/timeout'],
  ['a signal that is none', { signal: { aborted: SECRET } }, '/config/signal'],
  ['a clock that does not wait', { clock: { now: Date.now } }, '/config/clock'],
  ['a clock of null', { clock: null }, '/config/clock'],
]

function assertRefused(call, path, stage) {
  assert.throws(call, (error) => {
    assert.ok(error instanceof FlowError && error instanceof Error)
    assert.deepEqual([error.name, error.code, error.next], ['FlowError', 'INVALID_INPUT', 'fix-integration'])
    assert.equal(error.path, path)
    assert.ok(error.message.startsWith(`INVALID_INPUT: ${path} `))
    assertTellsNothing(error, SECRET, loginId)
    return true
  })
  assert.deepEqual([stage.wire.calls, stage.sessions], [[], []], 'nothing is sent, and no token is asked for')
}

for (const [name, given, path] of params) {
  test(`${name} for parameters is refused at ${path}`, (t) => {
    const stage = bench(t)
    assertRefused(() => stage.start(given), path, stage)
    assertRefused(() => calls.flinks.authorizeRequest(given, { instance: 'toolbox', customerId }), path, stage)
  })
}

for (const [name, given, path] of hosts) {
  test(`a host with ${name} is refused at ${path}, to start and to restore`, async (t) => {
    const stage = bench(t)
    assertRefused(() => stage.start({ loginId }, given), path, stage)

    const other = bench(t)
    const flow = other.start({ loginId })
    assertRefused(() => stage.restore(flow.snapshot(), given), path, stage)
    await flow.result()
  })
}

test('a timeout as text is refused', (t) => {
  const stage = bench(t)
  assertRefused(() => stage.start({ loginId }, { timeout: '5' }), '/config/timeout', stage)
})

for (const host of [undefined, null]) {
  test(`a host of ${host} is refused`, () => {
    assert.throws(() => flinks.authorize({ loginId }, host), { code: 'INVALID_INPUT', path: '/config/instance' })
    assert.throws(() => restore('{}', host), FlowError)
  })
}

test('the mistake of one call leaves the next one alone', async (t) => {
  const stage = bench(t)
  assert.throws(() => stage.start({ loginId: SECRET }), FlowError)
  assert.equal((await until(stage.start(CACHED(person('Greatday'))), 'done')).kind, 'done')
})
