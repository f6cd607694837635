/** The form and the setup: French and Spanish, mouse and keyboard, a double click. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

test('in French the challenges and the form are French', async (t) => {
  const visitor = await visit(t)
  const { page, round } = visitor
  await visitor.start('mixed_types', { language: 'fr' })
  await visitor.element.getByRole('heading', { name: 'Votre banque vous demande une réponse' }).waitFor()
  assert.equal(await visitor.element.locator('[part="box"]').getAttribute('lang'), 'fr')
  assert.deepEqual(await round.locator('legend').allTextContents(), [
    'Dans quelle ville êtes-vous né?',
    'Quelle succursale a ouvert votre compte?',
    'Quels comptes détenez-vous chez nous?',
    'Choisissez votre image de sécurité',
  ])
  const [start] = (await visitor.requestLog()).filter(({ sent }) => sent.includes('LoginId'))
  assert.match(start.sent, /"Language": "fr"/)

  await page.getByLabel('Votre réponse').fill('Montreal')
  for (const label of ['Plateau', 'Chèques', 'Épargne']) await page.getByLabel(label).check()
  await page.getByAltText('Image 2 sur 3').click()
  await page.getByRole('button', { name: 'Envoyer' }).click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('in Spanish the form is Spanish, and the bank is asked in English, as Flinks has no Spanish', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { language: 'es' })
  await visitor.round.getByText('What city were you born in?').waitFor()
  await visitor.round.getByLabel('Su respuesta').fill('Montreal')
  await visitor.sendButton.click()
  await visitor.waitForState('done')
  assert.ok((await visitor.requestLog()).every(({ sent }) => !sent.includes('"es"')))
})

test('the mouse can use every control of the setup form, and start a flow', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const radio = (name, value) => page.locator(`[name="${name}"][value="${value}"]`)
  await radio('vendor', 'mx').check()
  for (const start of ['create', 'update', 'aggregate']) await radio('memberStart', start).check()
  await radio('vendor', 'flinks').check()
  for (const person of ['text_or_call', 'Greatday']) await visitor.selectPerson(person)
  for (const mode of ['cached', 'credentials', 'link', 'reconnect']) await radio('mode', mode).check()
  for (const place of ['page', 'frame', 'form']) await radio('presentation', place).check()
  await page.locator('[name="reconnectAsync"]').check()
  await radio('language', 'fr').check()
  await page.locator('#errors summary').click()
  for (const name of ['corsBlocked', 'authorizeAsync']) {
    await page.locator(`[name="${name}"]`).check()
    await page.locator(`[name="${name}"]`).uncheck()
  }
  await page.locator('#misbehave').selectOption('no-tag')
  await page.locator('#misbehave').selectOption('')
  await page.locator('#fault').selectOption('lost-reply')
  await page.locator('#fault-on').selectOption('answer')
  await visitor.click('#start')

  await visitor.skipWait()
  await page.getByLabel('Votre réponse').fill('Montreal')
  await visitor.sendButton.click()
  await visitor.skipWait()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.deepEqual(await visitor.vendorCalls(), ['interim 202', 'interim 203', 'lost 200', 'ok 200'])
})

/** Presses Tab until the target has the focus. */
async function tabTo(page, target) {
  const isFocused = () => target.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 60; presses += 1) {
    if (await isFocused()) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not reach ${target}`)
}

test('the keyboard alone can complete a flow and start it again', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await tabTo(page, page.locator('#start'))
  await page.keyboard.press('Enter')
  await visitor.waitForRound()
  await page.keyboard.type('Montreal')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.readOutcome()).ending, 'done')
  await visitor.element.locator('h2:focus').waitFor()

  await tabTo(page, page.locator('#again'))
  await page.keyboard.press('Enter')
  await visitor.waitForRound()
})

test('the keyboard alone can choose a person and a picture', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const option = page.locator('input[value="image_selection"]')
  const group = page.locator('#people details', { has: option })
  await tabTo(page, group.locator('summary'))
  await page.keyboard.press('Enter')
  await group.locator(':checked').waitFor()
  await page.keyboard.press('Tab')
  for (const _ of ['one', 'two', 'three']) await page.keyboard.press('ArrowDown')
  assert.ok(await option.isChecked())
  await tabTo(page, page.locator('#start'))
  await page.keyboard.press('Enter')

  await visitor.waitForRound()
  await visitor.round.locator('input[type="radio"]:focus').waitFor()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('the first Tab reaches a link to what the person sees', async (t) => {
  const { page, focused } = await visit(t, { reload: true })
  await page.keyboard.press('Tab')
  assert.equal(await focused.textContent(), 'Skip to what your user sees')
  await page.keyboard.press('Enter')
  assert.equal(await focused.getAttribute('id'), 'person')
})

test('the element’s own button starts the chosen flow', async (t) => {
  const visitor = await visit(t)
  await visitor.setUp({ person: 'multiple_choice' })
  await visitor.element.getByRole('button', { name: 'Connect your bank' }).click()
  await visitor.choose('Plateau')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('a double click on Start starts one flow', async (t) => {
  const visitor = await visit(t)
  await visitor.page.locator('#start').dblclick()
  await visitor.waitForRound()
  assert.equal((await visitor.vendorCounts()).liveStarts, 1)
})
