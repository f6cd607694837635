/** How the element starts a flow, and what it does in a page that makes that hard. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { visit } from './fixtures.mjs'
import { STATES, round } from './states.mjs'

const field = { name: '1.1.answer', type: 'text', part: 'answer', optional: false, secret: false, options: [] }
const question = { id: '1.1', kind: 'question', vendorType: 'X', prompt: 'Which?', image: null, fields: [field] }
const failed = { kind: 'failed', failure: { code: 'session-expired', next: 'start-over', retryAt: null } }

/** Presses a button as the first or the second click of a double click does. */
const press = (visitor, name, detail) =>
  visitor
    .button(name)
    .evaluate(
      (button, detail) => button.dispatchEvent(new MouseEvent('click', { detail, bubbles: true, cancelable: true })),
      detail,
    )

test('the second click of a double click presses no button of the next view', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', failed)
  await press(visitor, 'Start again', 2)
  assert.deepEqual((await visitor.run('events')).at(-1), ['failed', 'session-expired'])
  await press(visitor, 'Start again', 1)
  assert.deepEqual((await visitor.run('events')).at(-1), ['action', 'start-over'])
  await visitor.run('step', round([question]))
  await press(visitor, 'Send', 2)
  assert.deepEqual(await visitor.run('calls'), [])
  await press(visitor, 'Send', 1)
  assert.deepEqual(await visitor.run('calls'), [['answer', [['1.1.answer', '']]]])
})

test('if start returns null, nothing changes, or the app sets the flow itself', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', failed)
  const start = visitor.button('Start again')
  await visitor.page.evaluate(() => (window.element.start = async () => null))
  await start.click()
  await until(() => visitor.page.evaluate(() => !window.element.shadowRoot.querySelector('[aria-busy]')), 'the null')
  assert.equal(await visitor.title(), 'The time is up')
  await visitor.page.evaluate(() => {
    const flow = { current: { kind: 'done', result: {} }, subscribe: () => () => {}, cancel() {} }
    window.element.start = () => {
      window.element.flow = flow
      return null
    }
  })
  await start.click()
  await visitor.state('done')
  await until(() => visitor.page.evaluate(() => !window.element.shadowRoot.querySelector('[aria-busy]')), 'the null')
  assert.equal(await visitor.title(), 'Connected')
})

test('an error of start is said to the person, reported to the developer, and can be tried again', async (t) => {
  const visitor = await visit(t)
  await visitor.run('expectRejections')
  await visitor.page.evaluate(() => {
    window.starts = []
    window.element.start = () => new Promise((_, reject) => window.starts.push(reject))
  })
  const connect = visitor.button('Connect your bank')
  const box = visitor.element.locator('[part=box]')
  for (const message of ['loginId is missing', 'once more']) {
    await connect.click()
    await connect.click()
    assert.equal(await box.getAttribute('aria-busy'), 'true')
    await visitor.page.evaluate((message) => window.starts.at(-1)(Error(message)), message)
    await visitor.element.getByRole('alert').getByText('our side').waitFor()
    await until(async () => (await visitor.run('rejections')).at(-1) === message, 'the report')
    assert.equal(await box.getAttribute('aria-busy'), null)
  }
  assert.equal(await visitor.page.evaluate(() => window.starts.length), 2)
})

test('a vendor’s page that the developer must not open is reported, a network that fails is not', async (t) => {
  const visitor = await visit(t)
  await visitor.run('expectRejections')
  await STATES['frame failed'](visitor)
  await visitor.run('step', { kind: 'connect', purpose: 'mfa', until: 0, pageUrl: { value: visitor.page.url() } })
  await visitor.element.getByRole('alert').getByText('cannot be opened').waitFor()
  await until(async () => (await visitor.run('rejections')).length > 0, 'the report')
  assert.deepEqual(await visitor.run('rejections'), ['must not have the origin of the page'])
})

test('without style sheets that can be constructed, as in jsdom, the element has no style but works', async (t) => {
  const visitor = await visit(t, { fresh: true })
  await visitor.page.evaluate(() => {
    delete CSSStyleSheet.prototype.replaceSync
    window.element.remove()
    window.element = document.createElement('bank-mfa')
    window.element.start = () => null
    document.querySelector('#place').append(window.element)
  })
  await visitor.button('Connect your bank').waitFor()
})

test('a screen reader has the status before its first text', async (t) => {
  const visitor = await visit(t)
  const status = visitor.element.getByRole('status')
  assert.deepEqual([await status.count(), await status.textContent()], [1, ''])
  await visitor.run('step', round([question]))
  assert.equal(await status.textContent(), 'Your bank asks you to answer')
})

test('in a page with small letters, an input has 16 pixels, or an iPhone would zoom in', async (t) => {
  const visitor = await visit(t)
  const size = (selector) => visitor.element.locator(selector).evaluate((one) => getComputedStyle(one).fontSize)
  await visitor.page.evaluate(() => (window.element.style.fontSize = '13px'))
  await visitor.run('step', round([question]))
  assert.deepEqual([await size('input'), await size('button[type=submit]')], ['16px', '13px'])
  await visitor.page.evaluate(() => (window.element.style.fontSize = '20px'))
  assert.equal(await size('input'), '20px')
})

test('a screen reader hears of the picture of a question', async (t) => {
  const visitor = await visit(t)
  await STATES['picture to read'](visitor)
  await visitor.element.getByRole('img', { name: 'Picture 1 of 1' }).waitFor()
})

test('a flow that the app sets while start still runs is not busy', async (t) => {
  const visitor = await visit(t)
  await visitor.page.evaluate(() => (window.element.start = () => new Promise(() => {})))
  await visitor.button('Connect your bank').click()
  await visitor.run('step', round([question]))
  assert.equal(await visitor.element.locator('[part=box]').getAttribute('aria-busy'), null)
})
