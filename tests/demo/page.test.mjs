/** The page itself: what it shows and hides, on narrow and wide screens, by day and by night. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { person, visit } from './bench.mjs'

test('nothing secret is on the page: no password, no username, no answer, no token', async (t) => {
  const visitor = await visit(t, { anew: true })
  const { page } = visitor
  const tokens = []
  page.on('request', (request) => tokens.push(request.headers()['flinks-auth-key']))
  await visitor.start('Greatday', { mode: 'credentials' })
  await visitor.answer('Toronto')
  await visitor.answer('Canada', 2)
  assert.equal((await visitor.ended()).ending, 'done')

  const log = await visitor.log()
  const start = log.find(({ sent }) => sent.includes('"Password"'))
  assert.match(start.sent, /"Username": ••••••,/)
  assert.match(start.sent, /"Password": ••••••,/)
  const { username, password } = person('Greatday')
  const token = tokens.findLast(Boolean)
  assert.match(token, /^[0-9a-f-]{36}$/)
  // Who is simulated, and what to type, is told beside the form to whoever tries the page.
  await page.locator('#crib, #people').evaluateAll((parts) => parts.forEach((part) => part.remove()))
  const shown = await page.content()
  for (const secret of [username, password, token, 'Toronto', 'Canada']) assert.ok(!shown.includes(secret), secret)
})

test('the diagram lights the state that the flow is in, and marks those it came through', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const stands = async (state, ...passed) => {
    await visitor.reaches(state)
    const nodes = (which) =>
      page.locator(`#diagram .node.${which} text`).evaluateAll((all) => all.map((text) => text.textContent))
    assert.deepEqual(await nodes('lit'), [state])
    assert.deepEqual(await nodes('passed'), passed)
    assert.equal(await page.locator('#state-text strong').textContent(), state)
  }
  await stands('new')
  await visitor.start('slow_after_answer')
  await stands('asking', 'new', 'sending')
  await visitor.answer('Montreal')
  await stands('waiting', 'new', 'sending', 'asking')
  for (const _ of ['the first look', 'the second', 'the third']) await visitor.hurry()
  await stands('done', 'new', 'sending', 'waiting', 'asking')

  await visitor.start('Greatday', { fault: ['hang', 'start'] })
  await stands('sending', 'new')
  await visitor.press('#cancel')
  await stands('failed', 'new', 'sending')
})

/** The page in each of its shapes; at each, `look` has a look. */
async function shapes(visitor, look) {
  await look('at rest')
  await visitor.start('mixed_types')
  await visitor.asked()
  await look('at a challenge')
  await visitor.send.click()
  await visitor.round.locator('.field > .error').first().waitFor()
  await look('at a mistake')
  await visitor.press('#cancel')
  await visitor.ended()
  await visitor.start('new_questions')
  await visitor.asked()
  await look('at new questions')
  await visitor.press('#cancel')
  await visitor.ended()
  await visitor.start('device_push')
  await visitor.asked()
  await visitor.page.getByText('Answer in the vendor’s own terms').click()
  await look('at an unknown type')
  await visitor.type('yes')
  await visitor.send.click()
  await visitor.reaches('done')
  await look('done')
  await visitor.start('code_something_new')
  await visitor.reaches('failed')
  await look('failed')
  await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'malformed' })
  await visitor.connect.getByLabel('Your answer').waitFor()
  await look('at Connect’s frame')
}

for (const width of [390, 1440]) {
  test(`at ${width} pixels nothing has to be scrolled sideways, and each id stands once`, async (t) => {
    const visitor = await visit(t, { width })
    await shapes(visitor, async (shape) => {
      const seen = await visitor.page.evaluate(() => {
        const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
        const places = ['html', '#people', '#stage', '#wire'].map((place) => document.querySelector(place))
        return {
          beyond: places
            .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
            .map(({ tagName }) => tagName),
          twice: ids.filter((id, at) => ids.indexOf(id) !== at),
        }
      })
      assert.deepEqual(seen, { beyond: [], twice: [] }, shape)
    })
  })
}

/** From black, 0, to white, 1, of a colour as the browser computes it. */
const lightness = (colour) =>
  colour
    .match(/\d+/g)
    .slice(0, 3)
    .map(Number)
    .reduce((sum, part) => sum + part, 0) / 765

test('by day the page is dark on light, by night light on dark', async (t) => {
  const colours = {}
  for (const colorScheme of ['light', 'dark']) {
    const { page } = await visit(t, { colorScheme })
    colours[colorScheme] = await page.evaluate(() =>
      ['body', '.panel', '#stage'].map((part) => {
        const { color, backgroundColor } = getComputedStyle(document.querySelector(part))
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
