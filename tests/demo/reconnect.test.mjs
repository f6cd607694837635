/** Reconnects and first connections: in the Connect iframe, in a form, and on the Connect page. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { pageUrl, person, visit } from './fixtures.mjs'

const RECONNECT = { mode: 'reconnect' }
const CONNECT_PAGE = { mode: 'reconnect', presentation: 'page' }
const SANDBOX = 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox'

/** Waits for the end: `ending`, method, health and ownership. */
async function readProof(visitor) {
  const { ending, method, health, ownership } = await visitor.readOutcome()
  return [ending, method, health, ownership]
}

const waitForQuestion = (connect) => connect.getByLabel('Your answer').waitFor()

/** Sends a REDIRECT from the iframe itself, so that its origin, source, shape and order are right. */
async function forgeRedirect(visitor, loginId) {
  await visitor.connect.locator('body').evaluate((_, loginId) => {
    parent.postMessage({ step: 'REDIRECT', institution: 'FlinksCapital', loginId }, '*')
  }, loginId)
}

/** The number of message listeners on the page. */
async function countListeners(page) {
  const devtools = await page.context().newCDPSession(page)
  const { result } = await devtools.send('Runtime.evaluate', { expression: 'window' })
  const { listeners } = await devtools.send('DOMDebugger.getEventListeners', { objectId: result.objectId })
  await devtools.detach()
  return listeners.filter(({ type }) => type === 'message').length
}

// Resume ------------------------------------------------------------------------------------------

test('a session that waits for MFA is resumed in the iframe, and the outcome shows the accounts', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'resume' })
  await waitForQuestion(visitor.connect)
  await visitor.answerConnect('Montreal')
  assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])
  const { accountIds } = await visitor.readOutcome()
  assert.match(accountIds.join(), /^[\da-f-]{36},[\da-f-]{36}$/)
  const { liveStarts, cachedStarts, connects } = await visitor.vendorCounts()
  assert.deepEqual({ liveStarts, cachedStarts, connects }, { liveStarts: 1, cachedStarts: 1, connects: 1 })
})

// In the iframe or a form ------------------------------------------------------------------------

for (const reconnectAsync of [false, true]) {
  const call = reconnectAsync ? 'AuthorizeAsync' : 'Authorize'
  test(`a reconnect with ${call} continues in the iframe, and succeeds after a wrong answer`, async (t) => {
    const visitor = await visit(t)
    const { page, connect } = visitor
    await visitor.start('Greatday', { ...RECONNECT, reconnectAsync })
    if (reconnectAsync) await visitor.skipWait()
    await waitForQuestion(connect)
    assert.equal(await page.locator('#diagram .node.current').textContent(), 'connect')
    const attributes = await visitor.frame.evaluate((iframe) => ({
      sandbox: iframe.getAttribute('sandbox'),
      referrer: iframe.referrerPolicy,
      allow: iframe.allow,
      isCrossOrigin: iframe.contentDocument === null,
    }))
    assert.deepEqual(attributes, { sandbox: SANDBOX, referrer: 'strict-origin', allow: '', isCrossOrigin: true })

    await visitor.answerConnect('Toronto')
    await connect.getByText('What is the best country on earth?').waitFor()
    await visitor.answerConnect('Canada')
    assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])
    assert.equal((await visitor.readOutcome()).loginId, person('Greatday').loginId)
    assert.equal(await visitor.frame.count(), 0)
    const { liveStarts, cachedStarts, connects } = await visitor.vendorCounts()
    assert.deepEqual({ liveStarts, cachedStarts, connects }, { liveStarts: 1, cachedStarts: 1, connects: 1 })
    const calls = reconnectAsync ? ['interim 202', 'interim 203', 'ok 200'] : ['interim 203', 'ok 200']
    assert.deepEqual(await visitor.vendorCalls(), calls)
  })
}

test('a reconnect in a form on the page never opens Connect', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { ...RECONNECT, presentation: 'form' })
  await visitor.answer('Montreal')
  assert.deepEqual(await readProof(visitor), ['done', 'form', 'live', 'given'])
  assert.equal((await visitor.vendorCounts()).connects, 0)
})

test('a reconnect succeeds without Connect if the bank asks nothing', async (t) => {
  const visitor = await visit(t)
  await visitor.start('greatday_nomfa', RECONNECT)
  assert.deepEqual(await readProof(visitor), ['done', 'live', 'live', 'given'])
  assert.equal((await visitor.vendorCounts()).connects, 0)
})

test('signing in through the iframe repairs a broken connection, and the next flow starts with it broken again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('broken_login', RECONNECT)
  await visitor.signIn('broken_login')
  await visitor.answerConnect('Montreal')
  assert.deepEqual(await readProof(visitor), ['done', 'credentials', 'live', 'given'])
  await visitor.click('#again')
  await visitor.connect.getByLabel('Username').waitFor()
})

test('after a forged REDIRECT, a broken connection is not reported as healthy, even if cached mode returns data', async (t) => {
  const visitor = await visit(t)
  await visitor.start('broken_login', RECONNECT)
  await visitor.connect.getByLabel('Username').waitFor()
  await forgeRedirect(visitor, person('broken_login').loginId)
  assert.deepEqual(await readProof(visitor), ['done', 'credentials', 'unproven', 'given'])
  assert.equal((await visitor.readOutcome()).advice, 'Reconnect live, later')
})

test('a reconnect fails if the person signs in to another connection', async (t) => {
  const visitor = await visit(t)
  await visitor.start('broken_login', RECONNECT)
  await visitor.signIn('greatday_nomfa')
  const { ending, code, next } = await visitor.readOutcome()
  assert.deepEqual({ ending, code, next }, { ending: 'failed', code: 'login-mismatch', next: 'give-up' })
  assert.equal((await visitor.vendorCounts()).cachedStarts, 0)
})

/** Each ownership of a first connection: the misbehaviour and the advice. */
const OWNERSHIPS = {
  tagged: ['', 'Fetch the data'],
  unproven: ['no-tag', 'Check the account holder'],
}

for (const [ownership, [misbehave, advice]] of Object.entries(OWNERSHIPS)) {
  test(`a first connection in the iframe shows ownership ${ownership}, and what to do next`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { mode: 'link', misbehave })
    await visitor.connect.getByRole('button', { name: 'FlinksCapital' }).click()
    await visitor.signIn('greatday_nomfa')
    assert.deepEqual(await readProof(visitor), ['done', 'credentials', 'live', ownership])
    assert.equal((await visitor.readOutcome()).advice, advice)
    // The tag is the flow's one-time state, so the log redacts it.
    const log = await visitor.page.locator('#requests').textContent()
    assert.equal(/"Tag": ••••••/.test(log), ownership === 'tagged')
  })
}

test('if there is no token for the iframe, the person can try again', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { mode: 'link', fault: ['busy', 'token'] })
  await visitor.page.getByText('Your bank’s page cannot be opened right now.').waitFor()
  await visitor.element.getByRole('button', { name: 'Open it again' }).click()
  await visitor.connect.getByRole('button', { name: 'FlinksCapital' }).click()
  await visitor.signIn('greatday_nomfa')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

test('a popup of the iframe works, and the flow continues', async (t) => {
  const visitor = await visit(t)
  const { page, connect } = visitor
  await visitor.start('Greatday', RECONNECT)
  await waitForQuestion(connect)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    connect.getByRole('button', { name: 'Open the bank’s own page' }).click(),
  ])
  popup.once('dialog', (dialog) => dialog.accept())
  assert.equal(await popup.evaluate(() => opener !== null && confirm('A sandbox would block this dialog.')), true)
  await popup.close()
  await visitor.answerConnect('Montreal')
  assert.equal((await visitor.readOutcome()).ending, 'done')
})

for (const [what, button, code] of [
  ['is cancelled', (visitor) => visitor.cancelButton, 'cancelled'],
  ['expires after 30 minutes', ({ page }) => page.locator('#skip-to-expiry'), 'session-expired'],
]) {
  test(`a flow that ${what} in the iframe removes the iframe and its listener`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', RECONNECT)
    await waitForQuestion(visitor.connect)
    assert.equal(await countListeners(visitor.page), 1)
    await button(visitor).click()
    assert.equal((await visitor.readOutcome()).code, code)
    assert.equal(await visitor.frame.count(), 0)
    assert.equal(await countListeners(visitor.page), 0)
  })
}

test('the keyboard alone can complete a flow in the iframe', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await page.locator('[name="mode"][value="reconnect"]').check()
  await page.locator('#start').focus()
  await page.keyboard.press('Enter')
  await visitor.connect.locator('input:focus').waitFor()
  await page.keyboard.type('Montreal')
  await page.keyboard.press('Enter')
  assert.equal((await visitor.readOutcome()).ending, 'done')
  await visitor.element.locator('h2:focus').waitFor()
})

// On the Connect page ----------------------------------------------------------------------------

test('a reconnect on the Connect page removes the LoginId from the address bar, and succeeds', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const { loginId } = person('Greatday')
  await visitor.start('Greatday', CONNECT_PAGE)
  await visitor.click('#leave')
  await waitForQuestion(page)
  const requests = []
  page.on('request', (request) => requests.push(request))
  await visitor.answerConnect('Montreal', page)
  assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])

  assert.equal(page.url(), `${pageUrl}#flinks/Greatday?start=reconnect&answer=page`)
  const withLoginId = requests.filter((request) => `${request.url()} ${request.headers().referer}`.includes(loginId))
  assert.deepEqual(
    withLoginId.map((request) => request.isNavigationRequest()),
    [true],
    'only the redirect back contains the LoginId',
  )
  const { flow, tokens } = await visitor.storedState()
  assert.deepEqual({ flow, tokens }, { flow: null, tokens: {} })
  // The setup form still has the same choices.
  await visitor.click('#again')
  await page.locator('#leave').waitFor()
})

test('a flow can be cancelled before the Connect page, whose button is in the person’s language', async (t) => {
  const visitor = await visit(t)
  await visitor.start('Greatday', { ...CONNECT_PAGE, language: 'fr' })
  await visitor.page.getByRole('button', { name: 'Ouvrir le site de votre banque' }).waitFor()
  await visitor.page.getByRole('button', { name: 'Annuler' }).click()
  assert.equal((await visitor.readOutcome()).code, 'cancelled')
  await visitor.element.getByRole('heading', { name: 'Connexion annulée' }).waitFor()
})

test('a person who refuses at the bank comes back to the same flow, which offers another try', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday', CONNECT_PAGE)
  await visitor.click('#leave')
  await waitForQuestion(page)
  await page.getByRole('button', { name: 'Refuse at the bank' }).click()
  await page.getByText('Your bank did not accept the sign-in.').waitFor()
  assert.equal(page.url(), `${pageUrl}#flinks/Greatday?start=reconnect&answer=page`)
  // A forged landing with an error informs, too, and the flow goes on.
  await page.goto(`${pageUrl}?error=server_error&error_description=Call+555-0100&state=other-flow`)
  await page.getByText('Your bank had a technical problem.').waitFor()
  assert.equal(await page.getByText('555').count(), 0)
  await visitor.click('#leave')
  await visitor.answerConnect('Montreal', page)
  assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])
})

test('an unexpected Connect landing URL is removed from the address bar and ignored', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const visitWithQuery = async (query) => {
    await page.goto(`${pageUrl}?kept=1&${query}`)
    await visitor.waitUntilReady()
    await page.getByText('It was ignored.').waitFor()
    assert.equal(page.url().split('#')[0], `${pageUrl}?kept=1`)
  }
  const otherFlow = `loginId=${person('Greatday').loginId}&state=other-flow`
  await visitWithQuery(otherFlow)
  await visitor.start('Greatday', CONNECT_PAGE)
  await page.locator('#leave').waitFor()
  await visitWithQuery('loginId=no-guid')
  await page.locator('#resume').waitFor()
  await visitWithQuery(otherFlow)
  await visitor.click('#leave')
  await visitor.answerConnect('Montreal', page)
  assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])
})

// Reloads ----------------------------------------------------------------------------------------

/** Each moment of a reload: the options of the flow, what happens before the reload, and after the flow was resumed. */
const RELOADS = {
  'while the flow polls': [
    { reconnectAsync: true },
    (visitor) => visitor.waitForState('waiting'),
    async (visitor) => {
      await visitor.skipWait()
      await visitor.answerConnect('Montreal')
    },
  ],
  'in the iframe, after a wrong answer': [
    {},
    async (visitor) => {
      await visitor.answerConnect('Toronto')
      await visitor.connect.getByText('What is the best country on earth?').waitFor()
    },
    (visitor) => visitor.answerConnect('Canada'),
  ],
  'while the flow verifies the connection': [
    {},
    async (visitor) => {
      await waitForQuestion(visitor.connect)
      await visitor.controlVendor({ fault: { kind: 'hang', on: 'start' } })
      await visitor.answerConnect('Montreal')
      await visitor.waitForVendor('cachedStarts')
    },
    (visitor) => visitor.skipWait(),
  ],
}

for (const [when, [options, before, after]] of Object.entries(RELOADS)) {
  test(`a reload ${when} does not change the result`, async (t) => {
    const visitor = await visit(t)
    await visitor.start('Greatday', { ...RECONNECT, ...options })
    await before(visitor)
    await visitor.reload()
    await visitor.click('#resume')
    await after(visitor)
    assert.deepEqual(await readProof(visitor), ['done', 'mid-session', 'live', 'given'])
    assert.equal((await visitor.vendorCounts()).liveStarts, 1)
  })
}

test('reloads before, during and after the Connect page do not change the result', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await visitor.start('Greatday', { mode: 'link', presentation: 'page' })
  await page.locator('#leave').waitFor()
  await visitor.reload()
  await visitor.click('#resume')
  await visitor.click('#leave')
  const institution = page.getByRole('button', { name: 'FlinksCapital' })
  await institution.waitFor()
  await page.reload()
  await institution.click()
  await visitor.signIn('greatday_nomfa', page)
  assert.deepEqual(await readProof(visitor), ['done', 'credentials', 'live', 'tagged'])
  await visitor.reload()
  assert.equal(await page.locator('#resume').count(), 0, 'after the end a reload offers no flow')
})
