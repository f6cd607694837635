/** The vendor's page in an iframe, and the bank's own site in a window: of local flows and of flows at an edge. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { customerId, visit } from './fixtures.mjs'

const flinksAt = (bank, kind, name) => {
  const loginId = bank.loginId(name)
  const params = kind === 'authorize' ? { loginId, mostRecentCached: false } : { loginId }
  return {
    vendor: 'flinks',
    host: { instance: 'toolbox', customerId },
    secretKey: bank.secretKey,
    flow: { kind, params },
  }
}
const frame = (visitor) => visitor.page.frameLocator('bank-mfa iframe')
const listeners = (visitor) => visitor.page.evaluate(() => window.harness.messageListeners())

/** Moves the vendor's time on until the element is in a state. */
const advanceUntil = (visitor, state) =>
  until(async () => {
    await visitor.run('advance', 3_000)
    return visitor.element.locator(`[part=box][data-state=${state}]`).isVisible()
  }, `the state ${state}`)

/** Starts a local flow or one at an edge, of the same person. */
const PLACES = {
  local: {
    connect: (visitor) => visitor.run('start', 'flinks', 'Greatday', { kind: 'reconnect' }),
    widget: (visitor) => visitor.run('start', 'mx', 'text', { presentation: 'widget' }),
    form: (visitor) => visitor.run('start', 'flinks', 'mixed_types'),
  },
  remote: {
    connect: (visitor, t) => visitor.startRemote(t, (bank) => ({ c1: flinksAt(bank, 'reconnect', 'Greatday') }), 'c1'),
    form: (visitor, t) => visitor.startRemote(t, (bank) => ({ c1: flinksAt(bank, 'authorize', 'mixed_types') }), 'c1'),
  },
}

for (const [place, start] of Object.entries(PLACES)) {
  test(`${place}: a person answers a round with every control`, async (t) => {
    const visitor = await visit(t)
    await start.form(visitor, t)
    await visitor.element.getByLabel('Your answer').fill('Montreal')
    for (const label of ['Plateau', 'Chequing', 'Savings']) await visitor.element.getByLabel(label).check()
    await visitor.element.getByAltText('Picture 2 of 3').click()
    await visitor.button('Send').click()
    await visitor.state('done')
  })

  test(`${place}: a person answers in Connect, whose iframe keeps the focus of the person who is here`, async (t) => {
    const visitor = await visit(t)
    await start.connect(visitor, t)
    await visitor.state('connect')
    assert.equal(await visitor.title(), 'Answer your bank to continue')
    await visitor.element.getByRole('heading').focus()
    await frame(visitor).getByLabel('Your answer').fill('Montreal')
    await visitor.page.keyboard.press('Enter')
    await visitor.state('done')
    assert.equal(await visitor.focused.textContent(), 'Connected')
    assert.equal(await listeners(visitor), 0)
  })
}

test('a person answers in MX’s widget', async (t) => {
  const visitor = await visit(t)
  await PLACES.local.widget(visitor)
  await frame(visitor).getByRole('textbox').fill('Chicago')
  await frame(visitor).getByRole('button', { name: 'Continue' }).click()
  await advanceUntil(visitor, 'done')
  assert.equal(await visitor.element.locator('iframe').count(), 0)
  assert.equal(await listeners(visitor), 0)
})

test('the widget can be opened again, with a fresh address', async (t) => {
  const visitor = await visit(t)
  await PLACES.local.widget(visitor)
  await frame(visitor).getByRole('textbox').waitFor()
  const address = () => visitor.element.locator('iframe').getAttribute('src')
  const first = await address()
  await visitor.button('Open it again').click()
  await frame(visitor).getByRole('textbox').fill('Chicago')
  assert.notEqual(await address(), first)
  await frame(visitor).getByRole('button', { name: 'Continue' }).click()
  await advanceUntil(visitor, 'done')
})

test('an element that moves in the page shows the vendor’s page again, and an element that leaves drops it', async (t) => {
  const visitor = await visit(t)
  await PLACES.local.widget(visitor)
  await frame(visitor).getByRole('textbox').waitFor()
  await visitor.page.evaluate(() => document.querySelector('#other-place').append(window.element))
  await frame(visitor).getByRole('textbox').waitFor()
  assert.equal(await visitor.element.locator('iframe').count(), 1)
  assert.equal(await listeners(visitor), 1)
  await visitor.page.evaluate(() => window.element.remove())
  assert.equal(await listeners(visitor), 0)
  await visitor.page.evaluate(() => document.querySelector('#place').append(window.element))
  await frame(visitor).getByRole('textbox').fill('Chicago')
  await frame(visitor).getByRole('button', { name: 'Continue' }).click()
  await advanceUntil(visitor, 'done')
})

test('moveBefore keeps the vendor’s page as it is', async (t) => {
  const visitor = await visit(t)
  await PLACES.local.widget(visitor)
  await frame(visitor).getByRole('textbox').fill('Chic')
  await visitor.page.evaluate(() => document.querySelector('#other-place').moveBefore(window.element, null))
  assert.equal(await frame(visitor).getByRole('textbox').inputValue(), 'Chic')
})

test('a vendor’s page that cannot be opened can be tried again', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', {
    ...{ kind: 'connect', purpose: 'mfa', until: 0 },
    pageUrl: { error: { code: 'unreachable', next: 'retry-later' } },
  })
  const alert = visitor.element.getByRole('alert')
  await alert.getByText('cannot be opened right now').waitFor()
  await visitor.button('Open it again').click()
  await until(async () => (await visitor.run('calls')).length === 2, 'the second try')
  await alert.waitFor()
})

for (const url of ['javascript:alert(1)', 'http://elsewhere.example/', 'data:text/html,x']) {
  test(`neither an iframe nor a window opens ${url}`, async (t) => {
    const visitor = await visit(t)
    await visitor.run('expectRejections')
    for (const step of [
      { kind: 'connect', purpose: 'mfa', until: 0 },
      { kind: 'redirect', purpose: 'oauth', url, error: null },
    ]) {
      await visitor.run('step', { ...step, pageUrl: { value: url } })
      if (step.kind === 'redirect') await visitor.button('Open your bank’s website').click()
      await visitor.element.getByRole('alert').getByText('cannot be opened').waitFor()
      assert.equal(await visitor.element.locator('iframe, a').count(), 0)
      await until(() => visitor.page.context().pages().length === 1, 'the blank window is closed')
    }
  })
}

test('the bank’s site opens in a window of the click, which cannot reach the page', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'mx', 'oauth_again')
  await visitor.state('redirect')
  const { url } = await visitor.run('current')
  const opened = visitor.page.context().waitForEvent('page')
  await visitor.button('Open your bank’s website').click()
  const window = await opened
  await window.waitForURL(url)
  assert.equal(await window.evaluate(() => window.opener), null)
  await window.getByRole('button', { name: /approve/i }).click()
  await advanceUntil(visitor, 'done')
})

test('each window of the bank has an address of its own', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'mx', 'oauth_again')
  const addresses = []
  for (const name of ['Open your bank’s website', 'Open it again']) {
    const opened = visitor.page.context().waitForEvent('page')
    await visitor.button(name).click()
    const window = await opened
    await window.waitForURL(/^https:/)
    addresses.push(window.url())
  }
  assert.notEqual(addresses[0], addresses[1])
})

test('if no window may open, the person gets a link', async (t) => {
  const visitor = await visit(t, { fresh: true })
  await visitor.page.evaluate(() => (window.open = () => null))
  const url = 'https://bank.example/oauth'
  await visitor.run('step', { kind: 'redirect', purpose: 'oauth', url, error: null, pageUrl: { value: url } })
  await visitor.button('Open your bank’s website').click()
  const link = visitor.element.getByRole('link', { name: 'Open your bank’s website' })
  await link.waitFor()
  assert.deepEqual(
    [await link.getAttribute('href'), await link.getAttribute('target'), await link.getAttribute('rel')],
    [url, '_blank', 'noopener'],
  )
  assert.equal(await visitor.focused.getAttribute('href'), url)
})

test('why the last window did not help is said', async (t) => {
  const visitor = await visit(t)
  const step = { kind: 'redirect', purpose: 'oauth', url: 'https://bank.example/' }
  await visitor.run('step', { ...step, error: { code: 'denied', vendorReason: 'DENIED' } })
  await visitor.element.getByRole('alert').getByText('did not accept the sign-in').waitFor()
  await visitor.run('step', { ...step, error: { code: 'of-a-later-release', vendorReason: null } })
  await visitor.element.getByRole('alert').getByText('was not completed').waitFor()
})
