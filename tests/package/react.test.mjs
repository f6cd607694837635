/** `bank-mfa/react` in React's StrictMode, which mounts each component twice. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { facts, openApp } from './framework-page.mjs'

const status = (page, text) => page.getByRole('status').filter({ hasText: text }).waitFor()
const press = (page, name) => page.getByRole('button', { name, exact: true }).click()

async function answer(page, round) {
  await status(page, `round ${round}`)
  await page.getByRole('textbox').fill({ 1: 'Montreal', 2: 'Tremblay' }[round])
  await press(page, 'Send')
}

test('useFlow follows a whole flow, with one subscription', async (t) => {
  const page = await openApp(t, 'react-form.jsx')
  await status(page, 'no flow')
  assert.equal((await facts(page)).subscriptions, 0)
  await press(page, 'Start')
  await answer(page, 1)
  assert.equal((await facts(page)).subscriptions, 1)
  await answer(page, 2)
  await status(page, 'done')
  assert.deepEqual(await facts(page), { answers: 2, flows: ['done'], subscriptions: 1 })
})

test('a component that is removed and shown again has the open step of the same flow', async (t) => {
  const page = await openApp(t, 'react-form.jsx')
  await press(page, 'Start')
  await answer(page, 1)
  await status(page, 'round 2')
  await press(page, 'Hide')
  assert.deepEqual(await facts(page), { answers: 1, flows: ['challenge'], subscriptions: 0 })
  await press(page, 'Show')
  await answer(page, 2)
  await status(page, 'done')
})

test('useFlow follows the new flow if it gets another one, and leaves the old one alone', async (t) => {
  const page = await openApp(t, 'react-form.jsx')
  await press(page, 'Start')
  await answer(page, 1)
  await status(page, 'round 2')
  await press(page, 'Start')
  await status(page, 'round 1')
  assert.deepEqual(await facts(page), { answers: 1, flows: ['challenge', 'challenge'], subscriptions: 1 })
})
