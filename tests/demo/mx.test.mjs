/** MX flows in the page, through the page's server, which adds the API key. */
import assert from 'node:assert/strict'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { visit } from './fixtures.mjs'

/** The simulator's key and members for the seed of the demo. */
const { key, member } = simulator({ seed: 1 }).mx

const start = (visitor, name, memberStart) => visitor.start(name, { vendor: 'mx', memberStart })

/** Polls until the flow sees that the person has left the bank's window. */
const waitForOauth = (visitor) => visitor.skipWaitsUntil('body:not([data-state="redirect"])')

/** Answers a round. A response is a text, the label of an option, or `IMAGE_2`. */
async function answer(visitor, responses, number = 1) {
  await visitor.skipWaits(number)
  await visitor.waitForRound(number)
  for (const [index, response] of responses.entries()) {
    const challenge = visitor.challenges.nth(index)
    const picture = /^IMAGE_(\d)$/.exec(response)
    if (picture) await challenge.getByAltText(`Picture ${picture[1]} of 3`).click()
    else if (await challenge.getByRole('radio').count()) await challenge.getByLabel(response, { exact: true }).check()
    else await challenge.locator('input').first().fill(response)
  }
  await visitor.sendButton.click()
}

async function waitForEnd(visitor, number) {
  await visitor.skipWaits(number)
  return visitor.readOutcome()
}

/** The counts of MX. Fails if a call broke a rule of MX. */
async function mxCounts(visitor) {
  const { broken, answers, answersJudged, credentials } = await visitor.vendorCounts()
  assert.deepEqual(broken, {})
  return { answers, answersJudged, credentials }
}

/** Each member's rounds: the kind and the vendor's type of each challenge. */
const ROUNDS = {
  code_by_phone: [['choice, OPTIONS'], ['code, TOKEN']],
  mixed: [
    ['question, TEXT', 'code, TOKEN', 'choice, OPTIONS', 'image-text, IMAGE_DATA', 'image-choice, IMAGE_OPTIONS'],
  ],
}

for (const [name, rounds] of Object.entries(ROUNDS)) {
  const { title, responses, memberGuid } = member(name)
  test(`MX ${name} (${title}): the form answers every challenge`, async (t) => {
    const visitor = await visit(t)
    await start(visitor, name)
    for (const [index, round] of rounds.entries()) {
      await visitor.skipWaits(index + 1)
      await visitor.waitForRound(index + 1)
      assert.deepEqual(await visitor.challengeTypes(), round)
      for (const image of await visitor.round.locator('img').all()) {
        assert.ok(await image.evaluate(async (img) => (await img.decode(), img.clientWidth > 40)))
      }
      await answer(visitor, responses[index], index + 1)
    }
    const facts = await waitForEnd(visitor, rounds.length + 1)
    assert.deepEqual([facts.ending, facts.memberGuid, facts.connectionStatus], ['done', memberGuid, 'CONNECTED'])
    const [answers, answersJudged] = [rounds.length, rounds.length]
    assert.deepEqual(await mxCounts(visitor), { answers, answersJudged, credentials: 0 })
  })
}

test('a picture that exceeds the session storage quota does not stop the flow', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'huge_image')
  await answer(visitor, ['square'])
  assert.equal((await waitForEnd(visitor, 2)).ending, 'done')
})

test('a wrong answer fails the flow with answer-refused', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'wrong_ends')
  await answer(visitor, ['Fido'])
  const { ending, code, vendorCode } = await waitForEnd(visitor, 2)
  assert.deepEqual([ending, code, vendorCode], ['failed', 'answer-refused', '2002'])
  assert.deepEqual(await mxCounts(visitor), { answers: 1, answersJudged: 1, credentials: 0 })
})

test('a new member is created with the credentials that its institution asks for, and they are sent once', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'mx_bank_challenge', 'create')
  await answer(visitor, ['correct'])
  const { ending, memberGuid: guid } = await waitForEnd(visitor, 2)
  assert.equal(ending, 'done')
  assert.notEqual(guid, member('mx_bank_challenge').memberGuid)
  assert.deepEqual(await mxCounts(visitor), { answers: 1, answersJudged: 1, credentials: 1 })
})

test('the credentials of a DENIED member are asked in the form, again if they are wrong', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'denied')
  for (const [number, password] of [
    [1, 'wrong'],
    [2, 'Renewed'],
  ]) {
    await answer(visitor, ['denied', password], number)
  }
  assert.equal((await waitForEnd(visitor, 3)).ending, 'done')
})

test('a new member of an institution is created with the credentials that the person types', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'three_credentials', 'ask')
  await answer(visitor, ['three_credentials', 'North', 'Everyday'])
  assert.equal((await waitForEnd(visitor, 2)).ending, 'done')
  assert.equal((await mxCounts(visitor)).credentials, 1)
})

test('new credentials repair a DENIED member', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'denied', 'update')
  assert.equal((await waitForEnd(visitor)).ending, 'done')
})

test('a member that is already CHALLENGED is answered without a new job', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'already_challenged')
  await answer(visitor, ['Chicago'])
  assert.equal((await waitForEnd(visitor, 2)).ending, 'done')
  assert.equal((await visitor.vendorCounts()).jobs, 0)
})

for (const [name, end] of [
  ['approved_in_app', { ending: 'done' }],
  ['expires_soon', { ending: 'failed', code: 'session-expired' }],
]) {
  test(`${name}: the form goes away when the round ends elsewhere`, async (t) => {
    const visitor = await visit(t)
    await start(visitor, name)
    await visitor.skipWaits(1)
    await visitor.waitForRound(1)
    await until(async () => {
      await visitor.page
        .locator('#skip-to-watch')
        .click({ timeout: 500 })
        .catch(() => {})
      return (await visitor.page.locator('body[data-state="challenge"]').count()) === 0
    }, 'the form goes away')
    const outcome = await waitForEnd(visitor)
    for (const [fact, value] of Object.entries(end)) assert.equal(outcome[fact], value)
    assert.equal((await mxCounts(visitor)).answers, 0)
  })
}

for (const [name, decision, expected] of [
  ['oauth', 'Approve', { ending: 'done', connectionStatus: 'CONNECTED' }],
  ['oauth_again', 'Approve', { ending: 'done', connectionStatus: 'CONNECTED' }],
  ['oauth_revoked', 'Approve', { ending: 'done', connectionStatus: 'CONNECTED' }],
]) {
  test(`${name}: after ${decision} in the bank’s window the flow continues by itself`, async (t) => {
    const visitor = await visit(t)
    const { page } = visitor
    await start(visitor, name)
    await visitor.skipWaits()
    await visitor.waitForState('redirect')
    const bank = await openWindow(visitor)
    assert.notEqual(new URL(bank.url()).origin, new URL(page.url()).origin)
    assert.equal(await bank.evaluate(() => opener), null)
    await bank.getByRole('button', { name: decision }).click()
    await bank.getByText('You can close this window.').waitFor()
    await bank.close()
    await waitForOauth(visitor)
    const facts = await waitForEnd(visitor)
    for (const [fact, value] of Object.entries(expected)) assert.equal(facts[fact], value)
    await mxCounts(visitor)
  })
}

/** Opens the bank's window, in which the bank's page has loaded. */
async function openWindow(visitor) {
  const opened = visitor.page.context().waitForEvent('page')
  await visitor.element.getByRole('button', { name: /^Open/ }).click()
  const bank = await opened
  await bank.getByRole('button', { name: 'Approve' }).waitFor()
  return bank
}

/** Decides in the bank's window, and returns the address at which it ends. */
async function decideInWindow(visitor, decision) {
  const bank = await openWindow(visitor)
  await bank.getByRole('button', { name: decision }).click()
  await bank.getByText('You can close this window.').waitFor()
  const landing = bank.url()
  await bank.close()
  return landing
}

/** Enters the address at which the bank's window ended. */
async function passLanding({ page }, landing) {
  await page.getByText('Enter the final address').click()
  await page.locator('#landing').fill(landing)
  await page.getByRole('button', { name: 'Pass it to the flow' }).click()
}

test('after a denial that only the status shows, the person can try again', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'oauth')
  await visitor.skipWaits()
  await decideInWindow(visitor, 'Deny')
  await visitor.skipWaitsUntil('#step[data-error="denied"]')
  await visitor.element.getByText('Your bank did not accept the sign-in.').waitFor()
  await decideInWindow(visitor, 'Approve')
  await waitForOauth(visitor)
  assert.equal((await waitForEnd(visitor)).ending, 'done')
  await mxCounts(visitor)
})

test('a landing with an error is said in words, and the person can try again', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'oauth_connected', 'sign-in')
  await visitor.skipWaits()
  const landing = await decideInWindow(visitor, 'Cancel')
  await passLanding(visitor, landing)
  await visitor.skipWaitsUntil('#step[data-error="cancelled"]')
  await visitor.element.getByText('The sign-in was stopped before it was complete.').waitFor()
  // Without a status from before, only the landing says that this one is new.
  await passLanding(visitor, await decideInWindow(visitor, 'Approve'))
  await waitForOauth(visitor)
  assert.equal((await waitForEnd(visitor)).ending, 'done')
  await mxCounts(visitor)
})

test('if the bank’s window ends at another member, the flow continues with that member once it gets the landing URL', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'oauth_migrated')
  await visitor.skipWaits()
  const landing = await decideInWindow(visitor, 'Approve')
  await passLanding(visitor, landing)
  await waitForOauth(visitor)
  const facts = await waitForEnd(visitor)
  assert.equal(facts.ending, 'done')
  assert.equal(facts.memberGuid, new URL(landing).searchParams.get('member_guid'))
})

test('a flow resumed at its OAuth window gets a new window URL', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'oauth_challenged')
  await visitor.skipWaits()
  const first = await openWindow(visitor)
  await visitor.reload()
  await visitor.click('#resume')
  await visitor.skipWaits()
  const second = await openWindow(visitor)
  assert.notEqual(second.url(), first.url())
})

test('the log redacts answers, credentials and the address of the bank’s window', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'text', 'create')
  await answer(visitor, ['Chicago'])
  assert.equal((await waitForEnd(visitor, 2)).ending, 'done')
  const logText = await visitor.page.locator('#requests').textContent()
  for (const secret of ['Chicago', 'Everyday']) assert.ok(!logText.includes(secret))
  const log = await visitor.requestLog()
  assert.deepEqual([...new Set(log.map(({ to }) => to))], ['proxy'])
  const bodies = log.filter(({ sent }) => sent).map(({ sent }) => sent.match(/"value": ?(.*)/g))
  assert.deepEqual(bodies, [['"value": "••••••"', '"value": "••••••"'], ['"value": "••••••"']].map(withoutQuotes))

  await start(visitor, 'oauth', 'watch')
  await visitor.skipWaits()
  const bank = await openWindow(visitor)
  const state = new URL(bank.url()).searchParams.get('state')
  assert.ok(state.length > 16)
  assert.ok(!(await visitor.page.content()).includes(state))
})

const withoutQuotes = (lines) => lines.map((line) => line.replaceAll('"••••••"', '••••••'))

test('no request or reply of the page contains the API key', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const responses = []
  page.on('response', (response) => responses.push(readExchange(response)))
  await page.reload()
  await visitor.waitUntilReady()
  await start(visitor, 'text', 'create')
  await answer(visitor, ['Chicago'])
  assert.equal((await waitForEnd(visitor, 2)).ending, 'done')

  const texts = await Promise.all(responses)
  const calls = texts.filter((text) => new URL(text.split('\n', 1)).pathname.startsWith('/mx/'))
  assert.ok(calls.length >= 5, 'the calls to MX are among them')
  const { clientId, apiKey } = key
  for (const secret of [clientId, apiKey, btoa(`${clientId}:${apiKey}`)]) {
    assert.ok(!texts.some((text) => text.includes(secret)))
  }
  assert.ok(!calls.some((text) => /\bauthorization\b/i.test(text)))
})

/** A request and its response, headers and bodies, as one text. */
async function readExchange(response) {
  const request = response.request()
  const headers = [await request.allHeaders(), await response.allHeaders()]
  return [request.url(), JSON.stringify(headers), request.postData(), await response.text().catch(() => '')].join('\n')
}

test('the page’s server refuses MX requests from other sites and of other routes', async (t) => {
  const { page } = await visit(t)
  const { userGuid, memberGuid } = member('text')
  const members = `users/${userGuid}/members`
  const statusOf = async (path, site, method = 'GET') => {
    const headers = { 'sec-fetch-site': site, accept: 'application/json', 'accept-version': 'v20250224' }
    return (await fetch(new URL(`/mx/somebody/${path}`, page.url()), { method, headers })).status
  }
  assert.equal(await statusOf(`${members}/${memberGuid}/status`, 'same-origin'), 200)
  assert.equal(await statusOf(`${members}/${memberGuid}/status`, 'cross-site'), 403)
  assert.equal(await statusOf(`${members}/${memberGuid}`, 'same-origin', 'DELETE'), 403)
  for (const path of ['users', `users/${userGuid}`, 'oauth/authorize', `${members}/../..`, 'control/members']) {
    assert.equal(await statusOf(path, 'same-origin'), 404, path)
  }
})
