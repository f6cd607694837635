/** The form in the hands of people: mistakes, French, the keyboard, impatience. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { visit } from './bench.mjs'

/** What the form says is wrong, by field, and where the focus stands. */
async function mistakes({ page, round, focused }) {
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

/** The round is still open, and nothing has left the page since it was asked. */
async function assertStillAsked(visitor) {
  await visitor.asked()
  assert.deepEqual(await visitor.calls(), ['more 203'])
  assert.equal((await visitor.counts()).answers, 0)
}

test('an empty form says at each field what is missing, and stays open', async (t) => {
  const visitor = await visit(t)
  await visitor.start('mixed_types')
  await visitor.asked()
  await visitor.send.click()
  const missing = 'An answer is needed here.'
  assert.deepEqual(await mistakes(visitor), {
    errors: { '1.1.answer': missing, '1.2.answer': missing, '1.3.answer': missing, '1.4.answer': missing },
    focus: '1.1.answer',
  })
  await assertStillAsked(visitor)
})

test('one answer forgotten among three is asked for alone, and the others stay as they were typed', async (t) => {
  const visitor = await visit(t)
  await visitor.start('three_questions')
  const answer = (at) => visitor.challenges.nth(at).getByLabel('Your answer')
  await answer(0).fill('Montreal')
  await answer(2).fill('Lakeside')
  await visitor.send.click()
  assert.deepEqual(await mistakes(visitor), {
    errors: { '1.2.answer': 'An answer is needed here.' },
    focus: '1.2.answer',
  })
  await assertStillAsked(visitor)

  await visitor.page.keyboard.type('Rex')
  await visitor.send.click()
  assert.equal((await visitor.ended()).ending, 'done')
  const { answers, answersJudged } = await visitor.counts()
  assert.deepEqual({ answers, answersJudged }, { answers: 1, answersJudged: 1 })
})

test('the same new question twice is refused at the second', async (t) => {
  const visitor = await visit(t)
  await visitor.start('new_questions')
  for (const at of [0, 1]) {
    const challenge = visitor.challenges.nth(at)
    await challenge.getByLabel('Your new question').selectOption('What is your favourite book?')
    await challenge.getByLabel('Your answer').fill('my answer')
  }
  await visitor.send.click()
  assert.deepEqual(await mistakes(visitor), {
    errors: { '1.2.question': 'Choose another question: this one is taken.' },
    focus: '1.2.question',
  })
  await assertStillAsked(visitor)
})

test('an answer is hidden from a neighbour’s eyes until its owner wants to see it', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.type('Montreal')
  const input = visitor.page.getByLabel('Your answer')
  assert.equal(await input.getAttribute('type'), 'password')
  await visitor.page.getByLabel('Show what I type').check()
  assert.equal(await input.getAttribute('type'), 'text')
  assert.equal(await input.inputValue(), 'Montreal')
})

test('in French the bank, the form and its complaints speak French', async (t) => {
  const visitor = await visit(t)
  const { page, round } = visitor
  await visitor.start('mixed_types', { language: 'fr' })
  await round.getByRole('heading', { name: 'Votre banque demande' }).waitFor()
  assert.equal(await round.getAttribute('lang'), 'fr')
  assert.deepEqual(await round.locator('legend').allTextContents(), [
    'Dans quelle ville êtes-vous né?',
    'Quelle succursale a ouvert votre compte?',
    'Quels comptes détenez-vous chez nous?',
    'Choisissez votre image de sécurité',
  ])
  const [start] = (await visitor.log()).filter(({ sent }) => sent.includes('LoginId'))
  assert.match(start.sent, /"Language": "fr"/)

  await page.getByRole('button', { name: 'Envoyer' }).click()
  assert.equal((await mistakes(visitor)).errors['1.1.answer'], 'Une réponse est nécessaire ici.')

  await page.getByLabel('Votre réponse').fill('Montreal')
  for (const label of ['Plateau', 'Chèques', 'Épargne']) await page.getByLabel(label).check()
  await page.getByAltText('Image 2 de 3').click()
  await page.getByRole('button', { name: 'Envoyer' }).click()
  assert.equal((await visitor.ended()).ending, 'done')
})

test('the mouse alone sets everything up, takes trouble back again, and starts', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const radio = (name, value) => page.locator(`[name="${name}"][value="${value}"]`)
  await radio('vendor', 'mx').check()
  for (const way of ['create', 'renew', 'job']) await radio('beginning', way).check()
  await radio('vendor', 'flinks').check()
  for (const person of ['text_or_call', 'Greatday']) await visitor.choose(person)
  for (const way of ['cached', 'credentials', 'link', 'reconnect']) await radio('mode', way).check()
  for (const place of ['page', 'frame', 'form']) await radio('place', place).check()
  await page.locator('[name="byAsync"]').check()
  await radio('language', 'fr').check()
  await page.locator('#trouble summary').click()
  for (const trouble of ['forbid', 'async']) {
    await page.locator(`[name="${trouble}"]`).check()
    await page.locator(`[name="${trouble}"]`).uncheck()
  }
  await page.locator('#misbehave').selectOption('no-tag')
  await page.locator('#misbehave').selectOption('')
  await page.locator('#fault').selectOption('lost-reply')
  await page.locator('#fault-on').selectOption('answer')
  await visitor.press('#start')

  await visitor.hurry()
  assert.equal(await visitor.round.getAttribute('lang'), 'fr')
  await page.getByLabel('Votre réponse').fill('Montreal')
  await visitor.send.click()
  await visitor.hurry()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.deepEqual(await visitor.calls(), ['more 202', 'more 203', 'lost 200', 'ok 200'])
})

/** Presses Tab until the focus stands where it is wanted. */
async function tabTo(page, wanted) {
  const stands = () => wanted.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 60; presses += 1) {
    if (await stands()) return
    await page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not lead to ${wanted}`)
}

test('the keyboard alone leads from the load of the page to the end, and around again', async (t) => {
  const visitor = await visit(t)
  const { page, focused, outcome } = visitor
  await tabTo(page, page.locator('#start'))
  await page.keyboard.press('Enter')
  await visitor.asked()
  await page.keyboard.type('Montreal')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal(await focused.textContent(), await outcome.locator('h3').textContent())

  await page.keyboard.press('Tab')
  assert.equal(await focused.getAttribute('id'), 'again')
  await page.keyboard.press('Enter')
  await visitor.asked()
})

test('the keyboard alone chooses another person, and a picture', async (t) => {
  const visitor = await visit(t)
  const { page, focused } = visitor
  const wanted = page.locator('input[value="image_selection"]')
  const group = page.locator('#people details', { has: wanted })
  await tabTo(page, group.locator('summary'))
  await page.keyboard.press('Enter')
  await group.locator(':checked').waitFor()
  await page.keyboard.press('Tab')
  for (const _ of ['one', 'two', 'three']) await page.keyboard.press('ArrowDown')
  assert.ok(await wanted.isChecked())
  await tabTo(page, page.locator('#start'))
  await page.keyboard.press('Enter')

  await visitor.asked()
  assert.equal(await focused.getAttribute('name'), '1.1.answer')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.ended()).ending, 'done')
})

test('the first Tab offers to skip to what the person sees', async (t) => {
  const { page, focused } = await visit(t, { anew: true })
  await page.keyboard.press('Tab')
  assert.equal(await focused.textContent(), 'Skip to what the person sees')
  await page.keyboard.press('Enter')
  assert.equal(await focused.getAttribute('id'), 'person')
})

test('a double click sends an answer once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.type('Montreal')
  await visitor.send.dblclick()
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).answers, 1)
})

test('a form that is submitted twice at the same moment is sent once', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday')
  await visitor.type('Montreal')
  await visitor.round.evaluate((form) => {
    form.requestSubmit()
    form.requestSubmit()
  })
  assert.equal((await visitor.ended()).ending, 'done')
  assert.equal((await visitor.counts()).answers, 1)
})

test('a double click on Start starts once', async (t) => {
  const visitor = await visit(t)
  await visitor.page.locator('#start').dblclick()
  await visitor.asked()
  assert.equal((await visitor.counts()).liveStarts, 1)
})
