/** The form: validation errors, French, mouse and keyboard, double clicks. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

/** Waits for validation errors: the text for each field, and the name of the focused field. */
async function validationErrors({ page, round, focused }) {
  await round.locator('.field > .error').first().waitFor()
  const errors = await round
    .locator('.field > .error')
    .evaluateAll((all) => all.map(({ id, textContent }) => [id.match(/^field-(.*)-error$/)[1], textContent]))
  for (const [name] of errors) {
    const control = page.locator(`[id="field-${name}"]`)
    assert.equal(await control.getAttribute('aria-invalid'), 'true')
    assert.equal(await control.getAttribute('aria-describedby'), `field-${name}-error`)
  }
  return { errors: Object.fromEntries(errors), focus: await focused.getAttribute('name') }
}

/** To be called after a validation error, which shows that the submission was refused. */
async function assertNothingSent(visitor) {
  await visitor.waitForRound()
  assert.deepEqual(await visitor.vendorCalls(), ['interim 203'])
  assert.equal((await visitor.vendorCounts()).answers, 0)
}

test('an empty form shows an error at each field, and stays open', async (t) => {
  const visitor = await visit(t)
  await visitor.start('mixed_types')
  await visitor.waitForRound()
  await visitor.sendButton.click()
  const missing = 'Please answer this.'
  assert.deepEqual(await validationErrors(visitor), {
    errors: { '1.1.answer': missing, '1.2.answer': missing, '1.3.answer': missing, '1.4.answer': missing },
    focus: '1.1.answer',
  })
  await assertNothingSent(visitor)
})

test('if one of three answers is missing, only that field shows an error, and the others keep their text', async (t) => {
  const visitor = await visit(t)
  await visitor.start('three_questions')
  const answer = (index) => visitor.challenges.nth(index).getByLabel('Your answer')
  await answer(0).fill('Montreal')
  await answer(2).fill('Lakeside')
  await visitor.sendButton.click()
  assert.deepEqual(await validationErrors(visitor), {
    errors: { '1.2.answer': 'Please answer this.' },
    focus: '1.2.answer',
  })
  await assertNothingSent(visitor)

  await visitor.page.keyboard.type('Rex')
  await visitor.sendButton.click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  const { answers, answersJudged } = await visitor.vendorCounts()
  assert.deepEqual({ answers, answersJudged }, { answers: 1, answersJudged: 1 })
})

test('a new question that is chosen twice is refused at the second field', async (t) => {
  const visitor = await visit(t)
  await visitor.start('new_questions')
  for (const index of [0, 1]) {
    const challenge = visitor.challenges.nth(index)
    await challenge.getByLabel('Your new question').selectOption('What is your favourite book?')
    await challenge.getByLabel('Your answer').fill('my answer')
  }
  await visitor.sendButton.click()
  assert.deepEqual(await validationErrors(visitor), {
    errors: { '1.2.question': 'Please choose a different question.' },
    focus: '1.2.question',
  })
  await assertNothingSent(visitor)
})

test('an answer is hidden until the person chooses to show it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.field().fill('Montreal')
  const input = visitor.page.getByLabel('Your answer')
  assert.equal(await input.getAttribute('type'), 'password')
  await visitor.page.getByLabel('Show what I type').check()
  assert.equal(await input.getAttribute('type'), 'text')
  assert.equal(await input.inputValue(), 'Montreal')
})

test('in French the challenges, the form and its errors are French', async (t) => {
  const visitor = await visit(t)
  const { page, round } = visitor
  await visitor.start('mixed_types', { language: 'fr' })
  await round.getByRole('heading', { name: 'Votre banque demande plus d’informations' }).waitFor()
  assert.equal(await round.getAttribute('lang'), 'fr')
  assert.deepEqual(await round.locator('legend').allTextContents(), [
    'Dans quelle ville êtes-vous né?',
    'Quelle succursale a ouvert votre compte?',
    'Quels comptes détenez-vous chez nous?',
    'Choisissez votre image de sécurité',
  ])
  const [start] = (await visitor.requestLog()).filter(({ sent }) => sent.includes('LoginId'))
  assert.match(start.sent, /"Language": "fr"/)

  await page.getByRole('button', { name: 'Envoyer' }).click()
  assert.equal((await validationErrors(visitor)).errors['1.1.answer'], 'Veuillez répondre ici.')

  await page.getByLabel('Votre réponse').fill('Montreal')
  for (const label of ['Plateau', 'Chèques', 'Épargne']) await page.getByLabel(label).check()
  await page.getByAltText('Image 2 de 3').click()
  await page.getByRole('button', { name: 'Envoyer' }).click()
  assert.equal((await visitor.readOutcome()).ending, 'done')
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
  assert.equal(await visitor.round.getAttribute('lang'), 'fr')
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
  const { page, focused, outcome } = visitor
  await tabTo(page, page.locator('#start'))
  await page.keyboard.press('Enter')
  await visitor.waitForRound()
  await page.keyboard.type('Montreal')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal(await focused.textContent(), await outcome.locator('h3').textContent())

  await page.keyboard.press('Tab')
  assert.equal(await focused.getAttribute('id'), 'again')
  await page.keyboard.press('Enter')
  await visitor.waitForRound()
})

test('the keyboard alone can choose a person and a picture', async (t) => {
  const visitor = await visit(t)
  const { page, focused } = visitor
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
  assert.equal(await focused.getAttribute('name'), '1.1.answer')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('the first Tab reaches a link to what the person sees', async (t) => {
  const { page, focused } = await visit(t, { reload: true })
  await page.keyboard.press('Tab')
  assert.equal(await focused.textContent(), 'Skip to what the person sees')
  await page.keyboard.press('Enter')
  assert.equal(await focused.getAttribute('id'), 'person')
})

test('a double click on Send sends the answer once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.field().fill('Montreal')
  await visitor.sendButton.dblclick()
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).answers, 1)
})

test('a form that is submitted twice at once is sent once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.field().fill('Montreal')
  await visitor.round.evaluate((form) => {
    form.requestSubmit()
    form.requestSubmit()
  })
  assert.equal((await visitor.readOutcome()).ending, 'done')
  assert.equal((await visitor.vendorCounts()).answers, 1)
})

test('a double click on Start starts one flow', async (t) => {
  const visitor = await visit(t)
  await visitor.page.locator('#start').dblclick()
  await visitor.waitForRound()
  assert.equal((await visitor.vendorCounts()).liveStarts, 1)
})
