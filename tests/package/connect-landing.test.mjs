/** The whole-page way: the address that Flinks Connect sends the person back to. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { resolve } from './bench.mjs'

const { FlowError, readLanding } = await import(pathToFileURL(resolve('bank-mfa/connect')))

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
