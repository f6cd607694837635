/** MX in the demo: the same page and the same form, and a key that never leaves the page's server. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { simulator } from '../../target/pkg/dist/entries/simulator.js'
import { visit } from './bench.mjs'

/** The simulator's own, for the seed that the demo has. */
const { key, member } = simulator({ seed: 1 }).mx

/** Starts with somebody at MX, and says how to begin where it is not the usual way. */
const start = (visitor, name, beginning) => visitor.start(name, { vendor: 'mx', beginning })

/** Lets each wait for MX pass, until the flow stands still: before the person, or at its end. */
async function settles(visitor, number = 1) {
  const still = visitor.page.locator(`#round[data-round="${number}"], #window, #outcome`)
  const skip = visitor.page.locator('#skip')
  for (;;) {
    await still.or(skip).first().waitFor()
    if (await still.isVisible()) return
    await (await looksAgain(visitor)).or(still).first().waitFor()
  }
}

/** Presses the button that lets the wait pass, where the wait has not passed by itself: the call that follows. */
async function looksAgain({ page }) {
  const calls = await page.evaluate(() => {
    document.querySelector('#skip')?.click()
    return document.querySelectorAll('#wire > li').length
  })
  return page.locator('#wire > li').nth(calls)
}

/** Lets time pass until the flow has seen that the person came back from the window. */
async function leavesWindow(visitor) {
  const gone = visitor.page.locator('body:not([data-state="redirecting"])')
  while (!(await gone.count())) await (await looksAgain(visitor)).or(gone).first().waitFor()
}

/** Fills in a round with what a person types, or the label or picture of what a person chooses. */
async function answer(visitor, responses, number = 1) {
  await settles(visitor, number)
  await visitor.asked(number)
  for (const [at, response] of responses.entries()) {
    const challenge = visitor.challenges.nth(at)
    const picture = /^IMAGE_(\d)$/.exec(response)
    if (picture) await challenge.getByAltText(`Image ${picture[1]} of 3`).click()
    else if (await challenge.getByRole('radio').count()) await challenge.getByLabel(response, { exact: true }).check()
    else await challenge.getByLabel(/^Your (answer|code)$/).fill(response)
  }
  await visitor.send.click()
}

async function ends(visitor, number) {
  await settles(visitor, number)
  return visitor.ended()
}

/** What arrived at MX, where no rule may have been broken. */
async function arrived(visitor) {
  const { broken, answers, answersJudged, credentials } = await visitor.counts()
  assert.deepEqual(broken, {})
  return { answers, answersJudged, credentials }
}

const kinds = {
  text: [['question, TEXT']],
  code_by_phone: [['choice, OPTIONS'], ['code, TOKEN']],
  image_bare: [['image-text, IMAGE_DATA']],
  image_options: [['image-choice, IMAGE_OPTIONS']],
  account: [['account, OPTIONS']],
  mixed: [
    ['question, TEXT', 'code, TOKEN', 'choice, OPTIONS', 'image-text, IMAGE_DATA', 'image-choice, IMAGE_OPTIONS'],
  ],
}

for (const [name, rounds] of Object.entries(kinds)) {
  const { title, responses, memberGuid } = member(name)
  test(`MX ${name} (${title}): the form leads to the end`, async (t) => {
    const visitor = await visit(t)
    await start(visitor, name)
    for (const [index, round] of rounds.entries()) {
      await settles(visitor, index + 1)
      await visitor.asked(index + 1)
      const seen = await visitor.challenges.evaluateAll((all) =>
        all.map(({ dataset }) => `${dataset.kind}, ${dataset.vendorType}`),
      )
      assert.deepEqual(seen, round)
      for (const image of await visitor.round.locator('img').all()) {
        assert.ok(await image.evaluate(async (img) => (await img.decode(), img.clientWidth > 40)))
      }
      await answer(visitor, responses[index], index + 1)
    }
    const facts = await ends(visitor, rounds.length + 1)
    assert.deepEqual(
      [facts.ending, facts['member-guid'], facts['connection-status']],
      ['done', memberGuid, 'CONNECTED'],
    )
    const [answers, answersJudged] = [rounds.length, rounds.length]
    assert.deepEqual(await arrived(visitor), { answers, answersJudged, credentials: 0 })
  })
}

test('a picture that is more than a tab may keep does not stop the flow', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'huge_image')
  await answer(visitor, ['square'])
  assert.equal((await ends(visitor, 2)).ending, 'done')
})

test('a wrong answer to MX ends in answer-refused', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'wrong_ends')
  await answer(visitor, ['Fido'])
  const { ending, code, 'vendor-code': vendorCode } = await ends(visitor, 2)
  assert.deepEqual([ending, code, vendorCode], ['failed', 'answer-refused', '2002'])
  assert.deepEqual(await arrived(visitor), { answers: 1, answersJudged: 1, credentials: 0 })
})

test('where MX asks anew after a wrong answer, so does the form', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'wrong_again')
  await answer(visitor, ['Fido'])
  await answer(visitor, ['Rex'], 2)
  assert.equal((await ends(visitor, 3)).ending, 'done')
})

test('a LOCKED member has to go to the bank', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'locked')
  const { code, next, advice, 'vendor-code': vendorCode } = await ends(visitor)
  assert.deepEqual(
    { code, next, advice, vendorCode },
    { code: 'bank-action-required', next: 'visit-bank', advice: 'Send the person to the bank', vendorCode: 'LOCKED' },
  )
})

test('a new member signs in with the credentials that its institution asks for, and they are sent once', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'mx_bank_challenge', 'create')
  await answer(visitor, ['correct'])
  const { ending, 'member-guid': guid } = await ends(visitor, 2)
  assert.equal(ending, 'done')
  assert.notEqual(guid, member('mx_bank_challenge').memberGuid)
  assert.deepEqual(await arrived(visitor), { answers: 1, answersJudged: 1, credentials: 1 })
})

test('new credentials mend a DENIED member', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'denied')
  assert.equal((await ends(visitor)).next, 'ask-credentials')
  await start(visitor, 'denied', 'renew')
  assert.equal((await ends(visitor)).ending, 'done')
})

test('a member that is CHALLENGED already is taken up as it stands', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'already_challenged')
  await answer(visitor, ['Chicago'])
  assert.equal((await ends(visitor, 2)).ending, 'done')
  assert.equal((await visitor.counts()).jobs, 0)
})

for (const [name, decision, expected] of [
  ['oauth', 'Approve', { ending: 'done', 'connection-status': 'CONNECTED' }],
  ['oauth_again', 'Approve', { ending: 'done', 'connection-status': 'CONNECTED' }],
  ['oauth', 'Deny', { ending: 'failed', code: 'credentials-refused' }],
]) {
  test(`${name}: the window opens at the bank, and after ${decision} the flow goes on by itself`, async (t) => {
    const visitor = await visit(t)
    const { page } = visitor
    await start(visitor, name)
    await settles(visitor)
    await visitor.reaches('redirecting')
    assert.equal(await page.locator('#window').getAttribute('rel'), 'noopener')
    const opened = page.context().waitForEvent('page')
    await visitor.press('#window')
    const bank = await opened
    assert.notEqual(new URL(bank.url()).origin, new URL(page.url()).origin)
    assert.equal(await bank.evaluate(() => opener), null)
    await bank.getByRole('button', { name: decision }).click()
    await bank.getByText('You can close this window.').waitFor()
    await bank.close()
    await leavesWindow(visitor)
    const facts = await ends(visitor)
    for (const [fact, value] of Object.entries(expected)) assert.equal(facts[fact], value)
    await arrived(visitor)
  })
}

test('a window that leads to another member is followed there, once the flow is told', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  await start(visitor, 'oauth_migrated')
  await settles(visitor)
  const opened = page.context().waitForEvent('page')
  await visitor.press('#window')
  const bank = await opened
  await bank.getByRole('button', { name: 'Approve' }).click()
  await bank.getByText('You can close this window.').waitFor()
  await page.getByText('Say where the window led').click()
  await page.locator('#landing').fill(bank.url())
  await page.getByRole('button', { name: 'Tell the flow' }).click()
  await leavesWindow(visitor)
  const facts = await ends(visitor)
  assert.equal(facts.ending, 'done')
  assert.equal(facts['member-guid'], new URL(bank.url()).searchParams.get('member_guid'))
})

test('a flow that a reload interrupts at the window gets a new one', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'oauth_challenged')
  await settles(visitor)
  const first = await visitor.page.locator('#window').getAttribute('href')
  await visitor.reload()
  await visitor.press('#restore')
  await settles(visitor)
  assert.notEqual(await visitor.page.locator('#window').getAttribute('href'), first)
})

test('the log covers answers, credentials and the way into a window', async (t) => {
  const visitor = await visit(t)
  await start(visitor, 'text', 'create')
  await answer(visitor, ['Chicago'])
  assert.equal((await ends(visitor, 2)).ending, 'done')
  const wire = await visitor.page.locator('#wire').textContent()
  for (const secret of ['Chicago', 'Everyday']) assert.ok(!wire.includes(secret))
  const log = await visitor.log()
  assert.deepEqual([...new Set(log.map(({ to }) => to))], ['proxy'])
  const bodies = log.filter(({ sent }) => sent).map(({ sent }) => sent.match(/"value": ?(.*)/g))
  assert.deepEqual(bodies, [['"value": "••••••"', '"value": "••••••"'], ['"value": "••••••"']].map(bare))

  await start(visitor, 'oauth', 'watch')
  await settles(visitor)
  const url = new URL(await visitor.page.locator('#window').getAttribute('href'))
  const state = url.searchParams.get('state')
  assert.ok(state.length > 16)
  assert.ok(!(await visitor.page.locator('#wire').textContent()).includes(state))
})

const bare = (lines) => lines.map((line) => line.replaceAll('"••••••"', '••••••'))

test('nothing that the page can see holds the key', async (t) => {
  const visitor = await visit(t)
  const { page } = visitor
  const seen = []
  page.on('response', (response) => seen.push(read(response)))
  await page.reload()
  await visitor.ready()
  await start(visitor, 'text', 'create')
  await answer(visitor, ['Chicago'])
  assert.equal((await ends(visitor, 2)).ending, 'done')

  const texts = await Promise.all(seen)
  const calls = texts.filter((text) => new URL(text.split('\n', 1)).pathname.startsWith('/mx/'))
  assert.ok(calls.length >= 5, 'the calls to MX were among them')
  const { clientId, apiKey } = key
  for (const secret of [clientId, apiKey, btoa(`${clientId}:${apiKey}`)]) {
    assert.ok(!texts.some((text) => text.includes(secret)))
  }
  assert.ok(!calls.some((text) => /\bauthorization\b/i.test(text)))
})

/** A request and its response, heads and bodies, as one text. */
async function read(response) {
  const request = response.request()
  const heads = [await request.allHeaders(), await response.allHeaders()]
  return [request.url(), JSON.stringify(heads), request.postData(), await response.text().catch(() => '')].join('\n')
}

test('the page’s server passes on what a page of its own needs of MX, and nothing else', async (t) => {
  const { page } = await visit(t)
  const { userGuid, memberGuid } = member('text')
  const members = `users/${userGuid}/members`
  const asked = async (path, site, method = 'GET') => {
    const headers = { 'sec-fetch-site': site, accept: 'application/json', 'accept-version': 'v20250224' }
    return (await fetch(new URL(`/mx/somebody/${path}`, page.url()), { method, headers })).status
  }
  assert.equal(await asked(`${members}/${memberGuid}/status`, 'same-origin'), 200)
  assert.equal(await asked(`${members}/${memberGuid}/status`, 'cross-site'), 403)
  assert.equal(await asked(`${members}/${memberGuid}`, 'same-origin', 'DELETE'), 403)
  for (const path of ['users', `users/${userGuid}`, 'oauth/authorize', `${members}/../..`, 'control/members']) {
    assert.equal(await asked(path, 'same-origin'), 404, path)
  }
})
