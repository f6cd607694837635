/** The page itself: what it shows and hides, on narrow and wide screens, in light and dark mode. */
import assert from 'node:assert/strict'
import axe from 'axe-core'
import test from '../lib/test.mjs'
import { person, visit } from './fixtures.mjs'
import { ENDED } from './visitor.mjs'

test('the page shows no password, username, answer or token', async (t) => {
  const visitor = await visit(t, { reload: true })
  const { page } = visitor
  const tokens = []
  page.on('request', (request) => tokens.push(request.headers()['flinks-auth-key']))
  await visitor.start('Greatday', { mode: 'credentials' })
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  assert.equal((await visitor.readOutcome()).ending, 'done')

  const log = await visitor.requestLog()
  const start = log.find(({ sent }) => sent.includes('"Password"'))
  assert.match(start.sent, /"Username": ••••••,/)
  assert.match(start.sent, /"Password": ••••••,/)
  const { username, password } = person('Greatday')
  const token = tokens.findLast(Boolean)
  assert.match(token, /^[0-9a-f-]{36}$/)
  // The examples, the notes, the list of people and the code name answers and credentials on purpose.
  await page
    .locator('nav, #tester-notes, #people, #code')
    .evaluateAll((parts) => parts.forEach((part) => part.remove()))
  const shown = await page.content()
  for (const secret of [username, password, token, 'Toronto', 'Canada']) assert.ok(!shown.includes(secret), secret)
})

test('the diagram highlights the current state, and marks the earlier states', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const assertState = async (state, ...passed) => {
    await visitor.waitForState(state)
    const nodes = (which) =>
      page.locator(`#diagram .node.${which}`).evaluateAll((all) => all.map(({ dataset }) => dataset.state))
    assert.deepEqual(await nodes('current'), [state])
    assert.deepEqual(await nodes('passed'), passed)
    const shown = { idle: 'no flow', waiting: 'working' }[state] ?? state
    assert.equal(await page.locator('#state-text strong').textContent(), shown)
    assert.equal(await page.locator('#diagram .current text').first().textContent(), shown)
  }
  await assertState('idle')
  await visitor.start('slow_after_answer')
  await assertState('challenge', 'idle', 'working')
  await visitor.answer('Montreal')
  await assertState('waiting', 'idle', 'working', 'challenge')
  await visitor.skipWaitsUntil(ENDED)
  await assertState('done', 'idle', 'working', 'waiting', 'challenge')

  await visitor.start('Greatday', { fault: ['hang', 'start'] })
  await assertState('working', 'idle')
  await visitor.cancelButton.click()
  await assertState('failed', 'idle', 'working')
})

test('the trace shows the calls, the rounds and the ending, and can be copied', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await visitor.start('Greatday')
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  await visitor.readOutcome()
  await page.getByRole('tab', { name: 'Trace' }).click()
  const shown = page.getByRole('list', { name: 'Trace' })
  const names = await shown.locator('strong').allTextContents()
  assert.equal(names[0], 'bank_mfa.flow.started')
  assert.equal(names.at(-1), 'bank_mfa.flow.ended')
  assert.ok((await shown.textContent()).includes('round.number2'))
  await page.getByRole('button', { name: 'Copy the trace' }).click()
  await page.getByText('Copied.').waitFor()
  const { vendor, events } = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()))
  assert.deepEqual([vendor, events.length], ['flinks', names.length])
})

/** Calls `inspect` with each of the page's views. */
async function visitViews(visitor, inspect) {
  await inspect('start')
  await visitor.start('mixed_types')
  await visitor.waitForRound()
  await inspect('a challenge')
  await visitor.sendButton.click()
  await visitor.round.getByText('Please answer this.').first().waitFor()
  await inspect('a validation error')
  await visitor.cancelButton.click()
  await visitor.readOutcome()
  await visitor.start('new_questions')
  await visitor.waitForRound()
  await inspect('new questions')
  await visitor.cancelButton.click()
  await visitor.readOutcome()
  await visitor.start('device_push')
  await visitor.waitForRound()
  await visitor.page.getByText('Answer with JSON').click()
  await inspect('an unknown type')
  await visitor.field.fill('yes')
  await visitor.sendButton.click()
  await visitor.waitForState('done')
  await inspect('done')
  await visitor.start('code_something_new')
  await visitor.waitForState('failed')
  await inspect('failed')
  await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'malformed' })
  await visitor.connect.getByLabel('Your answer').waitFor()
  await inspect('the Connect iframe')
}

for (const width of [390, 1440]) {
  test(`at ${width} pixels nothing scrolls sideways, and each id is unique`, async (t) => {
    const visitor = await visit(t, { width })
    await visitViews(visitor, async (view) => {
      const found = await visitor.page.evaluate(() => {
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
        const places = ['html', '#people', '#person-view', '.inspect'].map((place) => document.querySelector(place))
        return {
          overflowing: places
            .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
            .map(({ tagName }) => tagName),
          duplicateIds: ids.filter((id, index) => ids.indexOf(id) !== index),
        }
      })
      assert.deepEqual(found, { overflowing: [], duplicateIds: [] }, view)
    })
  })
}

for (const [width, colorScheme] of [
  [390, 'dark'],
  [1440, 'light'],
]) {
  test(`axe finds nothing at ${width} pixels, ${colorScheme}, in any view and behind any tab`, async (t) => {
    const visitor = await visit(t, { width, colorScheme })
    const { page } = visitor
    await page.evaluate(axe.source)
    const inspect = async (view) => {
      const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
      assert.deepEqual(
        violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]),
        [],
        view,
      )
    }
    await page.locator('#change').evaluate((button) => button.checkVisibility() && button.click())
    await inspect('the scenario')
    await visitor.start('device_push')
    await visitor.waitForRound()
    await page.getByText('Answer with JSON').click()
    for (const tab of await page.getByRole('tab').all()) {
      await tab.click()
      await inspect(await tab.textContent())
    }
    await visitor.cancelButton.click()
    await visitor.readOutcome()
    await page.getByRole('tab', { name: 'State' }).click()
    await inspect('failed')
  })
}

/** The lightness of a computed colour, from 0 (black) to 1 (white). */
const lightness = (colour) =>
  colour
    .match(/\d+/g)
    .slice(0, 3)
    .map(Number)
    .reduce((sum, part) => sum + part, 0) / 765

test('the page is dark on light in light mode, and light on dark in dark mode', async (t) => {
  const colours = {}
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await visit(t, { colorScheme })
    colours[colorScheme] = await page.evaluate(() =>
      [
        ...document.querySelectorAll('body, .panel'),
        document.querySelector('bank-mfa').shadowRoot.querySelector('[part="box"]'),
      ].map((part) => {
        const { color, backgroundColor } = getComputedStyle(part)
        return { color, backgroundColor }
      }),
    )
  }
  for (const { color, backgroundColor } of colours.light) {
    assert.ok(lightness(color) < 0.25 && lightness(backgroundColor) > 0.75, `${color} on ${backgroundColor}`)
  }
  for (const { color, backgroundColor } of colours.dark) {
    assert.ok(lightness(color) > 0.75 && lightness(backgroundColor) < 0.25, `${color} on ${backgroundColor}`)
  }
})
