/** A Connect that misbehaves: what the page believes of it, what it refuses, and how the flow ends. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { person, visit } from './bench.mjs'

const LIFE = ['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'REDIRECT']

/** What is refused of each before the person has answered, and after. All else is believed, and ends right. */
const REFUSED = {
  'wrong-origin': [{ origin: 1 }, {}],
  'other-window': [{ source: 1 }, {}],
  malformed: [{ shape: 7, contradiction: 1 }, {}],
  early: [{ phase: 1 }, {}],
  contradiction: [{}, { contradiction: 1 }],
  // With the first one the flow has left the frame, and nobody listens any more.
  duplicate: [{}, {}],
  'json-string': [{}, {}],
}

test('Connect misbehaves, and the page tells what it believed and what it refused', async (t) => {
  const visitor = await visit(t)
  const { page, connect } = visitor

  for (const [misbehave, [before, after]] of Object.entries(REFUSED)) {
    await t.test(`${misbehave}, and the right ending`, async () => {
      await visitor.start('Greatday', { mode: 'reconnect', misbehave })
      await connect.getByLabel('Your answer').waitFor()
      // A forged message comes on a way of its own.
      for (const [reason, count] of Object.entries(before)) {
        await page.locator(`#heard [data-reason="${reason}"][data-count="${count}"]`).waitFor()
      }
      assert.deepEqual(await visitor.heard(), { said: LIFE.slice(0, 3), refused: before })
      await visitor.reaches('connecting')
      await visitor.answerConnect('Montreal')

      const { ending, method, health, 'login-id': loginId } = await visitor.ended()
      assert.deepEqual([ending, loginId], ['done', person('Greatday').loginId])
      assert.match(`${method}, ${health}`, /^Mid-session: .*, Live: /)
      assert.deepEqual(await visitor.heard(), { said: LIFE, refused: { ...before, ...after } })
      assert.equal((await visitor.counts()).cachedStarts, 1, 'one claim was confirmed')
    })
  }

  await t.test('another-login: somebody else’s LoginId is never looked up, and the flow ends', async () => {
    await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'another-login' })
    await visitor.answerConnect('Montreal')
    const { ending, code, advice } = await visitor.ended()
    assert.deepEqual({ ending, code, advice }, { ending: 'failed', code: 'login-mismatch', advice: 'Stop here' })
    assert.deepEqual(await visitor.heard(), { said: LIFE, refused: {} })
    assert.equal((await visitor.counts()).cachedStarts, 0)
    assert.ok(!(await page.content()).includes(person('greatday_nomfa').loginId))
  })

  await t.test('token-invalid: the frame is opened anew with another token, and goes on', async () => {
    await visitor.start('broken_login', { mode: 'reconnect', misbehave: 'token-invalid' })
    await visitor.signIn('broken_login')
    await visitor.answerConnect('Montreal')
    const { ending, method } = await visitor.ended()
    assert.deepEqual([ending, method], ['done', 'Credentials: the person signed in on Flinks’ page'])
    assert.deepEqual(await visitor.heard(), {
      said: [
        ...['APP_MOUNTED', 'APP_ONLINE', 'TOKEN_INVALID'],
        ...['APP_MOUNTED', 'APP_ONLINE', 'COMPONENT_LOAD_CREDENTIAL', 'SUBMIT_CREDENTIAL'],
        ...['COMPONENT_LOAD_MFA', 'SUBMIT_MFA', 'REDIRECT'],
      ],
      refused: {},
    })
    const { connects, tokensMinted } = await visitor.counts()
    // The live refresh, two frames, and the confirmation.
    assert.deepEqual({ connects, tokensMinted }, { connects: 2, tokensMinted: 4 })
  })

  await t.test('what is refused is told by its reason alone, and nothing that it said is on the page', async () => {
    await visitor.start('Greatday', { mode: 'reconnect', misbehave: 'malformed' })
    await connect.locator('body').evaluate(() => {
      for (const step of ['<b>markup</b>', 'A secret text']) parent.postMessage({ step }, '*')
      parent.postMessage({ step: 'SOMETHING_NEW', loginId: 'A secret text' }, '*')
    })
    await page.locator('[data-said="SOMETHING_NEW"]').waitFor()
    const shown = await page.locator('#heard').innerHTML()
    for (const told of ['markup', 'secret', 'thank-you', 'no-guid']) assert.ok(!shown.includes(told), told)
    await visitor.press('#cancel')
  })
})
