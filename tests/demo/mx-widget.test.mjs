/** MX's widget in the demo: the person can close it and open it again. */
import assert from 'node:assert/strict'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import test from '../lib/test.mjs'
import { visit } from './fixtures.mjs'

const { member } = simulator({ seed: 1 }).mx

/** Starts a flow in the widget, and waits for it. */
async function start(t, name, runtime) {
  const visitor = await visit(t)
  await visitor.start(name, { vendor: 'mx', runtime, memberStart: 'aggregate', widget: true })
  await visitor.skipWaitsUntil('#widget-frame iframe')
  return { visitor, widget: visitor.page.frameLocator('#widget-frame iframe') }
}

const address = (visitor) => visitor.page.locator('#widget-frame iframe').getAttribute('src')

for (const runtime of ['page', 'edge']) {
  test(`the person closes the widget, opens it again and answers: ${runtime}`, async (t) => {
    const { visitor, widget } = await start(t, 'text', runtime)
    await widget.getByRole('textbox').waitFor()
    const first = await address(visitor)
    await visitor.click('#close-widget')
    await visitor.page.locator('#widget-frame iframe').waitFor({ state: 'detached' })
    await visitor.click('#open-widget')
    await widget.getByRole('textbox').fill(member('text').responses[0][0])
    assert.notEqual(await address(visitor), first)
    await widget.getByRole('button', { name: 'Continue' }).click()
    await visitor.skipWaitsUntil('body:not([data-state="redirecting"])')
    assert.equal((await visitor.readOutcome()).ending, 'done')
    assert.deepEqual((await visitor.vendorCounts()).broken, {})
  })
}

test('the person signs in again in the widget', async (t) => {
  const { visitor, widget } = await start(t, 'denied')
  await widget.getByLabel('Username').fill('denied')
  await widget.getByLabel('Password').fill('Renewed')
  await widget.getByRole('button', { name: 'Continue' }).click()
  await visitor.skipWaitsUntil('body:not([data-state="redirecting"])')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('if the person does not continue, the flow ends with its failure', async (t) => {
  const { visitor, widget } = await start(t, 'locked')
  await widget.getByRole('button', { name: 'Try again' }).waitFor()
  await visitor.click('#close-widget')
  await visitor.click('#leave-widget')
  await visitor.skipWaitsUntil('#outcome')
  const outcome = await visitor.readOutcome()
  assert.deepEqual([outcome.ending, outcome.code], ['failed', 'bank-action-required'])
})
