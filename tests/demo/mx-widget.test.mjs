/** MX's widget in the demo: the person can open it again, and leave it. */
import assert from 'node:assert/strict'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'
import { ENDED } from './visitor.mjs'

const { member } = simulator({ seed: 1 }).mx

/** Starts a flow in the widget, and waits for it. */
async function start(t, name, runtime) {
  const visitor = await visit(t)
  await visitor.start(name, { vendor: 'mx', runtime, memberStart: 'aggregate', widget: true })
  await visitor.skipWaitsUntil('#step[data-kind="redirect"]')
  return { visitor, widget: visitor.connect }
}

const address = (visitor) => visitor.frame.getAttribute('src')

for (const runtime of ['page', 'edge']) {
  test(`the person opens the widget again and answers: ${runtime}`, async (t) => {
    const { visitor, widget } = await start(t, 'text', runtime)
    await widget.getByRole('textbox').waitFor()
    const first = await address(visitor)
    await visitor.element.getByRole('button', { name: 'Open it again' }).click()
    await widget.getByRole('textbox').fill(member('text').responses[0][0])
    assert.notEqual(await address(visitor), first)
    await widget.getByRole('button', { name: 'Continue' }).click()
    await visitor.skipWaitsUntil('body:not([data-state="redirect"])')
    assert.equal((await visitor.readOutcome()).ending, 'done')
    assert.deepEqual((await visitor.vendorCounts()).broken, {})
  })
}

test('the person signs in again in the widget', async (t) => {
  const { visitor, widget } = await start(t, 'denied')
  await widget.getByLabel('Username').fill('denied')
  await widget.getByLabel('Password').fill('Renewed')
  await widget.getByRole('button', { name: 'Continue' }).click()
  await visitor.skipWaitsUntil('body:not([data-state="redirect"])')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('if the person does not continue, the flow ends with its failure', async (t) => {
  const { visitor, widget } = await start(t, 'locked')
  await widget.getByRole('button', { name: 'Try again' }).waitFor()
  await visitor.element.getByRole('button', { name: 'I am finished here' }).click()
  await visitor.skipWaitsUntil(ENDED)
  const outcome = await visitor.readOutcome()
  assert.deepEqual([outcome.ending, outcome.code], ['failed', 'bank-action-required'])
})
