/** Whole flows with the keyboard alone. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

/** Presses Tab until the control with this accessible name has the focus. */
async function tabTo(visitor, target) {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await target.evaluate((element) => element === element.getRootNode().activeElement)) return
    await visitor.page.keyboard.press('Tab')
  }
  assert.fail(`Tab does not reach ${target}`)
}

/** Opens the page, and starts a flow of the simulated person by `key` on the first button. */
async function begin(t, person, key = 'Enter') {
  const visitor = await visit(t)
  await visitor.run('offer', 'flinks', person)
  await tabTo(visitor, visitor.button('Connect your bank'))
  await visitor.page.keyboard.press(key)
  await visitor.state('challenge')
  return visitor
}

test('from the first button through a question to the end', async (t) => {
  const visitor = await begin(t, 'Greatday')
  const { keyboard } = visitor.page
  await keyboard.type('Montreal')
  await keyboard.press('Enter')
  await visitor.state('done')
  assert.equal(await visitor.focused.textContent(), 'Connected')
})

test('a question, a choice, several choices and a picture', async (t) => {
  const visitor = await begin(t, 'mixed_types', 'Space')
  const { keyboard } = visitor.page
  await keyboard.type('Montreal')
  await tabTo(visitor, visitor.element.getByLabel('Old Port'))
  await keyboard.press('ArrowDown')
  assert.ok(await visitor.element.getByLabel('Plateau').isChecked())
  for (const label of ['Chequing', 'Savings']) {
    await tabTo(visitor, visitor.element.getByLabel(label))
    await keyboard.press('Space')
  }
  await tabTo(visitor, visitor.element.getByRole('radio', { name: 'Picture 1 of 3' }))
  await keyboard.press('ArrowRight')
  await tabTo(visitor, visitor.button('Send'))
  await keyboard.press('Space')
  await visitor.state('done')
})

test('a phone, a channel and a code', async (t) => {
  const visitor = await begin(t, 'text_or_call')
  const { keyboard } = visitor.page
  await keyboard.press('Space')
  await keyboard.press('Tab')
  await keyboard.press('Space')
  await keyboard.press('Enter')
  await visitor.element.getByLabel('Your one-time code').waitFor()
  await keyboard.type('123456')
  await keyboard.press('Enter')
  await visitor.state('done')
})

test('a new question is chosen, and a second one that is the same is refused', async (t) => {
  const visitor = await begin(t, 'new_questions')
  const { keyboard } = visitor.page
  const question = visitor.element.getByLabel('Your new question')
  const answer = visitor.element.getByLabel('Your answer')
  for (const index of [0, 1]) {
    await tabTo(visitor, question.nth(index))
    await keyboard.press('ArrowDown')
    await tabTo(visitor, answer.nth(index))
    await keyboard.type('Dune')
  }
  await keyboard.press('Enter')
  await visitor.element.getByText('Please choose a different question.').waitFor()
  assert.equal(await visitor.focused.getAttribute('name'), '1.2.question')
  await keyboard.press('ArrowDown')
  await tabTo(visitor, visitor.button('Send'))
  await keyboard.press('Enter')
  await visitor.state('done')
})

test('a failed flow is cancelled and started again', async (t) => {
  const visitor = await begin(t, 'Greatday')
  const { keyboard } = visitor.page
  await tabTo(visitor, visitor.button('Cancel'))
  await keyboard.press('Enter')
  await visitor.state('failed')
  assert.equal(await visitor.focused.textContent(), 'Cancelled')
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await visitor.state('challenge')
  assert.equal(await visitor.focused.getAttribute('name'), '1.1.answer')
})
