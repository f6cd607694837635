/** A connection that lives on, and one that begins: in Flinks' frame, in a form, and by the whole page. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { home, person, visit } from './bench.mjs'

const RECONNECT = { mode: 'reconnect' }
const WHOLE_PAGE = { mode: 'reconnect', place: 'page' }
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'

/** How it ended, which way it went, and how much that proves: the first word of each. */
async function proof(visitor) {
  const { ending, ...facts } = await visitor.ended()
  const first = (fact) => facts[fact].split(':')[0]
  return [ending, first('method'), first('health'), first('ownership')]
}

const asked = (connect) => connect.getByLabel('Your answer').waitFor()

/** Lets the frame itself claim that the person is through: its origin, its window, its shape and its time are right. */
async function claims(visitor, loginId) {
  await visitor.connect.locator('body').evaluate((_, loginId) => {
    parent.postMessage({ step: 'REDIRECT', institution: 'FlinksCapital', loginId }, '*')
  }, loginId)
}

/** How many listeners for messages the page has. */
async function listeners(page) {
  const devtools = await page.context().newCDPSession(page)
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'window' })
  const { listeners } = await devtools.send('DOMDebugger.getEventListeners', { objectId: result.objectId })
  await devtools.detach()
  return listeners.filter(({ type }) => type === 'message').length
}

const OWNERSHIPS = {
  tagged: ['', 'Tagged', 'Connected', 'Fetch the data'],
  unproven: ['no-tag', 'Unproven', 'Linked, but whose is it?', 'Find out whose it is'],
}

test('one flow after the other, in one page', async (t) => {
  const visitor = await visit(t)
  const { page, connect, focused, outcome } = visitor

  for (const byAsync of [false, true]) {
    await t.test(`mid-session in the frame, by ${byAsync ? 'AuthorizeAsync' : 'Authorize'}`, async () => {
      await visitor.start('Greatday', { ...RECONNECT, byAsync })
      if (byAsync) await visitor.hurry()
      await asked(connect)
      assert.equal(await page.locator('#diagram .node.lit').textContent(), 'connecting')
      const frame = page.locator('#bank iframe')
      const attributes = await frame.evaluate((iframe) => ({
        sandbox: iframe.getAttribute('sandbox'),
        referrer: iframe.referrerPolicy,
        allow: iframe.allow,
        foreign: iframe.contentDocument === null,
      }))
      assert.deepEqual(attributes, { sandbox: SANDBOX, referrer: 'strict-origin', allow: '', foreign: true })

      await visitor.answerConnect('Toronto')
      await connect.getByText('What is the best country on earth?').waitFor()
      await visitor.answerConnect('Canada')
      assert.deepEqual(await proof(visitor), ['done', 'Mid-session', 'Live', 'Given'])
      assert.equal((await visitor.ended())['login-id'], person('Greatday').loginId)
      assert.equal(await frame.count(), 0)
      assert.deepEqual(await visitor.heard(), {
        said: [
          ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA'],
          ...['INVALID_SECURITY_RESPONSE', 'COMPONENT_LOAD_MFA_RETRY', 'SUBMIT_MFA', 'REDIRECT'],
        ],
        refused: {},
      })
      const { liveStarts, cachedStarts, connects } = await visitor.counts()
      assert.deepEqual({ liveStarts, cachedStarts, connects }, { liveStarts: 1, cachedStarts: 1, connects: 1 })
      const calls = byAsync ? ['more 202', 'more 203', 'ok 200'] : ['more 203', 'ok 200']
      assert.deepEqual(await visitor.calls(), calls)
    })
  }

  await t.test('in a form of the page, the person never sees Connect', async () => {
    await visitor.start('Greatday', { ...RECONNECT, place: 'form' })
    await visitor.answer('Montreal')
    assert.deepEqual(await proof(visitor), ['done', 'Form', 'Live', 'Given'])
    assert.equal((await visitor.counts()).connects, 0)
    assert.ok(await page.locator('#heard').isHidden())
  })

  await t.test('where the bank does not ask, nobody is asked', async () => {
    await visitor.start('greatday_nomfa', RECONNECT)
    assert.deepEqual(await proof(visitor), ['done', 'Live', 'Live', 'Given'])
    assert.equal((await visitor.counts()).connects, 0)
  })

  await t.test(
    'a broken connection is mended by signing in, in the frame, and breaks again for the next flow',
    async () => {
      await visitor.start('broken_login', RECONNECT)
      await visitor.signIn('broken_login')
      await visitor.answerConnect('Montreal')
      assert.deepEqual(await proof(visitor), ['done', 'Credentials', 'Live', 'Given'])
      assert.ok(!(await visitor.heard()).said.includes('COMPONENT_LOAD_INSTITUTION_SELECTOR'))
      await visitor.press('#again')
      await connect.getByLabel('Username').waitFor()
      await visitor.press('#cancel')
    },
  )

  await t.test(
    'a broken card does not end healthy, whatever the frame claims and though cached mode agrees',
    async () => {
      await visitor.start('broken_login', RECONNECT)
      await connect.getByLabel('Username').waitFor()
      await claims(visitor, person('broken_login').loginId)
      assert.deepEqual(await proof(visitor), ['done', 'Credentials', 'Unproven', 'Given'])
      assert.equal(await outcome.locator('h3').textContent(), 'Known, but perhaps broken')
      assert.equal((await visitor.ended()).advice, 'Reconnect it live, later')
    },
  )

  await t.test('whoever signs in to another connection than the one that broke has not mended it', async () => {
    await visitor.start('broken_login', RECONNECT)
    await visitor.signIn('greatday_nomfa')
    const { ending, code, next } = await visitor.ended()
    assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'login-mismatch', next: 'give-up' })
    assert.equal((await visitor.counts()).cachedStarts, 0)
  })

  for (const [ownership, [misbehave, word, title, advice]] of Object.entries(OWNERSHIPS)) {
    await t.test(`a first link in the frame: its ownership is ${ownership}, and the page says what to do`, async () => {
      await visitor.start('Greatday', { mode: 'link', misbehave })
      await connect.getByRole('button', { name: 'FlinksCapital' }).click()
      await visitor.signIn('greatday_nomfa')
      assert.deepEqual(await proof(visitor), ['done', 'Credentials', 'Live', word])
      assert.equal(await outcome.locator('h3').textContent(), title)
      assert.equal((await visitor.ended()).advice, advice)
      // The tag is the flow's one-time state.
      const log = await page.locator('#wire').textContent()
      assert.equal(/"Tag": ••••••/.test(log), ownership === 'tagged')
    })
  }

  await t.test('a frame that cannot be opened for want of a token can be opened a moment later', async () => {
    await visitor.start('Greatday', { mode: 'link', fault: ['busy', 'token'] })
    await page.getByText('Your bank’s page cannot be opened now.').waitFor()
    await visitor.press('#reopen')
    await connect.getByRole('button', { name: 'FlinksCapital' }).click()
    await visitor.signIn('greatday_nomfa')
    assert.equal((await visitor.ended()).ending, 'done')
  })

  await t.test('a popup that the frame opens works, and the flow goes on beside it', async () => {
    await visitor.start('Greatday', RECONNECT)
    await asked(connect)
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      connect.getByRole('button', { name: 'Open the bank’s own page' }).click(),
    ])
    popup.once('dialog', (dialog) => dialog.accept())
    assert.equal(await popup.evaluate(() => opener !== null && confirm('A sandbox would not let this be asked.')), true)
    await popup.close()
    await visitor.answerConnect('Montreal')
    assert.equal((await visitor.ended()).ending, 'done')
    assert.deepEqual((await visitor.heard()).refused, {})
  })

  for (const [way, button, code] of [
    ['cancelled', '#cancel', 'cancelled'],
    ['left alone for half an hour', '#expire', 'session-expired'],
  ]) {
    await t.test(`${way}, the flow is over, and the frame and its listener are gone`, async () => {
      await visitor.start('Greatday', RECONNECT)
      await asked(connect)
      assert.equal(await listeners(page), 1)
      await visitor.press(button)
      assert.equal((await visitor.ended()).code, code)
      assert.equal(await page.locator('#bank iframe').count(), 0)
      assert.equal(await listeners(page), 0)
    })
  }

  await t.test('the keyboard alone leads through the frame to the end', async () => {
    await page.locator('[name="mode"][value="reconnect"]').check()
    await page.locator('#start').focus()
    await page.keyboard.press('Enter')
    await connect.locator('input:focus').waitFor()
    await page.keyboard.type('Montreal')
    await page.keyboard.press('Enter')
    assert.equal((await visitor.ended()).ending, 'done')
    assert.equal(await focused.textContent(), await outcome.locator('h3').textContent())
  })
})

// The whole-page way ---------------------------------------------------------------------------

test('by the whole page and back: the LoginId leaves the address bar, and the flow goes on to its end', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const { loginId } = person('Greatday')
  await visitor.start('Greatday', WHOLE_PAGE)
  await visitor.press('#leave')
  await asked(page)
  const requests = []
  page.on('request', (request) => requests.push(request))
  await visitor.answerConnect('Montreal', page)
  assert.deepEqual(await proof(visitor), ['done', 'Mid-session', 'Live', 'Given'])

  assert.equal(page.url(), home)
  const telling = requests.filter((request) => `${request.url()} ${request.headers().referer}`.includes(loginId))
  assert.deepEqual(
    telling.map((request) => request.isNavigationRequest()),
    [true],
    'only the landing itself tells the LoginId',
  )
  const { flow, tokens } = await visitor.kept()
  assert.deepEqual({ flow, tokens }, { flow: null, tokens: {} })
  // What was chosen before is chosen still: the same starts again.
  await visitor.press('#again')
  await page.locator('#leave').waitFor()
})

test('a landing address that this window does not wait for is clean at once and not believed', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const arrive = async (query) => {
    await page.goto(`${home}?kept=1&${query}`)
    await visitor.ready()
    await page.getByText('It was not believed.').waitFor()
    assert.equal(page.url(), `${home}?kept=1`)
  }
  const handedOn = `loginId=${person('Greatday').loginId}&state=handed-on`
  await arrive(handedOn)
  await visitor.start('Greatday', WHOLE_PAGE)
  await page.locator('#leave').waitFor()
  await arrive('loginId=no-guid')
  await page.locator('#restore').waitFor()
  // Of another flow: this one waits on.
  await arrive(handedOn)
  await visitor.press('#leave')
  await visitor.answerConnect('Montreal', page)
  assert.deepEqual(await proof(visitor), ['done', 'Mid-session', 'Live', 'Given'])
})

// Reloads ----------------------------------------------------------------------------------------

/** Each stage: how the flow is brought there, and how it goes on once it was taken up after the reload. */
const STAGES = {
  polling: [
    { byAsync: true },
    (visitor) => visitor.reaches('waiting'),
    async (visitor) => {
      await visitor.hurry()
      await visitor.answerConnect('Montreal')
    },
  ],
  'frame open, after a wrong answer': [
    {},
    async (visitor) => {
      await visitor.answerConnect('Toronto')
      await visitor.connect.getByText('What is the best country on earth?').waitFor()
    },
    (visitor) => visitor.answerConnect('Canada'),
  ],
  confirming: [
    {},
    async (visitor) => {
      await asked(visitor.connect)
      await visitor.control({ fault: { kind: 'hang', on: 'start' } })
      await visitor.answerConnect('Montreal')
      await visitor.received('cachedStarts')
    },
    (visitor) => visitor.hurry(),
  ],
}

for (const [stage, [options, reach, goOn]] of Object.entries(STAGES)) {
  test(`a reload at the stage “${stage}” ends as it would have`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { ...RECONNECT, ...options })
    await reach(visitor)
    await visitor.reload()
    await visitor.press('#restore')
    await goOn(visitor)
    assert.deepEqual(await proof(visitor), ['done', 'Mid-session', 'Live', 'Given'])
    assert.equal((await visitor.counts()).liveStarts, 1)
  })
}

test('a first link by the whole page: a reload before, at and after Connect ends as it would have', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday', { mode: 'link', place: 'page' })
  await page.locator('#leave').waitFor()
  await visitor.reload()
  await visitor.press('#restore')
  await visitor.press('#leave')
  const institution = page.getByRole('button', { name: 'FlinksCapital' })
  await institution.waitFor()
  await page.reload()
  await institution.click()
  await visitor.signIn('greatday_nomfa', page)
  assert.deepEqual(await proof(visitor), ['done', 'Credentials', 'Live', 'Tagged'])
  await visitor.reload()
  assert.equal(await page.locator('#restore').count(), 0, 'after the end a reload offers nothing')
})
