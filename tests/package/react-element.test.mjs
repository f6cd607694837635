/** `<BankMfa>` of `bank-mfa/react` in StrictMode: in the page alone, and taken over from a server. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from '../lib/test.mjs'
import { answerRounds, bundle, facts, openApp } from './framework-page.mjs'

const press = (page, name) => page.getByRole('button', { name, exact: true }).click()
const answer = async (page, text) => {
  await page.getByRole('textbox').fill(text)
  await press(page, 'Send')
}
const logged = (page) => page.locator('li').allTextContents()
const untilLogged = (page, entry) => page.locator('li', { hasText: entry }).first().waitFor()

/** Renders the app as a server does. The bundle has the React and the package that the page gets, too. */
async function serverHtml(t) {
  const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-react-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'server.cjs')
  writeFileSync(file, await bundle('react-server.jsx', { platform: 'node', format: 'cjs' }))
  return createRequire(file)(file).render()
}

test('an app runs a whole flow, and each callback is called once for each event', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await answerRounds(page, 'li')
  const entries = await logged(page)
  assert.deepEqual(
    entries.filter((entry) => !entry.startsWith('step working')),
    ['step challenge 1 1', 'step challenge 2 1', 'step done - 1', 'done FlinksCapital 1'],
  )
  // Each stage of waiting is a step of its own.
  assert.ok(entries.length <= 12, entries.join())
})

test('the newest callbacks are called, and a new render keeps the answer that is typed', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await press(page, 'Start')
  await page.getByRole('textbox').fill('Montreal')
  const before = (await logged(page)).length
  await press(page, 'Render')
  await press(page, 'Render')
  assert.equal(await page.getByRole('textbox').inputValue(), 'Montreal')
  await press(page, 'Send')
  await untilLogged(page, 'step challenge 2 3')
  const later = (await logged(page)).slice(before)
  assert.ok(
    later.every((entry) => entry.endsWith(' 3')),
    later.join(),
  )
  assert.equal(later.filter((entry) => entry === 'step challenge 2 3').length, 1)
})

test('an element that is removed and shown again has the open round of the same flow', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await press(page, 'Start')
  await answer(page, 'Montreal')
  await untilLogged(page, 'step challenge 2 1')
  await press(page, 'Show or hide')
  // The app's own `useFlow` stays.
  assert.deepEqual(await facts(page), { answers: 1, flows: ['challenge'], subscriptions: 1 })
  await press(page, 'Show or hide')
  assert.equal((await facts(page)).subscriptions, 2)
  await answer(page, 'Tremblay')
  await untilLogged(page, 'done FlinksCapital')
})

test('without a flow, the first button calls the newest start', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await press(page, 'Other person')
  await press(page, 'Connect your bank')
  await untilLogged(page, 'step challenge 1 1')
  // The element has a flow that the app does not know.
  await page.locator('output', { hasText: 'no flow' }).waitFor()
  await press(page, 'Render')
  await page.getByRole('textbox').waitFor()
  assert.equal((await facts(page)).subscriptions, 1)
})

test('the button of a failed flow calls onAction, and then start', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await press(page, 'Start')
  await page.getByRole('textbox').waitFor()
  await press(page, 'Cancel')
  await untilLogged(page, 'failed cancelled 1')
  await press(page, 'Start again')
  await untilLogged(page, 'action start-over true 1')
  await page.getByRole('textbox').waitFor()
  assert.deepEqual((await facts(page)).flows, ['failed', 'challenge'])
})

test('the ref is the element, with the attributes of the props', async (t) => {
  const page = await openApp(t, 'react-client.jsx')
  await press(page, 'Start')
  await press(page, 'Read the ref')
  await untilLogged(page, 'bank-mfa true 1')
  assert.deepEqual(
    await page.locator('bank-mfa').evaluate(({ className, lang, style }) => [className, lang, style.maxWidth]),
    ['mine', 'en', '20rem'],
  )
})

test('a server renders an empty element, and the page takes it over without a warning', async (t) => {
  assert.equal(globalThis.HTMLElement, undefined)
  const html = await serverHtml(t)
  assert.match(html, /<bank-mfa lang="en" style="max-width:20rem" class="mine"><\/bank-mfa>/)
  assert.match(html, /<output>no flow<\/output>/)
  const page = await openApp(t, 'react-client.jsx', { html })
  await answerRounds(page, 'li')
})

test('the page does warn if the server has rendered something else', async (t) => {
  const html = (await serverHtml(t)).replace('class="mine"', 'class="other"')
  const page = await openApp(t, 'react-client.jsx', { html, expected: /hydrated/i })
  await page.getByRole('button', { name: 'Connect your bank' }).waitFor()
})
