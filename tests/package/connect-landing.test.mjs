/** The whole-page way: the address that Flinks Connect sends the person back to. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { MINUTE, assertTellsNothing, bench, ending, openConnect, person, resolve, until } from './bench.mjs'

const { FlowError, handleLanding, readLanding } = await import(pathToFileURL(resolve('bank-mfa/connect')))

const LOGIN = '8b35f6c8-e7b6-41d3-98f8-08d68b7f8d31'
const BACK = 'https://shop.example/bank?view=back&state=s1'

/** A page at an address, as far as it is read. */
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

test('the landing is read, and taken out of the address bar', () => {
  const query = `view=back&state=s1&loginId=${LOGIN}&accountId=a1,a2&institution=FlinksCapital`
  const page = pageAt(`https://shop.example/bank?${query}#top`)
  assert.deepEqual(readLanding(page, BACK), {
    loginId: LOGIN,
    state: 's1',
    accountIds: ['a1', 'a2'],
    institution: 'FlinksCapital',
  })
  assert.equal(page.location.href, 'https://shop.example/bank?view=back#top')
  assert.deepEqual(page.history.state, { route: 7 }, 'what the page keeps there stays')
  assert.equal(readLanding(page, BACK), undefined, 'and it is read once')
})

test('what is not of the landing stays as it was written', () => {
  const page = pageAt(`https://shop.example/bank?q=a%20b+c&flag&LoginId=${LOGIN}&State=s1&x=%7E`)
  const { loginId, state, accountIds, institution } = readLanding(page, new URL(BACK))
  assert.deepEqual([loginId, state, accountIds, institution], [LOGIN, 's1', [], null])
  assert.equal(page.location.href, 'https://shop.example/bank?q=a%20b+c&flag&x=%7E')
})

test('a query of the landing alone goes as a whole', () => {
  const page = pageAt(`https://shop.example/bank?loginId=${LOGIN}`)
  assert.equal(readLanding(page, BACK).state, null)
  assert.equal(page.location.href, 'https://shop.example/bank')
})

for (const [name, href] of [
  ['without a LoginId', 'https://shop.example/bank?view=back&state=s1'],
  ['of another path', `https://shop.example/bank/?loginId=${LOGIN}`],
  ['of another origin', `http://shop.example/bank?loginId=${LOGIN}`],
  ['of another port', `https://shop.example:8443/bank?loginId=${LOGIN}`],
]) {
  test(`an address ${name} is no landing, and stays as it is`, () => {
    const page = pageAt(href)
    assert.equal(readLanding(page, BACK), undefined)
    assert.equal(page.location.href, href)
  })
}

for (const [name, query, path] of [
  ['two LoginIds', `loginId=${LOGIN}&loginId=${LOGIN}`, '/landing/loginId'],
  ['two LoginIds in two casings', `loginId=${LOGIN}&LoginId=${LOGIN}`, '/landing/loginId'],
  ['an empty LoginId', 'loginId=', '/landing/loginId'],
  ['a LoginId that is no GUID', `loginId=${LOGIN}0`, '/landing/loginId'],
  ['a LoginId that is a path', `loginId=..%2F${LOGIN}`, '/landing/loginId'],
  ['two states', `loginId=${LOGIN}&state=s1&state=s2`, '/landing/state'],
  ['two institutions', `loginId=${LOGIN}&institution=a&institution=b`, '/landing/institution'],
]) {
  test(`a landing with ${name} is refused at ${path}, and the address bar is clean`, () => {
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

test('a redirect URL that is none is refused', () => {
  assert.throws(() => readLanding(pageAt(BACK), '/bank'), { code: 'INVALID_INPUT', path: '/redirectUrl' })
})

// The flow that the person left ------------------------------------------------------------------

const redirectUrl = 'https://shop.example/bank?view=back'

/** A person who left for Connect: the flow as it was stored, and how they come back. */
async function left(t, start) {
  const stage = bench(t)
  const flow = start(stage)
  const step = await until(flow, 'connect')
  const address = new URL(await step.pageUrl())
  const backTo = new URL(address.searchParams.get('redirectUrl'))
  const back = (more) => {
    const url = new URL(backTo)
    for (const [name, value] of Object.entries(more)) url.searchParams.set(name, value)
    return pageAt(url.href)
  }
  return { stage, step, address, back, flow: stage.restore(flow.snapshot(), { redirectUrl }) }
}

const reconnects = (stage) => stage.reconnect({ loginId: person('Greatday').loginId }, { redirectUrl })
const links = (stage) => stage.connect({}, { redirectUrl })
const clean = 'https://shop.example/bank?view=back'

for (const [name, start, way, ownership] of [
  ['a reconnect', reconnects, 'mid-session', 'given'],
  ['a first link', links, 'credentials', 'tagged'],
]) {
  test(`${name} goes on where the person lands, and the address bar is clean`, async (t) => {
    const { stage, address, back, flow } = await left(t, start)
    stage.bank.clock.advance(MINUTE)
    const connect = await openConnect(stage.bank, address)
    if (start === links) await connect.signIn(person('Greatday'))
    const { state, loginId, institution, accountIds } = await connect.answer(person('Greatday').responses[0])
    assert.equal(state, 'done')
    const page = back({ loginId, institution, accountId: accountIds.join(',') })
    assert.equal(await handleLanding(flow, page, redirectUrl), true)
    assert.equal(page.location.href, clean)
    const result = await flow.result()
    assert.deepEqual(
      [result.method, result.health, result.ownership, result.loginId],
      [way, 'live', ownership, loginId],
    )
  })
}

for (const [name, more, path] of [
  ['another state', { loginId: LOGIN, state: 's1' }, '/claim/state'],
  ['an empty state', { loginId: LOGIN, state: '' }, '/claim/state'],
  ['no GUID', { loginId: `${LOGIN}0` }, '/landing/loginId'],
]) {
  test(`a landing with ${name} is refused at ${path}; the address bar is clean, and the flow waits on`, async (t) => {
    const { stage, back, flow } = await left(t, reconnects)
    const page = back(more)
    const { current } = flow
    const made = stage.wire.calls.length
    await assert.rejects(handleLanding(flow, page, redirectUrl), (error) => {
      assert.deepEqual([error.name, error.code, error.path], ['FlowError', 'INVALID_INPUT', path])
      assertTellsNothing(error, LOGIN, person('Greatday').loginId)
      return true
    })
    assert.equal(page.location.href, clean)
    assert.deepEqual([flow.current, current.kind, stage.wire.calls.length], [current, 'connect', made])
  })
}

test('the state of another flow is refused', async (t) => {
  const { flow } = await left(t, reconnects)
  const { back } = await left(t, reconnects)
  const page = back({ loginId: person('Greatday').loginId })
  await assert.rejects(handleLanding(flow, page, redirectUrl), { code: 'INVALID_INPUT', path: '/claim/state' })
  assert.equal(page.location.href, clean)
})

test('where a person lands with somebody else’s LoginId, the flow ends', async (t) => {
  const { back, flow } = await left(t, reconnects)
  const page = back({ loginId: LOGIN })
  assert.equal(await handleLanding(flow, page, redirectUrl), true)
  assert.equal(page.location.href, clean)
  assert.equal(await ending(flow), 'login-mismatch')
})

test('a page that the person did not land at is left alone, and so is the flow', async (t) => {
  const { back, flow } = await left(t, reconnects)
  const { current } = flow
  for (const page of [back({}), pageAt('https://shop.example/')]) {
    const { href } = page.location
    assert.equal(await handleLanding(flow, page, redirectUrl), false)
    assert.deepEqual([page.location.href, flow.current], [href, current])
  }
})

test('a flow that is over by then is told nothing, and the address bar is clean', async (t) => {
  const { back, flow } = await left(t, reconnects)
  flow.cancel()
  const page = back({ loginId: person('Greatday').loginId })
  assert.equal(await handleLanding(flow, page, redirectUrl), false)
  assert.equal(page.location.href, clean)
})

test('the step that the person left at takes a landing, too', async (t) => {
  const { step, address } = await left(t, reconnects)
  const state = new URL(address.searchParams.get('redirectUrl')).searchParams.get('state')
  step.returned({ loginId: person('Greatday').loginId, state })
  assert.equal(step.signal.aborted, true)
})
