/** Connect in a whole page: reading the landing, the address that Flinks Connect redirects the person to. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { pathToFileURL } from 'node:url'
import { MINUTE, assertNoSecrets, ending, openConnect, person, resolve, setup, untilStep } from './setup.mjs'

const { FlowError, handleLanding, readLanding, readLandingUrl } = await import(
  pathToFileURL(resolve('bank-mfa/connect'))
)

const LOGIN = '8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31'
const BACK = 'https://shop.example/bank?view=back&state=s1'

/** A stand-in for `window` at an address. */
function pageAt(href, state = { route: 7 }) {
  const page = {
    location: { href },
    history: {
      state,
      replaceState(state, title, url) {
        Object.assign(page, { history: { ...page.history, state }, location: { href: url } })
      },
    },
  }
  return page
}

test('readLanding returns the landing and removes it from the address bar', () => {
  const query = `view=back&state=s1&loginId=${LOGIN}&accountId=a1,a2&institution=FlinksCapital`
  const page = pageAt(`https://shop.example/bank?${query}#top`)
  assert.deepEqual(readLanding(page, BACK), {
    loginId: LOGIN,
    state: 's1',
    accountIds: ['a1', 'a2'],
    institution: 'FlinksCapital',
    error: null,
  })
  assert.equal(page.location.href, 'https://shop.example/bank?view=back#top')
  assert.deepEqual(page.history.state, { route: 7 }, 'the page’s history state stays')
  assert.equal(readLanding(page, BACK), undefined, 'the landing is read once')
})

test('other parameters of the address stay unchanged', () => {
  const page = pageAt(`https://shop.example/bank?q=a%20b+c&flag&LoginId=${LOGIN}&State=s1&x=%7E`)
  const { loginId, state, accountIds, institution } = readLanding(page, new URL(BACK))
  assert.deepEqual([loginId, state, accountIds, institution], [LOGIN, 's1', [], null])
  assert.equal(page.location.href, 'https://shop.example/bank?q=a%20b+c&flag&x=%7E')
})

test('a parameter whose name begins with a question mark keeps its name', () => {
  const page = pageAt(`https://shop.example/bank?loginId=${LOGIN}&?state=x`)
  readLanding(page, BACK)
  assert.equal(page.location.href, 'https://shop.example/bank??state=x')
})

test('a query that contains only a landing is removed completely', () => {
  const page = pageAt(`https://shop.example/bank?loginId=${LOGIN}`)
  assert.equal(readLanding(page, BACK).state, null)
  assert.equal(page.location.href, 'https://shop.example/bank')
})

for (const [name, href] of [
  ['without a LoginId or an error', 'https://shop.example/bank?view=back&state=s1'],
  ['with another path', `https://shop.example/bank/?loginId=${LOGIN}`],
  ['with another origin', `http://shop.example/bank?loginId=${LOGIN}`],
  ['with another port', `https://shop.example:8443/bank?loginId=${LOGIN}`],
]) {
  test(`an address ${name} is not a landing and stays unchanged`, () => {
    const page = pageAt(href)
    assert.equal(readLanding(page, BACK), undefined)
    assert.equal(page.location.href, href)
  })
}

for (const [name, query, path] of [
  ['two LoginIds', `loginId=${LOGIN}&loginId=${LOGIN}`, '/landing/loginId'],
  ['two LoginIds in two casings', `loginId=${LOGIN}&LoginId=${LOGIN}`, '/landing/loginId'],
  ['an empty LoginId', 'loginId=', '/landing/loginId'],
  ['a LoginId that is not a GUID', `loginId=${LOGIN}0`, '/landing/loginId'],
  ['a LoginId that is a path', `loginId=..%2F${LOGIN}`, '/landing/loginId'],
  ['two states', `loginId=${LOGIN}&state=s1&state=s2`, '/landing/state'],
  ['two institutions', `loginId=${LOGIN}&institution=a&institution=b`, '/landing/institution'],
  ['two errors', 'error=access_denied&error=server_error', '/landing/error'],
  ['two errors in two casings', 'error=access_denied&Error=access_denied', '/landing/error'],
  ['an error and two states', 'error=access_denied&state=s1&state=s2', '/landing/state'],
  ['a LoginId and an error', `loginId=${LOGIN}&error=access_denied&error_description=no`, '/landing/error'],
]) {
  test(`a landing with ${name} is rejected at ${path} and removed from the address bar`, () => {
    const page = pageAt(`https://shop.example/bank?view=back&${query}`)
    assert.throws(
      () => readLanding(page, BACK),
      (error) => {
        assert.ok(error instanceof FlowError)
        assert.deepEqual([error.code, error.path], ['INVALID_INPUT', path])
        assert.ok(!error.message.includes(LOGIN))
        return true
      },
    )
    assert.equal(page.location.href, 'https://shop.example/bank?view=back')
  })
}

test('an invalid redirect URL is rejected', () => {
  const error = { code: 'INVALID_INPUT', path: '/redirectUrl' }
  assert.throws(() => readLanding(pageAt(BACK), '/bank'), error)
  for (const invalid of ['/bank', '', 'bank', undefined, null, 7, {}]) {
    assert.throws(() => readLandingUrl(BACK, invalid), error)
  }
})

// A landing with an error ------------------------------------------------------------------------

for (const [error, code, vendorReason = error] of [
  ['access_denied', 'denied'],
  ['Access_Denied', 'denied'],
  ['server_error', 'bank-error'],
  ['temporarily_unavailable', 'bank-error'],
  ['invalid_request', 'request-refused'],
  ['invalid_scope', 'request-refused'],
  ['unauthorized_client', 'request-refused'],
  ['unsupported_response_type', 'request-refused'],
  ['something_new', 'unknown'],
  ['constructor', 'unknown'],
  ['', 'unknown', null],
  [LOGIN, 'unknown', null],
  ['call 555 0100 now', 'unknown', null],
  ['<b>', 'unknown', null],
  ['x'.repeat(41), 'unknown', null],
]) {
  test(`a landing with the error ${error.slice(0, 30) || '“”'} says ${code}, and its description is not passed on`, () => {
    const query = new URLSearchParams({
      view: 'back',
      error,
      error_description: 'Call 555-0100',
      error_uri: 'x',
      state: 's1',
    })
    const page = pageAt(`https://shop.example/bank?${query}#top`)
    assert.deepEqual(readLanding(page, BACK), { loginId: null, state: 's1', error: { code, vendorReason } })
    assert.equal(page.location.href, 'https://shop.example/bank?view=back#top')
  })
}

test('readLandingUrl reads a deep link', () => {
  const deepLink = 'myapp://connected'
  const claim = { loginId: LOGIN, state: 's1', accountIds: [], institution: 'Flinks Capital', error: null }
  for (const start of ['myapp://connected', 'MyApp://Connected', 'myapp://connected/']) {
    const url = `${start}?state=s1&loginId=${LOGIN}&institution=Flinks+Capital#x`
    assert.deepEqual(readLandingUrl(url, deepLink), claim)
  }
  assert.deepEqual(readLandingUrl('myapp:connected?error=access_denied', 'myapp:connected?view=back'), {
    loginId: null,
    state: null,
    error: { code: 'denied', vendorReason: 'access_denied' },
  })
  for (const other of [
    'myapp://other',
    'other://connected',
    'myapp://connected/more',
    'myapp:connected',
    'myapp://connected.example',
  ]) {
    assert.equal(readLandingUrl(`${other}?loginId=${LOGIN}`, deepLink), undefined, other)
  }
  assert.equal(readLandingUrl('myapp://connected?view=back', deepLink), undefined)
  assert.throws(() => readLandingUrl(`${deepLink}?loginId=1`, deepLink), {
    code: 'INVALID_INPUT',
    path: '/landing/loginId',
  })
  for (const invalid of ['', 'connected', undefined, null, 7, {}]) {
    assert.throws(() => readLandingUrl(invalid, deepLink), { code: 'INVALID_INPUT', path: '/url' })
  }
})

// Landing in a flow ------------------------------------------------------------------------------

const redirectUrl = 'https://shop.example/bank?view=back'

/** A person who left for Connect: the restored flow, and `back`, the page that they land on. */
async function leaveForConnect(t, start) {
  const env = setup(t)
  const flow = start(env)
  const step = await untilStep(flow, 'connect')
  const address = new URL(await step.pageUrl())
  const backTo = new URL(address.searchParams.get('redirectUrl'))
  const back = (more) => {
    const url = new URL(backTo)
    for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value)
    return pageAt(url.href)
  }
  return { env, step, address, back, flow: env.restore(flow.snapshot(), { redirectUrl }) }
}

const startReconnect = (env) => env.reconnect({ loginId: person('Greatday').loginId }, { redirectUrl })
const startLink = (env) => env.connect({}, { redirectUrl })
const clean = 'https://shop.example/bank?view=back'

for (const [name, start, method, ownership] of [
  ['a reconnect', startReconnect, 'mid-session', 'given'],
  ['a first link', startLink, 'credentials', 'tagged'],
]) {
  test(`${name} continues after the landing, which is removed from the address bar`, async (t) => {
    const { env, address, back, flow } = await leaveForConnect(t, start)
    env.bank.clock.advance(MINUTE)
    const connect = await openConnect(env.bank, address)
    if (start === startLink) await connect.signIn(person('Greatday'))
    const { state, loginId, institution, accountIds } = await connect.answer(person('Greatday').responses[0])
    assert.equal(state, 'done')
    const page = back({ loginId, institution, accountId: accountIds.join(',') })
    assert.deepEqual(await handleLanding(flow, page, redirectUrl), { returned: true, error: null })
    assert.equal(page.location.href, clean)
    const result = await flow.result()
    assert.deepEqual(
      [result.method, result.health, result.ownership, result.loginId, result.accountIds],
      [method, 'live', ownership, loginId, accountIds],
    )
  })
}

for (const [name, more, path] of [
  ['another state', { loginId: LOGIN, state: 's1' }, '/claim/state'],
  ['an empty state', { loginId: LOGIN, state: '' }, '/claim/state'],
  ['a LoginId that is not a GUID', { loginId: `${LOGIN}0` }, '/landing/loginId'],
]) {
  test(`a flow rejects a landing with ${name} at ${path} and stays at its step`, async (t) => {
    const { env, back, flow } = await leaveForConnect(t, startReconnect)
    const page = back(more)
    const { current } = flow
    const made = env.wire.calls.length
    await assert.rejects(handleLanding(flow, page, redirectUrl), (error) => {
      assert.deepEqual([error.name, error.code, error.path], ['FlowError', 'INVALID_INPUT', path])
      assertNoSecrets(error, LOGIN, person('Greatday').loginId)
      return true
    })
    assert.equal(page.location.href, clean)
    assert.deepEqual([flow.current, current.kind, env.wire.calls.length], [current, 'connect', made])
  })
}

test('a landing with the state of another flow is rejected', async (t) => {
  const { flow } = await leaveForConnect(t, startReconnect)
  const { back } = await leaveForConnect(t, startReconnect)
  const page = back({ loginId: person('Greatday').loginId })
  await assert.rejects(handleLanding(flow, page, redirectUrl), { code: 'INVALID_INPUT', path: '/claim/state' })
  assert.equal(page.location.href, clean)
})

test('a landing with another LoginId ends in login-mismatch', async (t) => {
  const { back, flow } = await leaveForConnect(t, startReconnect)
  const page = back({ loginId: LOGIN })
  assert.deepEqual(await handleLanding(flow, page, redirectUrl), { returned: true, error: null })
  assert.equal(page.location.href, clean)
  assert.equal(await ending(flow), 'login-mismatch')
})

test('a page without a landing changes neither the address nor the flow', async (t) => {
  const { back, flow } = await leaveForConnect(t, startReconnect)
  const { current } = flow
  for (const page of [back({}), pageAt('https://shop.example/')]) {
    const { href } = page.location
    assert.deepEqual(await handleLanding(flow, page, redirectUrl), { returned: false, error: null })
    assert.deepEqual([page.location.href, flow.current], [href, current])
  }
})

test('a landing after the flow ended is only removed from the address bar', async (t) => {
  const { back, flow } = await leaveForConnect(t, startReconnect)
  flow.cancel()
  const page = back({ loginId: person('Greatday').loginId })
  assert.deepEqual(await handleLanding(flow, page, redirectUrl), { returned: false, error: null })
  assert.equal(page.location.href, clean)
})

test('a flow that was not restored accepts the landing, too', async (t) => {
  const { step, address } = await leaveForConnect(t, startReconnect)
  const state = new URL(address.searchParams.get('redirectUrl')).searchParams.get('state')
  step.returned({ loginId: person('Greatday').loginId, state })
  assert.equal(step.signal.aborted, true)
})

test('a landing with an error informs, and the flow stays at its step and continues after another try', async (t) => {
  const { env, address, back, flow } = await leaveForConnect(t, startReconnect)
  const { current } = flow
  const made = env.wire.calls.length
  // The second one is forged: it has another state.
  for (const more of [
    { error: 'access_denied', error_description: 'no' },
    { error: 'access_denied', state: 'forged' },
  ]) {
    const page = back(more)
    assert.deepEqual(await handleLanding(flow, page, redirectUrl), {
      returned: false,
      error: { code: 'denied', vendorReason: 'access_denied' },
    })
    assert.equal(page.location.href, clean)
    assert.deepEqual([flow.current, current.kind, env.wire.calls.length], [current, 'connect', made])
  }
  const connect = await openConnect(env.bank, address)
  const { loginId } = await connect.answer(person('Greatday').responses[0])
  assert.equal((await handleLanding(flow, back({ loginId }), redirectUrl)).returned, true)
  assert.equal((await flow.result()).method, 'mid-session')
})

test('a page that is no window and a flow that is none are refused, and the LoginId still leaves the address bar', async () => {
  const others = [null, undefined, {}, { location: {} }, { location: { href: BACK } }]
  for (const page of others) assert.throws(() => readLanding(page, BACK), { code: 'INVALID_INPUT', path: '/page' })
  for (const flow of [null, undefined, {}, Promise.resolve(null)]) {
    const page = pageAt(`${BACK}&loginId=${LOGIN}`)
    await assert.rejects(handleLanding(flow, page, BACK), { name: 'FlowError', code: 'INVALID_INPUT', path: '/flow' })
    assert.ok(!page.location.href.includes(LOGIN))
  }
})

test('handleLanding takes the URL of a deep link', async (t) => {
  const { env, address, back, flow } = await leaveForConnect(t, startReconnect)
  const { loginId } = await (await openConnect(env.bank, address)).answer(person('Greatday').responses[0])
  const { href } = back({ loginId }).location
  assert.deepEqual(await handleLanding(flow, 'https://shop.example/other', redirectUrl), {
    returned: false,
    error: null,
  })
  await assert.rejects(handleLanding(flow, null, redirectUrl), { code: 'INVALID_INPUT', path: '/url' })
  assert.deepEqual(await handleLanding(flow, new URL(href), redirectUrl), { returned: true, error: null })
  assert.equal((await flow.result()).loginId, loginId)
})
