/** Flows in Durable Objects: in workerd, with their storage on disk. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { fill } from '../lib/fill.mjs'
import { SECURITY, sealer } from './setup.mjs'
import { ORIGIN, bundled, byFlinks, byMx, stage } from './durable-setup.mjs'

const SEAL = { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }

let bundle
before(async () => (bundle = await bundled()))
after(() => bundle.remove())

const FLINKS = (username, kind) => (bank) => ({ c_1: byFlinks(bank, username, kind) })
const MX = (name) => (bank) => ({ c_1: byMx(bank, name) })

/** The right answers of a person. Every member of MX has the same one. */
const rightOf = ({ bank }, username) => {
  const person = bank.people.find((person) => person.username === username)
  if (person) return (round) => fill(round, person.responses[(round.number - 1) % person.responses.length])
  return ({ challenges }) => Object.fromEntries(challenges.map(({ fields: [{ name }] }) => [name, 'Chicago']))
}

// Most of their time is waiting.
describe('flows in Durable Objects', { concurrency: 2 }, () => {
  test('each route works through the object', async (t) => {
    const on = await stage(t, bundle, (bank) => ({
      c_1: byFlinks(bank, 'many_rounds'),
      c_2: byFlinks(bank, 'Greatday', 'reconnect'),
      c_3: byMx(bank, 'text'),
    }))
    const { page } = on
    const begun = await page.start('c_1')
    const events = page.ask('GET', `/mfa/flows/${begun.flow}`, undefined, { accept: 'text/event-stream' })
    const state = await page.settled(begun)
    assert.equal((await page.start('c_1')).flow, begun.flow, 'a second start joins the first')
    assert.deepEqual((await page.answer(state, 1, {})).fields, [{ name: '1.1.answer', reason: 'missing' }])
    assert.equal((await page.answer(state, 9, {})).code, 'OUT_OF_TURN')
    assert.equal(await page.walk(state, rightOf(on, 'many_rounds')), 'done')
    const text = await (await events).text()
    assert.match(text, /"kind":"challenge"[^]*"kind":"done"/)
    const { outcome, result } = await on.reported('ended')
    assert.deepEqual([outcome, result.loginId], ['done', on.bank.loginId('many_rounds')])

    const frame = await page.settled(await page.start('c_2'))
    assert.equal(frame.step.kind, 'connect')
    const claim = { loginId: on.bank.loginId('text_or_call') }
    const refused = await page.settled(await page.message(frame, { kind: 'returned', claim }))
    assert.equal(refused.step.failure.code, 'login-mismatch')

    const open = await page.settled(await page.start('c_3'))
    assert.equal((await page.cancel(open)).step.failure.code, 'cancelled')

    const stranger = { authorization: 'bob' }
    assert.equal((await page.ask('GET', `/mfa/flows/${open.flow}`, undefined, stranger)).status, 404)
    assert.equal((await page.ask('POST', '/mfa/flows', { connection: 'c_1' }, stranger)).status, 404)
  })

  test('each check refuses a request before it reaches an object', async (t) => {
    // Time is slower here: the hour of the rate limit must not pass.
    const on = await stage(t, bundle, FLINKS('Greatday'), { speed: 5 })
    const long = JSON.stringify({ connection: 'x'.repeat(65_536) })
    const start = (headers, body = '{"connection":"c_1"}') => {
      const all = { authorization: 'ann', 'content-type': 'application/json', ...headers }
      return on.page.send('/mfa/flows', { method: 'POST', headers: all, body, duplex: 'half' })
    }
    for (const [wanted, headers, body] of [
      [403, { origin: 'https://evil.example' }],
      [403, { origin: 'null' }],
      [403, { 'sec-fetch-site': 'cross-site' }],
      [403, { 'sec-fetch-site': 'same-site' }],
      [400, { origin: ORIGIN, 'content-type': 'text/plain' }],
      [400, { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded' }],
      [413, { origin: ORIGIN }, long],
      [413, { origin: ORIGIN }, new Blob([long]).stream()],
      [401, { origin: ORIGIN, authorization: '' }],
      [200, { origin: ORIGIN }],
      [200, { 'sec-fetch-site': 'same-origin' }],
    ]) {
      const reply = await start(headers, body)
      await reply.arrayBuffer()
      assert.equal(reply.status, wanted, JSON.stringify(headers))
      for (const [name, value] of [
        ['access-control-allow-origin', headers.origin === ORIGIN ? ORIGIN : null],
        ...SECURITY,
      ]) {
        assert.equal(reply.headers.get(name), value)
      }
    }
    // Refused requests did not count.
    for (let starts = 2; starts < 30; starts++) assert.ok((await on.page.start('c_1')).flow)
    const refused = await start({ origin: ORIGIN })
    assert.deepEqual([refused.status, (await refused.json()).code], [429, 'RATE_LIMITED'])
    assert.ok(Number(refused.headers.get('retry-after')) > 3_000)
    assert.equal(on.bank.counts().liveStarts, 1)
  })

  test('a flow continues after a rotation of keys, and a worker without the key loses nothing', async (t) => {
    const keys = { ...SEAL.keys, k2: btoa('l'.repeat(32)) }
    const withKeys = (current, keys) => ({ SEAL_KEYS: JSON.stringify({ current, keys }) })
    const on = await stage(t, bundle, FLINKS('many_rounds'))
    const state = await on.page.settled(await on.page.start('c_1'))
    await on.crash(withKeys('k2', keys))
    const right = rightOf(on, 'many_rounds')
    const next = await on.page.answer(state, 1, right(state.step.round))
    assert.ok(on.bytes().includes('bm1.k2.'))
    await on.crash(withKeys('k1', SEAL.keys))
    const refused = await on.page.look(next)
    assert.deepEqual([refused.status, refused.code, refused.next], [503, 'UNAVAILABLE', 'retry-later'])
    assert.match(await on.reported('error'), /^UNAVAILABLE/)
    assert.match(await on.reported('error'), /^UNAVAILABLE/)
    await on.crash(withKeys('k2', keys))
    assert.equal(await on.page.walk(next, right), 'done')
  })

  test('a webhook of MX leads to a poll, which finds that the user is needed', async (t) => {
    const on = await stage(t, bundle, MX('already_challenged'))
    const { page, bank } = on
    const before = bank.counts().requests
    const webhook = await page.ask('POST', '/mfa/webhooks/mx', { member_guid: 'c_1' })
    assert.equal(webhook.status, 204)
    const { connection, step, present } = await on.reported('personNeeded')
    assert.deepEqual([connection, step, present], ['c_1', 'challenge', false])
    assert.ok(bank.counts().requests > before)
    assert.equal(bank.counts().jobsStarted, 0, 'only the user may begin a session at the bank')
    assert.equal((await page.start('c_1')).step.kind, 'challenge', 'a start joins the flow')
  })

  test('data is polled through a crash, and the stored result is deleted', async (t) => {
    const on = await stage(t, bundle, FLINKS('slow_data'), { speed: 300 })
    const { page, bank } = on
    const state = await page.start('c_1')
    assert.equal(await page.walk(state, rightOf(on, 'slow_data')), 'done')
    const read = () => page.call('GET', `/mfa/flows/${state.flow}/data/accounts`)
    const polled = on.caught('data')
    const lost = read().catch(() => {})
    await polled
    await on.crash()
    await lost
    const reading = await until(async () => {
      const found = await read()
      return !found.until && found
    }, 'the data is ready')
    assert.deepEqual(
      reading.data.map(({ name }) => name),
      ['Chequing Account', 'Savings Account'],
    )
    assert.deepEqual(bank.counts().broken, {})
    assert.ok(!JSON.stringify(reading).includes(bank.loginId('slow_data')))
    assert.equal((await page.ask('GET', `/mfa/flows/${state.flow}/data/transactions`)).status, 404)
    await on.emptied(state)
    assert.equal((await read()).code, 'NOT_FOUND')
  })

  test('the counter of starts is deleted after an hour', async (t) => {
    const on = await stage(t, bundle, FLINKS('Greatday'), { speed: 2_000 })
    const flow = await sealer(SEAL).name('starts', 'ann')
    await on.page.start('c_1')
    assert.ok((await on.inside({ flow })).keys.includes('head'))
    await on.emptied({ flow })
  })

  test('a namespace without SQLite works', async (t) => {
    const on = await stage(t, bundle, FLINKS('Greatday'), { config: 'keys.capnp' })
    assert.equal(await on.page.walk(await on.page.start('c_1'), rightOf(on, 'Greatday')), 'done')
  })

  test('a record that is longer than a value may be is stored in parts', async (t) => {
    const on = await stage(t, bundle, (bank) => {
      const connection = byFlinks(bank, 'Greatday')
      connection.flow.params.tag = 'x'.repeat(120_000)
      return { c_1: connection }
    })
    const state = await on.page.settled(await on.page.start('c_1'))
    assert.ok((await on.inside(state)).keys.length > 2)
    await on.crash()
    assert.deepEqual(await on.page.look(state), state)
    await on.page.cancel(state)
    assert.deepEqual((await on.inside(state)).keys, ['head', 'part 0'])
  })

  test('without a page, the alarm polls, even after a crash', async (t) => {
    const on = await stage(t, bundle, FLINKS('slow_pending'))
    const polled = on.caught('poll')
    await on.page.start('c_1')
    await polled
    await on.crash()
    assert.equal((await on.reported('ended')).outcome, 'done')
    const { liveStarts, polls } = on.bank.counts()
    assert.equal(liveStarts, 1)
    assert.ok(polls >= 2)
  })

  for (const [where, username, kind, when, code, counts] of [
    ['before a start reaches the bank', 'Greatday', 'start', 'before', 'outcome-unknown', [0, 0]],
    ['after a start has reached the bank', 'Greatday', 'start', 'after', 'outcome-unknown', [1, 0]],
    ['at a challenge', 'Greatday', null, null, 'done', [1, 1]],
    ['before an answer reaches the bank', 'Greatday', 'answer', 'before', 'outcome-unknown', [1, 0]],
    ['after an answer has reached the bank', 'Greatday', 'answer', 'after', 'done', [1, 1]],
    ['during a poll', 'slow_after_answer', 'poll', 'after', 'done', [1, 1]],
    ['before a job reaches MX', 'text', 'start', 'before', 'done', [0, 1]],
    ['after a job has reached MX', 'text', 'start', 'after', 'done', [0, 1]],
    ['at a challenge of MX', 'text', null, null, 'done', [0, 1]],
    ['before an answer reaches MX', 'text', 'answer', 'before', 'done', [0, 1]],
    ['after an answer has reached MX', 'text', 'answer', 'after', 'done', [0, 1]],
  ]) {
    test(`a flow of ${username} whose worker is killed ${where} ends with ${code}`, async (t) => {
      const on = await stage(t, bundle, username === 'text' ? MX(username) : FLINKS(username))
      const { page } = on
      const right = rightOf(on, username)
      const caught = kind && on.caught(kind, when)
      const state = await page.start('c_1')
      // The page waits until the worker is killed.
      const walked = kind ? page.walk(state, right) : page.settled(state)
      await (caught ?? walked)
      walked.catch(() => {})
      await on.crash()
      assert.equal(await page.walk(await page.look(state), right), code)
      const { liveStarts, answers, jobsStarted } = on.bank.counts()
      assert.deepEqual([liveStarts, answers], counts)
      assert.ok(jobsStarted <= 1)
    })
  }

  test('of fifty answers to one round, one is sent and every page gets its outcome', async (t) => {
    // Time is slower here: all requests must fit into the 25 seconds that one waits.
    const on = await stage(t, bundle, FLINKS('text_or_call'), { speed: 5 })
    const { page } = on
    const state = await page.settled(await page.start('c_1'))
    const answers = rightOf(on, 'text_or_call')(state.step.round)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => page.answer(state, 1, answers)))
    assert.equal(outcomes[0].step.round.number, 2)
    for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
    assert.equal(on.bank.counts().answers, 1)
  })

  test('the disk reveals nothing of a flow, and everything is deleted in the end', async (t) => {
    const connections = (bank) => ({ c_1: byFlinks(bank, 'Greatday'), c_2: byFlinks(bank, 'text_or_call') })
    const on = await stage(t, bundle, connections, { speed: 500 })
    const { page, bank } = on
    const deleted = async (state) => {
      await on.emptied(state)
      assert.equal((await page.look(state)).code, 'NOT_FOUND')
    }
    const state = await page.start('c_1')
    assert.equal(await page.walk(state, rightOf(on, 'Greatday')), 'done')
    const { loginId } = (await on.reported('ended')).result
    const asked = await page.settled(await page.start('c_2'))
    assert.equal(asked.step.kind, 'challenge')
    const bytes = on.bytes()
    assert.ok(bytes.includes('bm1.k1.'))
    for (const word of [loginId, bank.loginId('text_or_call'), bank.secretKey, 'Montreal', 'phone', 'Flinks']) {
      assert.ok(!bytes.includes(word), `${word} is on the disk`)
    }
    await deleted(state)
    // Without an answer, the alarm ends the flow.
    assert.equal((await on.reported('ended')).failure.code, 'session-expired')
    await deleted(asked)
  })
})
