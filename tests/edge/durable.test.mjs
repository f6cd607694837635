/** Flows in Durable Objects: in workerd, with their storage on disk. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { fill } from '../lib/fill.mjs'
import { SECURITY, sealer } from './setup.mjs'
import { ORIGIN, bundleWorker, flinksConnection, mxConnection, setup } from './durable-setup.mjs'

const SEAL = { current: 'k1', keys: { k1: btoa('k'.repeat(32)) } }

let bundle
before(async () => (bundle = await bundleWorker()))
after(() => bundle.remove())

const flinksConnections = (username, kind) => (bank) => ({ c_1: flinksConnection(bank, username, kind) })
const mxConnections = (name) => (bank) => ({ c_1: mxConnection(bank, name) })

/** The right answers of a person. Every member of MX has the same one. */
const rightAnswers = ({ bank }, username) => {
  const person = bank.people.find((person) => person.username === username)
  if (person) return (round) => fill(round, person.responses[(round.number - 1) % person.responses.length])
  return ({ challenges }) => Object.fromEntries(challenges.map(({ fields: [{ name }] }) => [name, 'Chicago']))
}

// Each test mostly waits.
describe('flows in Durable Objects', { concurrency: 2 }, () => {
  test('each HTTP route works with Durable Objects', async (t) => {
    const env = await setup(t, bundle, (bank) => ({
      c_1: flinksConnection(bank, 'many_rounds'),
      c_2: flinksConnection(bank, 'Greatday', 'reconnect'),
      c_3: mxConnection(bank, 'text'),
    }))
    const { page } = env
    const started = await page.start('c_1')
    const events = page.ask('GET', `/mfa/flows/${started.flow}`, undefined, { accept: 'text/event-stream' })
    const state = await page.settled(started)
    assert.equal((await page.start('c_1')).flow, started.flow, 'a second start joins the first')
    assert.deepEqual((await page.answer(state, 1, {})).fields, [{ name: '1.1.answer', reason: 'missing' }])
    assert.equal((await page.answer(state, 9, {})).code, 'OUT_OF_TURN')
    assert.equal(await page.walk(state, rightAnswers(env, 'many_rounds')), 'done')
    const text = await (await events).text()
    assert.match(text, /"kind":"challenge"[^]*"kind":"done"/)
    const { outcome, result } = await env.nextReport('ended')
    assert.deepEqual([outcome, result.loginId], ['done', env.bank.loginId('many_rounds')])

    const frame = await page.settled(await page.start('c_2'))
    assert.equal(frame.step.kind, 'connect')
    const claim = { loginId: env.bank.loginId('text_or_call') }
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
    const env = await setup(t, bundle, flinksConnections('Greatday'), { speed: 5 })
    const long = JSON.stringify({ connection: 'x'.repeat(65_536) })
    const start = (headers, body = '{"connection":"c_1"}') => {
      const all = { authorization: 'ann', 'content-type': 'application/json', ...headers }
      return env.page.send('/mfa/flows', { method: 'POST', headers: all, body, duplex: 'half' })
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
    // Each refused origin is reported once; two requests had none.
    const reported = []
    while (reported.length < 3) reported.push(await env.nextReport('error'))
    for (const text of reported) assert.match(text, /^INVALID_INPUT: \/origins does not contain /)
    // Refused requests did not count.
    for (let starts = 2; starts < 30; starts++) assert.ok((await env.page.start('c_1')).flow)
    const refused = await start({ origin: ORIGIN })
    assert.deepEqual([refused.status, (await refused.json()).code], [429, 'RATE_LIMITED'])
    assert.ok(Number(refused.headers.get('retry-after')) > 3_000)
    assert.equal(env.bank.counts().liveStarts, 1)
  })

  test('a flow continues after a rotation of keys, and a worker without the key loses nothing', async (t) => {
    const keys = { ...SEAL.keys, k2: btoa('l'.repeat(32)) }
    const withKeys = (current, keys) => ({ SEAL_KEYS: JSON.stringify({ current, keys }) })
    const env = await setup(t, bundle, flinksConnections('many_rounds'))
    const state = await env.page.settled(await env.page.start('c_1'))
    await env.crash(withKeys('k2', keys))
    const right = rightAnswers(env, 'many_rounds')
    const next = await env.page.settled(await env.page.answer(state, 1, right(state.step.round)))
    assert.ok(env.diskBytes().includes('bm1.k2.'))
    await env.crash(withKeys('k1', SEAL.keys))
    const refused = await env.page.getState(next)
    assert.deepEqual([refused.status, refused.code, refused.next], [503, 'UNAVAILABLE', 'retry-later'])
    assert.match(await env.nextReport('error'), /^UNAVAILABLE/)
    await env.crash(withKeys('k2', keys))
    assert.equal(await env.page.walk(next, right), 'done')
  })

  test('a webhook of MX leads to a poll, which finds that the user is needed', async (t) => {
    const env = await setup(t, bundle, mxConnections('already_challenged'))
    const { page, bank } = env
    const before = bank.counts().requests
    const webhook = await page.ask('POST', '/mfa/webhooks/mx', { member_guid: 'c_1' })
    assert.equal(webhook.status, 204)
    const { connection, step, present } = await env.nextReport('personNeeded')
    assert.deepEqual([connection, step, present], ['c_1', 'challenge', false])
    assert.ok(bank.counts().requests > before)
    assert.equal(bank.counts().jobsStarted, 0, 'only the user may begin a session at the bank')
    assert.equal((await page.start('c_1')).step.kind, 'challenge', 'a start joins the flow')
  })

  test('a round of MX is watched while a page waits, and not by the alarm', async (t) => {
    const env = await setup(t, bundle, mxConnections('approved_in_app'), { speed: 30 })
    const { page, bank } = env
    const asked = await page.settled(await page.start('c_1'))
    const before = bank.counts().requests
    // A minute of the bank's time.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    assert.equal(bank.counts().requests, before, 'no page is connected')
    let state = asked
    await until(async () => {
      state = await page.getState(state, state.version)
      return state.step.kind === 'done'
    }, 'the flow is done without an answer')
    assert.deepEqual([bank.counts().answers, bank.counts().broken], [0, {}])
  })

  test('polling for data continues after a crash, and the stored vendor ids are deleted later', async (t) => {
    const env = await setup(t, bundle, flinksConnections('slow_data'), { speed: 300 })
    const { page, bank } = env
    const state = await page.start('c_1')
    assert.equal(await page.walk(state, rightAnswers(env, 'slow_data')), 'done')
    const read = () => page.call('GET', `/mfa/flows/${state.flow}/data/accounts`)
    const polled = env.interceptNext('data')
    const lost = read().catch(() => {})
    await polled
    await env.crash()
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
    await env.untilEmpty(state)
    assert.equal((await read()).code, 'NOT_FOUND')
  })

  test('the counter of starts is deleted after an hour', async (t) => {
    const env = await setup(t, bundle, flinksConnections('Greatday'), { speed: 2_000 })
    const flow = await sealer(SEAL).name('starts', 'ann')
    await env.page.start('c_1')
    assert.ok((await env.readStorage({ flow })).keys.includes('head'))
    await env.untilEmpty({ flow })
  })

  test('a Durable Object namespace without SQLite works', async (t) => {
    const env = await setup(t, bundle, flinksConnections('Greatday'), { config: 'keys.capnp' })
    assert.equal(await env.page.walk(await env.page.start('c_1'), rightAnswers(env, 'Greatday')), 'done')
  })

  test('a record that exceeds the size limit of a value is stored in parts', async (t) => {
    const env = await setup(t, bundle, (bank) => {
      const connection = flinksConnection(bank, 'Greatday')
      connection.flow.params.tag = 'x'.repeat(120_000)
      return { c_1: connection }
    })
    const state = await env.page.settled(await env.page.start('c_1'))
    assert.ok((await env.readStorage(state)).keys.length > 2)
    await env.crash()
    assert.deepEqual(await env.page.getState(state), state)
    await env.page.cancel(state)
    assert.deepEqual((await env.readStorage(state)).keys, ['head', 'part 0'])
  })

  test('without a page, the alarm polls, even after a crash', async (t) => {
    const env = await setup(t, bundle, flinksConnections('slow_pending'))
    const polled = env.interceptNext('poll')
    await env.page.start('c_1')
    await polled
    await env.crash()
    assert.equal((await env.nextReport('ended')).outcome, 'done')
    const { liveStarts, polls } = env.bank.counts()
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
      const env = await setup(t, bundle, username === 'text' ? mxConnections(username) : flinksConnections(username))
      const { page } = env
      const right = rightAnswers(env, username)
      const caught = kind && env.interceptNext(kind, when)
      const state = await page.start('c_1')
      // The page waits until the worker is killed.
      const walked = kind ? page.walk(state, right) : page.settled(state)
      await (caught ?? walked)
      walked.catch(() => {})
      await env.crash()
      assert.equal(await page.walk(await page.getState(state), right), code)
      const { liveStarts, answers, jobsStarted } = env.bank.counts()
      assert.deepEqual([liveStarts, answers], counts)
      assert.ok(jobsStarted <= 1)
    })
  }

  test('of fifty answers to one round, one is sent and every page gets its outcome', async (t) => {
    // Time is slower here: all requests must fit into the 25 seconds that one waits.
    const env = await setup(t, bundle, flinksConnections('text_or_call'), { speed: 5 })
    const { page } = env
    const state = await page.settled(await page.start('c_1'))
    const answers = rightAnswers(env, 'text_or_call')(state.step.round)
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => page.answer(state, 1, answers)))
    assert.equal(outcomes[0].step.round.number, 2)
    for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
    assert.equal(env.bank.counts().answers, 1)
  })

  test('the disk reveals nothing of a flow, and everything is deleted in the end', async (t) => {
    const connections = (bank) => ({
      c_1: flinksConnection(bank, 'Greatday'),
      c_2: flinksConnection(bank, 'text_or_call'),
    })
    const env = await setup(t, bundle, connections, { speed: 500 })
    const { page, bank } = env
    const deleted = async (state) => {
      await env.untilEmpty(state)
      assert.equal((await page.getState(state)).code, 'NOT_FOUND')
    }
    const state = await page.start('c_1')
    assert.equal(await page.walk(state, rightAnswers(env, 'Greatday')), 'done')
    const { loginId } = (await env.nextReport('ended')).result
    const challenged = await page.settled(await page.start('c_2'))
    assert.equal(challenged.step.kind, 'challenge')
    const bytes = env.diskBytes()
    assert.ok(bytes.includes('bm1.k1.'))
    for (const word of [loginId, bank.loginId('text_or_call'), bank.secretKey, 'Montreal', 'phone', 'Flinks']) {
      assert.ok(!bytes.includes(word), `${word} is on the disk`)
    }
    await deleted(state)
    // Without an answer, the alarm ends the flow.
    assert.equal((await env.nextReport('ended')).failure.code, 'session-expired')
    await deleted(challenged)
  })
})
