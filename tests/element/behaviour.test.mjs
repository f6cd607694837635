/** What the element does while a flow changes: focus, typed answers, errors, events and moves in the page. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { visit } from './fixtures.mjs'
import { STATES, challenge, round, text } from './states.mjs'

const question = (prompt = 'What is your favourite colour?', more = {}, id = '1.1') => challenge(id, prompt, more)
const working = (stage, until = null) => ({ kind: 'working', stage, until })
const title = (visitor) => visitor.element.getByRole('heading')
const root = (visitor, read) => visitor.page.evaluate(`(${read})(window.element.shadowRoot)`)

test('typed answers survive every change that is not another step', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'mixed_types')
  const answer = visitor.element.getByLabel('Your answer')
  await answer.fill('Montr')
  await visitor.element.getByLabel('Plateau').check()
  await visitor.page.evaluate(() => (window.drawn = window.element.shadowRoot.querySelector('form')))

  await visitor.page.evaluate(() => document.querySelector('#other-place').append(window.element))
  await visitor.page.evaluate(() => (window.element.texts = { ...window.element.texts }))
  assert.ok(await visitor.page.evaluate(() => window.drawn.isConnected), 'the form is not drawn again')
  await answer.focus()
  await visitor.run('language', 'fr')
  assert.equal(await visitor.element.getByLabel('Votre réponse').inputValue(), 'Montr')
  await visitor.page.keyboard.type('eal')
  for (const label of ['Chequing', 'Savings']) await visitor.element.getByLabel(label).check()
  await visitor.element.getByAltText('Image 2 sur 3').click()
  await visitor.button('Envoyer').click()
  await visitor.state('done')
  assert.equal(await visitor.title(), 'Connexion réussie')
})

test('a double click on Send, and a form that is submitted twice, send once', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', { ...round([question()]), answer: { hangs: true } })
  await visitor.element.getByLabel('Your answer').fill('blue')
  await visitor.button('Send').dblclick()
  await root(visitor, (root) => root.querySelector('form').requestSubmit())
  assert.deepEqual(await visitor.run('calls'), [['answer', [['1.1.answer', 'blue']]]])
  assert.equal(await visitor.button('Send').getAttribute('aria-disabled'), 'true')
})

test('a refused answer is said beside its field, which gets the focus; the others keep their text', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'three_questions')
  const answers = visitor.element.getByLabel('Your answer')
  await answers.nth(0).fill('Montreal')
  await answers.nth(2).fill('Lakeside')
  await visitor.button('Send').click()
  const missing = answers.nth(1)
  await visitor.element.getByText('Please answer this.').waitFor()
  assert.equal(await visitor.element.getByText('Please answer this.').count(), 1)
  assert.equal(await missing.getAttribute('aria-invalid'), 'true')
  assert.equal(await missing.getAttribute('aria-describedby'), '1.2.answer-error')
  assert.equal(await visitor.focused.getAttribute('name'), '1.2.answer')
  assert.deepEqual(await visitor.element.getByRole('alert').allTextContents(), ['Please check the marked fields.'])

  await visitor.page.keyboard.type('Rex')
  await visitor.page.keyboard.press('Enter')
  await visitor.state('done')
  const { answers: sent } = await visitor.run('counts')
  assert.equal(sent, 1)
})

test('the marks of a refused answer go when the next one is sent', async (t) => {
  const visitor = await visit(t)
  const fields = [{ name: '1.1.answer', reason: 'too-long' }]
  const error = { code: 'INVALID_ANSWER', next: 'answer-again', fields }
  await visitor.run('step', { ...round([question()]), answer: { error } })
  await visitor.button('Send').click()
  await visitor.element.getByText('This answer is too long.').waitFor()
  await visitor.button('Send').click()
  await until(async () => (await visitor.run('calls')).length === 2, 'the second answer')
  assert.equal(await visitor.element.getByText('This answer is too long.').count(), 1)
})

test('an error of a call is said in an alert, and the answer can be sent again', async (t) => {
  const visitor = await visit(t)
  await STATES['answer not sent'](visitor)
  assert.equal(await visitor.element.getByLabel('Your answer').inputValue(), 'blue')
  await visitor.button('Send').click()
  await until(async () => (await visitor.run('calls')).length === 2, 'the second answer')
})

test('an error in a field that is not shown is still said', async (t) => {
  const visitor = await visit(t)
  const fields = [{ name: '9.9.answer', reason: 'unknown-field' }]
  const error = { code: 'INVALID_ANSWER', next: 'answer-again', fields }
  await visitor.run('step', { ...round([question()]), answer: { error } })
  await visitor.button('Send').click()
  await visitor.element.getByRole('alert').getByText('Please check your answers').waitFor()
})

test('the first view takes the focus from nobody, and a button outside keeps it', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await page.locator('#outside').focus()
  await visitor.run('step', round([question()]))
  await visitor.run('step', working('answer'))
  assert.equal(await page.evaluate(() => document.activeElement.id), 'outside')
  const status = visitor.element.getByRole('status')
  assert.equal(await status.textContent(), 'Sending your answer to your bank', 'a screen reader hears it')
})

test('the focus follows the steps of a person who is in the element', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', round([question()]))
  await visitor.element.getByLabel('Your answer').focus()
  await visitor.run('step', working('answer'))
  assert.equal(await visitor.focused.textContent(), 'Sending your answer to your bank')
  await visitor.run('step', working('poll', 5))
  assert.equal(await visitor.focused.textContent(), 'Your bank is working', 'the heading stays')
  await visitor.run('step', round([question('And now?', {}, '2.1')]))
  assert.equal(await visitor.focused.getAttribute('name'), '2.1.answer')
  await visitor.run('step', { kind: 'done', result: {} })
  assert.equal(await visitor.focused.textContent(), 'Connected')
})

test('focus() moves to the first control', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', round([question()]))
  await visitor.page.evaluate(() => window.element.focus())
  assert.equal(await visitor.focused.getAttribute('name'), '1.1.answer')
})

test('waiting says what happens, what comes next, and for how long it has waited', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', working('poll', (await visitor.run('now')) + 30_000))
  const view = () => visitor.element.locator('p').allTextContents()
  const next = 'This can take a few minutes. You can stay on this page.'
  assert.deepEqual(await view(), [next, '', 'Next check in 30 sec'])
  await visitor.run('advance', 12_000)
  await until(async () => (await view())[2] === 'Next check in 18 sec', 'the time goes on')
  assert.equal((await view())[1], 'Elapsed time: 12 sec')
  await visitor.run('step', working('poll', null))
  assert.deepEqual(await view(), [next, 'Elapsed time: 12 sec', ''], 'the next step goes on counting')
  await visitor.run('advance', 3_600_000)
  await until(async () => (await view())[1] === 'Elapsed time: 1 hr 12 sec', 'an hour')
})

test('a documented deadline is counted down, a guessed one is not', async (t) => {
  const visitor = await visit(t)
  const at = (await visitor.run('now')) + 61_000
  await visitor.run('step', round([question()], { expires: { at, documented: false } }))
  assert.equal(await visitor.element.getByRole('timer').count(), 0)
  await visitor.run('step', round([question()], { expires: { at, documented: true } }))
  assert.equal(await visitor.element.getByRole('timer').textContent(), 'Time left to answer: 1 min 1 sec')
})

test('a person who got no code starts a new session', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'code_never_comes')
  await visitor.state('challenge')
  await visitor.element.getByText('I got no code').click()
  await visitor.element.getByText('Your bank allows the next try in 8 min.').waitFor()
  await visitor.button('Start again').click()
  await visitor.element.getByLabel('Your one-time code').fill('123456')
  await visitor.page.keyboard.press('Enter')
  await visitor.state('done')
})

test('a guessed time of a new session is not counted down, and a question offers none', async (t) => {
  const visitor = await visit(t)
  const newSession = { at: (await visitor.run('now')) + 60_000, documented: false }
  await visitor.run('step', round([question()], { newSession }))
  assert.equal(await visitor.element.getByText('I got no code').count(), 0)
  const code = [text('1.1.answer', { autocomplete: 'one-time-code' })]
  await visitor.run('step', round([question('The code', { fields: code })], { newSession }))
  await visitor.element.getByText('I got no code').click()
  await visitor.element.getByText('Your bank does not say when').waitFor()
})

test('a code has the keyboard with letters, because it may have some, and is filled in from a message', async (t) => {
  const visitor = await visit(t)
  await STATES.code(visitor)
  const input = visitor.element.getByLabel('Your one-time code')
  assert.deepEqual(
    [await input.getAttribute('autocomplete'), await input.getAttribute('inputmode'), await input.getAttribute('type')],
    ['one-time-code', null, null],
  )
})

test('an answer is hidden until the person chooses to show it', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'Greatday')
  const input = visitor.element.getByLabel('Your answer')
  assert.equal(await input.getAttribute('type'), 'password')
  await visitor.element.getByLabel('Show what I type').check()
  assert.equal(await input.getAttribute('type'), 'text')
  await visitor.element.getByLabel('Show what I type').uncheck()
  assert.equal(await input.getAttribute('type'), 'password')
})

test('hostile texts stay text, and no address but a picture is loaded', async (t) => {
  const visitor = await visit(t)
  const hostile = '<img src=x onerror=alert(1)><script>alert(2)</script><b>bold</b>'
  const image = (src) => ({ src })
  const options = [
    { id: '0', label: hostile, image: null },
    { id: '1', label: hostile, image: image('javascript:alert(3)') },
    { id: '2', label: hostile, image: image('http://elsewhere.example/a.png') },
  ]
  const choice = [text('1.2.answer', { type: 'image-select', options })]
  await visitor.run(
    'step',
    round([
      question(hostile, { image: image('data:text/html,<script>alert(4)</script>') }),
      question(hostile, { fields: choice }, '1.2'),
    ]),
  )
  assert.deepEqual(await visitor.element.locator('[part~=prompt]').allTextContents(), [hostile, hostile])
  assert.equal(await visitor.element.locator('script, b').count(), 0)
  assert.equal(await visitor.element.locator('img[src]').count(), 0)
})

test('Cancel ends the flow', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'Greatday')
  await visitor.button('Cancel').click()
  await visitor.state('failed')
  assert.equal(await visitor.title(), 'Cancelled')
  assert.equal(await visitor.element.getByRole('status').textContent(), '', 'the title has the focus, and is read once')
})

test('each change is an event', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'Greatday')
  await visitor.element.getByLabel('Your answer').fill('Montreal')
  await visitor.button('Send').click()
  await visitor.state('done')
  assert.deepEqual(await visitor.run('events'), [
    ['step', 'working'],
    ['step', 'challenge'],
    ['step', 'working'],
    ['step', 'done'],
    ['done', true],
  ])
})

test('the button of a failed flow starts another one, unless the app does that in its own way', async (t) => {
  const visitor = await visit(t)
  await visitor.run('offer', 'flinks', 'code_session_expired')
  await visitor.run('prevent')
  await visitor.button('Connect your bank').click()
  await visitor.state('failed')
  await visitor.button('Start again').click()
  assert.deepEqual((await visitor.run('events')).slice(-2), [
    ['failed', 'session-expired'],
    ['action', 'start-over'],
  ])
  assert.deepEqual(await visitor.run('calls'), [['start']])

  await visitor.run('prevent', false)
  await visitor.button('Start again').dblclick()
  await until(async () => (await visitor.run('calls')).length > 1, 'the second flow')
  await visitor.state('failed')
  assert.deepEqual(await visitor.run('calls'), [['start'], ['start']])
})

test('a flow that must wait can be started again only when its time has come', async (t) => {
  const visitor = await visit(t)
  await visitor.run('start', 'flinks', 'code_too_many_requests_429')
  await visitor.state('failed')
  const again = visitor.button('Try again')
  assert.ok(await again.isDisabled())
  await visitor.element.getByText('You can try again in 30 sec.').waitFor()
  await visitor.run('advance', 30_000)
  await until(() => again.isEnabled(), 'the time has come')
  assert.equal(await visitor.element.getByText('You can try again').count(), 0)
})

test('a failure that nobody here can mend has no button', async (t) => {
  const visitor = await visit(t)
  await STATES['failed for good'](visitor)
  assert.equal(await visitor.element.getByRole('button').count(), 0)
})

test('another flow, and none, replace what is drawn, and no subscription is left', async (t) => {
  const visitor = await visit(t)
  await visitor.run('step', round([question()]))
  assert.equal(await visitor.run('listeners'), 1)
  await visitor.page.evaluate(() => window.element.remove())
  assert.equal(await visitor.run('listeners'), 0)
  await visitor.run('step', working('poll'))
  await visitor.page.evaluate(() => document.querySelector('#place').append(window.element))
  assert.equal(await visitor.run('listeners'), 1)
  await visitor.state('working')
  await visitor.page.evaluate(() => (window.element.flow = null))
  assert.equal(await visitor.run('listeners'), 0)
  assert.equal(await visitor.element.locator('[part=box]').textContent(), '')
  assert.equal(await visitor.element.locator('[part=box]').isVisible(), false)
})

test('properties that were set before the element was defined count', async (t) => {
  const visitor = await visit(t, { fresh: 'undefined' })
  await visitor.run('setBeforeDefined', round([question()]))
  await visitor.element.getByLabel('Votre réponse').waitFor()
})

test('a step of an unknown kind is drawn as the working state', async (t) => {
  const visitor = await visit(t)
  await STATES.polling(visitor)
  const [known] = [await visitor.title()]
  await visitor.run('step', { kind: 'newer-kind' })
  await visitor.state('newer-kind')
  assert.notEqual(known, '')
  assert.notEqual(await visitor.title(), '')
  await visitor.button('Cancel').waitFor()
})

test('in a page from right to left, each text has the direction of its language', async (t) => {
  const visitor = await visit(t)
  await visitor.page.evaluate(() => (document.documentElement.dir = 'rtl'))
  t.after(() => visitor.page.evaluate(() => document.documentElement.removeAttribute('dir')))
  await visitor.run('step', round([question('מה הצבע?'), question('Which colour?', {}, '1.2')]))
  const directions = () =>
    visitor.page.evaluate(() => {
      const all = window.element.shadowRoot.querySelectorAll('[part=title], [part=prompt]')
      return [...all].map((one) => getComputedStyle(one).direction)
    })
  assert.deepEqual(await directions(), ['ltr', 'rtl', 'ltr'])
})
