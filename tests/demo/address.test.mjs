/** The address: a link opens a state, the browser's history works, and an unknown state is said. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { pageUrl, visit } from './fixtures.mjs'

/** Opens a link in the page that is there, as a click on it does. */
const follow = ({ page }, address) => page.goto(pageUrl + address)

/** Waits until the page shows the choice of a vendor and a person. */
const waitForChoice = ({ page }, text) => page.locator('#chosen', { hasText: text }).waitFor({ state: 'attached' })

const addressOf = ({ page }) => page.evaluate(() => location.hash)

test('a link chooses the vendor, the person and every option, and the flow runs with them', async (t) => {
  const visitor = await visit(t)
  const address = '#flinks/text_or_call?runtime=edge&start=reconnect&answer=form&language=fr'
  await follow(visitor, address)
  const { page } = visitor
  for (const [name, value] of [
    ...[
      ['vendor', 'flinks'],
      ['runtime', 'edge'],
      ['person', 'text_or_call'],
    ],
    ...[
      ['mode', 'reconnect'],
      ['presentation', 'form'],
      ['language', 'fr'],
    ],
  ]) {
    assert.ok(await page.locator(`[name="${name}"][value="${value}"]`).isChecked(), name)
  }
  assert.equal(await addressOf(visitor), address)
  await visitor.element.getByRole('button', { name: 'Connecter votre banque' }).click()
  await visitor.round.getByText('Où devons-nous envoyer votre code?').waitFor()
  assert.ok((await visitor.requestLog()).every(({ to }) => to === 'edge'))
})

test('a link may name a person by the title, and a member of MX', async (t) => {
  const visitor = await visit(t)
  await follow(visitor, '#flinks/one_question')
  assert.equal(await addressOf(visitor), '#flinks/Greatday')
  await follow(visitor, '#mx/three_rounds?start=create')
  await waitForChoice(visitor, 'MX: Three rounds')
  assert.ok(await visitor.page.locator('[name="memberStart"][value="create"]').isChecked())
})

test('a reload keeps the choices', async (t) => {
  const visitor = await visit(t, { reload: true })
  await visitor.setUp({ vendor: 'mx', person: 'text', memberStart: 'ask', fault: 'busy', on: 'poll' })
  assert.equal(await addressOf(visitor), '#mx/text?start=ask&fault=busy&on=poll')
  await visitor.reload()
  assert.equal(await addressOf(visitor), '#mx/text?start=ask&fault=busy&on=poll')
  await waitForChoice(visitor, 'MX: TEXT')
  assert.equal(await visitor.page.locator('#fault').inputValue(), 'busy')
})

test('back and forward move between the choices, and leave the flow that runs', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await follow(visitor, '#flinks/multiple_choice')
  await page.getByRole('link', { name: 'Pictures' }).click()
  await waitForChoice(visitor, 'Flinks: Choose a picture')
  await visitor.click('#start')
  await visitor.waitForRound()
  await page.goBack()
  await visitor.waitForState('idle')
  await waitForChoice(visitor, 'Flinks: Choose one')
  await visitor.element.getByRole('button', { name: 'Connect your bank' }).waitFor()
  await page.goForward()
  await waitForChoice(visitor, 'Flinks: Choose a picture')
  await visitor.click('#start')
  await visitor.waitForRound()
  assert.equal((await visitor.storedState()).flow.address, '#flinks/image_selection')
})

/** Addresses and the part of them that means nothing. */
const UNKNOWN = {
  '#plaid/Greatday': 'plaid/Greatday',
  '#flinks/nobody_at_all': 'flinks/nobody_at_all',
  '#mx/text?start=sign-in': 'start=sign-in',
  '#flinks/Greatday?start=credentials&runtime=edge': 'start=credentials',
  '#%E0%A4%A/<b>x</b>': '%E0%A4%A/%3Cb%3Ex%3C/b%3E',
  '#flinks/Greatday?colour=red&language=fr': 'colour=red',
}

test('the unknown part of an address is said, also after a reload, and another address removes it', async (t) => {
  const visitor = await visit(t)
  const said = (unknown) => `The address names “${unknown}”, which is unknown or not possible here.`
  for (const [address, unknown] of Object.entries(UNKNOWN)) {
    await follow(visitor, address)
    await visitor.page.getByText(said(unknown)).waitFor()
  }
  await follow(visitor, `#flinks/Greatday?${['a=1', 'a=1', 'b=2', 'c=3', 'd=4'].join('&')}`)
  const first = 'The address names “a=1” and “b=2” and “c=3”, which are unknown or not possible here.'
  await visitor.page.getByText(first, { exact: true }).waitFor()
  await follow(visitor, '#flinks/Greatday?colour=red&language=fr')
  await visitor.reload()
  await visitor.page.getByText(said('colour=red')).waitFor()
  await follow(visitor, '#flinks/Greatday')
  await visitor.page.locator('#problem').waitFor({ state: 'hidden' })
  await waitForChoice(visitor, 'Flinks: One question')
})

test('every example of the page opens a state that exists', async (t) => {
  const visitor = await visit(t)
  const examples = visitor.page.getByRole('navigation', { name: 'Examples' }).getByRole('link')
  for (const example of await examples.all()) {
    const name = await example.textContent()
    await example.click()
    await visitor.page.locator('nav [aria-current]', { hasText: name }).waitFor()
    assert.ok(await visitor.page.locator('#problem').isHidden(), name)
  }
})
