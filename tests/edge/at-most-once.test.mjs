/** A submission reaches the bank at most once: over repeated calls, several servers and crashes. */
import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import {
  SEAL,
  TWO_USERS,
  approve,
  atChallenge,
  edge,
  flinksConnection,
  memoryStore,
  mxConnection,
  page,
  rightAnswers,
  sealer,
  setup,
  walk,
} from './setup.mjs'

test('fifty starts at once create one flow, one token and one session at the bank', async (t) => {
  const env = setup(t, { connections: TWO_USERS, limits: { startsPerHour: 99 } })
  const servers = [env.handle, edge(env.config), edge(env.config)]
  const states = await Promise.all(Array.from({ length: 50 }, (_, at) => page(servers[at % 3]).start('c_1')))
  assert.equal(new Set(states.map(({ flow }) => flow)).size, 1)
  const first = env.page()
  await first.settled(states[0])
  const { liveStarts, tokensMinted } = env.bank.counts()
  assert.deepEqual([liveStarts, tokensMinted], [1, 1])
})

for (const [vendor, connection] of [
  ['Flinks', (bank) => flinksConnection(bank, 'Greatday')],
  ['MX', (bank) => mxConnection(bank, 'text')],
]) {
  test(`of fifty answers to one round at three servers, one is sent to ${vendor} and every page gets its outcome`, async (t) => {
    const {
      env,
      page: first,
      state,
    } = await atChallenge(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }) })
    const servers = [env.handle, edge(env.config), edge(env.config)]
    const right = vendor === 'MX' ? { '1.1.answer': 'Chicago' } : rightAnswers(env)(state.step.round)
    const ends = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const own = page(servers[at % 3])
        return own.settled(await own.answer(state, 1, right))
      }),
    )
    assert.deepEqual([...new Set(ends.map((end) => JSON.stringify(end)))], [JSON.stringify(ends[0])])
    assert.equal(ends[0].step.kind, 'done')
    const resumes = env.wire.calls.filter(({ url, json }) => url.endsWith('/resume') || json?.SecurityResponses)
    assert.equal(resumes.length, 1)
    assert.deepEqual(await first.getState(state), ends[0])
  })
}

test('a repeated answer gets the outcome of the first one, even if it differs', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const right = rightAnswers(env)(state.step.round)
  const end = await page.answer(state, 1, right)
  assert.deepEqual(await page.answer(state, 1, right), end)
  assert.deepEqual(await page.answer(state, 1, { '1.1.answer': 'wrong' }), end)
  assert.equal(env.bank.counts().answers, 1)
})

test('an answer to an earlier round is not sent and gets the current round', async (t) => {
  const { env, page, state } = await atChallenge(t, {
    connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'many_rounds') }),
  })
  const right = rightAnswers(env)(state.step.round)
  const second = await page.settled(await page.answer(state, 1, right))
  assert.equal(second.step.round.number, 2)
  assert.deepEqual(await page.answer(state, 1, right), second)
  assert.equal(env.bank.counts().answers, 1)
})

test('a second start, from any page, joins the flow', async (t) => {
  const { env, state } = await atChallenge(t)
  assert.deepEqual(await env.page().start('c_1'), state)
  const present = env.reported.personNeeded.map(({ present }) => present)
  assert.deepEqual([env.bank.counts().liveStarts, present], [1, [true]])
})

test('a start that is repeated with the same flow id after the end gets the ending', async (t) => {
  const { people } = setup(t).bank
  const { username, password } = people.find(({ username }) => username === 'greatday_nomfa')
  const params = { username, password, institution: 'FlinksCapital' }
  const credentialsConnection = (bank) => ({ ...flinksConnection(bank, username), flow: { kind: 'authorize', params } })
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': credentialsConnection(bank) }) })
  const page = env.page()
  const start = (flow) => page.call('POST', '/flows', { connection: 'c_1', flow })
  const end = await page.settled(await start('a'.repeat(32)))
  assert.deepEqual(await start('a'.repeat(32)), end)
  assert.equal(env.bank.counts().credentials, 1)
  const refused = await start('A')
  assert.deepEqual([refused.status, refused.path], [400, '/body/flow'])
})

test('a start that arrives again after a later flow has ended starts nothing', async (t) => {
  const { env, page, state } = await atChallenge(t)
  await page.cancel(state)
  await page.cancel(await page.settled(await page.start('c_1')))
  const { liveStarts } = env.bank.counts()
  const late = await page.call('POST', '/flows', { connection: 'c_1', flow: state.flow.split('.')[1] })
  assert.deepEqual([late.status, late.code, late.next], [404, 'NOT_FOUND', 'start-over'])
  assert.equal(env.bank.counts().liveStarts, liveStarts)
})

test('a start that arrives again when the edge has forgotten its outcome, and its ending is pending, starts nothing', async (t) => {
  const onFlowEnded = () => Promise.reject(new Error('hunter2'))
  const { env, page, state } = await atChallenge(t, { onFlowEnded })
  await page.cancel(state)
  env.bank.clock.advance(11 * 60_000)
  const { liveStarts } = env.bank.counts()
  const late = await page.call('POST', '/flows', { connection: 'c_1', flow: state.flow.split('.')[1] })
  assert.deepEqual([late.status, late.code, env.bank.counts().liveStarts], [404, 'NOT_FOUND', liveStarts])
})

test('two connection ids with the same key have one flow', async (t) => {
  const both = (bank) => {
    const connection = { ...flinksConnection(bank, 'Greatday'), key: 'the card' }
    return { 'ann/c_1': connection, 'ann/c_2': connection }
  }
  const { env, state } = await atChallenge(t, { connections: both })
  assert.deepEqual(await env.page().start('c_2'), state)
})

test('each session has a token of its own, which is deleted at the end', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const [ann, bob] = [env.page('ann'), env.page('bob')]
  const states = [await ann.settled(await ann.start('c_1')), await bob.settled(await bob.start('c_1'))]
  const tokens = async ({ flow }) => {
    const [id] = flow.split('.')
    return JSON.parse(await sealer(SEAL).open((await env.store.read(id)).sealed, id)).tokens
  }
  const [hers, his] = [await tokens(states[0]), await tokens(states[1])]
  assert.deepEqual([Object.keys(hers), Object.keys(his), hers['1'] === his['1']], [['1'], ['1'], false])
  const end = await walk(ann, states[0], () => ({ '1.1.answer': 'Montreal' }))
  assert.deepEqual([end.step.kind, await tokens(end)], ['done', {}])
  assert.deepEqual(env.bank.counts().broken, {})
  await bob.cancel(states[1])
  assert.deepEqual(await tokens(states[1]), {})
})

test('a refused secret key ends the flow with secret-missing, and without a token nothing is sent', async (t) => {
  const refused = (bank) => ({ 'ann/c_1': { ...flinksConnection(bank, 'Greatday'), secretKey: 'hunter2' } })
  const { state } = await atChallenge(t, { connections: refused })
  assert.deepEqual([state.step.failure.code, state.step.failure.next], ['secret-missing', 'fix-integration'])
  const broken = (fetch) => (url, init) => (url.endsWith('Token') ? Promise.reject(new TypeError()) : fetch(url, init))
  const other = await atChallenge(t, { fetch: broken })
  assert.equal(other.state.step.failure.code, 'unreachable')
  assert.equal(other.env.bank.counts().liveStarts, 0)
  const [error] = other.env.reported.errors
  for (const { code, next } of [error, error.cause]) assert.deepEqual([code, next], ['unreachable', 'retry-later'])
  assert.equal(error.cause.cause.name, 'TypeError')
})

test('a store that fails once before a send ends the flow in host-error, and only onError gets the cause', async (t) => {
  const cause = new Error('hunter2')
  const inner = memoryStore()
  let fails = true
  const write = (id, sealed, ...more) => {
    // The first write of a flow takes the lease for its token, and the second stores the snapshot of the send.
    if (env?.bank.counts().requests === 1 && fails) {
      fails = false
      throw cause
    }
    return inner.write(id, sealed, ...more)
  }
  const store = { read: inner.read.bind(inner), remove: inner.remove.bind(inner), write }
  const env = setup(t, { connections: TWO_USERS, store })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.deepEqual([state.step.failure?.code, state.step.failure?.next], ['host-error', 'retry-later'])
  assert.equal(env.bank.counts().liveStarts, 0)
  assert.equal(env.reported.errors.at(-1).cause, cause)
  assert.ok(!JSON.stringify([state, env.reported.ended]).includes('hunter2'))
})

test('a start whose first write fails ends its flow, and the edge does not start another one', async (t) => {
  const connections = (bank) => ({ 'ann/c_1': { ...flinksConnection(bank, 'Greatday'), secretKey: undefined } })
  const env = setup(t, { connections, rules: { tokensRequired: false } })
  const { write } = env.store
  let writes = 0
  // The counter of starts is written first.
  env.store.write = async (...args) => (++writes === 2 ? Promise.reject(new Error('hunter2')) : write(...args))
  const { step } = await env.page().start('c_1')
  assert.deepEqual([step.failure?.code, env.bank.counts().liveStarts], ['host-error', 0])
  assert.equal(env.reported.ended.length, 1)
})

test('cancels at two servers at once get the same ending, which is delivered once', async (t) => {
  const { env, page: first, state } = await atChallenge(t)
  const [one, other] = await Promise.all([first, page(edge(env.config))].map((page) => page.cancel(state)))
  assert.deepEqual(one, other)
  assert.deepEqual([one.step.failure.code, env.reported.ended.length], ['cancelled', 1])
})

test('raw answers under keys of another round are refused, and nothing is sent', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const raws = ['{"__proto__":["Montreal"]}', '{"constructor":["Montreal"]}', '{"Pet?":["Rex"]}']
  for (const raw of raws) {
    const body = `{"round":1,"raw":${raw}}`
    const refused = await page.call('POST', `/flows/${state.flow}/answer`, body)
    assert.deepEqual([refused.status, refused.code], [422, 'INVALID_ANSWER'])
    assert.deepEqual(refused.fields, [{ name: '0', reason: 'unknown-field' }])
  }
  assert.equal(env.bank.counts().answers, 0)
  assert.equal((await page.getState(state)).step.kind, 'challenge')
})

/** A server that crashes once the bank has received the call for which `isLast` returns true. */
function crashing(t, env, isLast) {
  let dead = false
  // The reply never comes; the wait ends with the test.
  const never = () => new Promise((_, reject) => t.after(() => reject(new TypeError())))
  const fetch = async (url, init) => {
    if (dead) throw new TypeError()
    const reply = await env.wire.fetch(url, init)
    dead = isLast(url, init)
    return dead ? never() : reply
  }
  return edge({ ...env.config, fetch })
}

test('after a crash during an answer, another server waits until the lease expires and then verifies with the vendor', async (t) => {
  const { env, page: other, state } = await atChallenge(t)
  const crashed = page(crashing(t, env, (_, { body }) => body?.includes('SecurityResponses') ?? false))
  void crashed.answer(state, 1, rightAnswers(env)(state.step.round))
  await until(() => env.bank.counts().answers > 0, 'the bank receives the answer')

  const now = await other.getState(state)
  assert.equal(now.step.kind, 'working')
  // The time limit of an answer, and five seconds.
  for (const pass of [0, 244_999]) {
    env.bank.clock.advance(pass)
    await edge(env.config).sweep()
    assert.equal((await other.getState(state)).version, now.version, 'the lease has not ended')
  }
  env.bank.clock.advance(5_000)
  const end = await other.settled(await other.answer(state, 1, { '1.1.answer': 'again' }))
  assert.equal(end.step.kind, 'done')
  const { answers, tokensMinted } = env.bank.counts()
  assert.deepEqual([answers, tokensMinted], [1, 2], 'the verification is a session of its own')
})

test('after a crash during a poll, another server polls with the token of the session', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'slow_dispatched') }) })
  let polls = 0
  const isPoll = (_, { body }) => body?.includes('RequestId') === true && (polls += 1) === 1
  const crashed = page(crashing(t, env, isPoll))
  const started = await crashed.start('c_1')
  void crashed.settled(started)
  await until(() => polls === 1, 'the bank receives a poll')
  env.bank.clock.advance(60_000)
  const { step } = await env.page().settled(started)
  assert.deepEqual([step.kind, env.bank.counts().tokensMinted], ['challenge', 1])
})

test('after a crash during a token request, another server starts the flow under the same handle', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const crashed = page(crashing(t, env, (url) => url.endsWith('GenerateAuthorizeToken')))
  const started = await crashed.start('c_1')
  const other = env.page()
  assert.deepEqual(await other.start('c_1'), started)
  // The time limit of the request, and five seconds.
  env.bank.clock.advance(34_999)
  await env.handle.sweep()
  assert.equal(env.bank.counts().tokensMinted, 1, 'the lease has not ended')
  env.bank.clock.advance(5_001)
  const state = await other.settled(started)
  assert.deepEqual([state.flow, state.step.kind, env.bank.counts().liveStarts], [started.flow, 'challenge', 1])
})

test('after a crash during the token request for the iframe or the verification, another server continues at that step', async (t) => {
  for (const [minted, last] of [
    [2, 'connect'],
    [3, 'done'],
  ]) {
    const connections = (bank) => ({
      'ann/c_1': flinksConnection(bank, 'broken_login', 'reconnect', { institutionId: 14 }),
    })
    const env = setup(t, { connections })
    let mints = 0
    const crashed = page(crashing(t, env, (url) => url.endsWith('GenerateAuthorizeToken') && ++mints === minted))
    const started = await crashed.start('c_1')
    if (last === 'done') {
      const claim = { loginId: env.bank.loginId('broken_login') }
      void crashed.message(await crashed.settled(started), { kind: 'returned', claim })
    }
    await until(() => mints === minted, 'the token is requested')
    env.bank.clock.advance(40_000)
    const state = await env.page().settled(started)
    assert.deepEqual([state.step.kind, env.bank.counts().liveStarts], [last, 1])
  }
})

test('after a crash during the poll after the OAuth return, another server polls and does not show the redirect step again', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'oauth') }) })
  const other = env.page()
  const state = await other.settled(await other.start('c_1'))
  env.bank.clock.advance(4_000)
  let polls = 0
  const crashed = page(crashing(t, env, (url) => url.endsWith('/status') && ++polls === 1))
  void crashed.message(state, { kind: 'landed', url: await approve(env.bank, state.step.url) })
  await until(() => polls === 1, 'the server polls')
  const now = await other.getState(state)
  assert.equal(now.step.kind, 'working')
  env.bank.clock.advance(70_000)
  assert.equal((await other.settled(now)).step.kind, 'done')
})

test('an OAuth return during a poll leads to another poll', async (t) => {
  let [replying, release] = []
  const fetch = (call) => async (url, init) => {
    const reply = await call(url, init)
    await replying
    return reply
  }
  const env = setup(t, { fetch, connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'oauth_migrated') }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  replying = new Promise((resolve) => (release = resolve))
  env.bank.clock.advance(4_000)
  const made = env.wire.calls.length
  const sweep = env.handle.sweep()
  await until(() => env.wire.calls.length > made, 'the sweep polls')
  const url = await approve(env.bank, state.step.url)
  const waits = env.nextWait()
  const returned = page.message(state, { kind: 'landed', url })
  await waits
  release()
  await sweep
  assert.equal((await page.settled(await returned)).step.kind, 'done')
  assert.ok(env.wire.calls.at(-1).url.includes(new URL(url).searchParams.get('member_guid')))
})

test('a reply after the flow was cancelled is dropped', async (t) => {
  const { env, page: other, state } = await atChallenge(t)
  let release
  const slow = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    await new Promise((resolve) => (release = resolve))
    return reply
  }
  const slowPage = page(edge({ ...env.config, fetch: slow }))
  const answered = slowPage.answer(state, 1, rightAnswers(env)(state.step.round))
  await until(() => release, 'the bank receives the answer')
  const cancelled = await other.cancel(state)
  assert.deepEqual([cancelled.step.failure.code, cancelled.step.failure.next], ['cancelled', 'retry-later'])
  release()
  assert.deepEqual(await answered, cancelled)
  assert.deepEqual(
    env.reported.ended.map(({ failure }) => failure?.code),
    ['cancelled'],
  )
})

test('a start after a cancel does not wait for a pending vendor call', async (t) => {
  let release
  const hangs = (send) => async (url, init) => {
    const reply = await send(url, init)
    if (release === undefined && init.body?.includes('SecurityResponses'))
      await new Promise((resolve) => (release = resolve))
    return reply
  }
  const { env, page, state } = await atChallenge(t, { fetch: hangs })
  const answered = page.answer(state, 1, rightAnswers(env)(state.step.round))
  await until(() => release, 'the bank receives the answer')
  const cancelled = await page.cancel(state)
  const next = await page.settled(await page.start('c_1'))
  assert.notEqual(next.flow, state.flow)
  assert.equal(next.step.kind, 'challenge')

  // The late reply to the cancelled flow does not change the next flow.
  release()
  assert.equal((await answered).code, 'NOT_FOUND')
  assert.deepEqual(await page.getState(next), next)
  assert.equal((await walk(page, next, rightAnswers(env))).step.kind, 'done')
  assert.equal(cancelled.step.failure.next, 'retry-later')
})

test('nothing is sent if the store fails before the send', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const { write } = env.store
  env.store.write = () => Promise.reject(new Error('hunter2'))
  const refused = await page.answer(state, 1, rightAnswers(env)(state.step.round))
  assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  env.store.write = write
  assert.deepEqual([await page.getState(state), env.bank.counts().answers], [state, 0])
  assert.equal((await page.answer(state, 1, rightAnswers(env)(state.step.round))).step.kind, 'done')
})

test('a store that fails after a start has its reply is reported once', async (t) => {
  const env = setup(t, { connections: TWO_USERS })
  const { write } = env.store
  let writes = 0
  const fails = async (...args) => {
    if (++writes > 2) throw new Error('hunter2')
    return write(...args)
  }
  // The counter of starts and the lease for the token are written.
  env.store.write = fails
  await env.page().start('c_1')
  await until(() => env.reported.errors.some(({ message }) => message === 'hunter2'), 'the last write is reported')
  assert.equal(env.reported.errors.filter(({ message }) => message === 'hunter2').length, 1)
})

for (const [what, reply, code, message] of [
  ['no JSON', () => new Response('hunter2'), 'unreachable', 'replied without JSON'],
  ['no token', () => Response.json({ hunter2: 'hunter2' }), 'secret-missing', 'replied without a token'],
  ['status 500', () => new Response('hunter2', { status: 500 }), 'unreachable', 'replied with status 500'],
  ['status 401', () => new Response('', { status: 401 }), 'secret-missing', 'refused the secretKey with status 401'],
  ['status 403', () => new Response('', { status: 403 }), 'secret-missing', 'refused the secretKey with status 403'],
  ['no reply', () => Promise.reject(new TypeError('hunter2')), 'unreachable', 'got no reply: TypeError'],
  ['no reply and no error', () => Promise.reject(), 'unreachable', 'got no reply: undefined'],
]) {
  test(`a request for a token that gets ${what} is reported, without a secret`, async (t) => {
    const fetch = (fetch) => async (url, init) => (url.endsWith('Token') ? reply() : fetch(url, init))
    const { env, state } = await atChallenge(t, { fetch })
    assert.equal(state.step.failure.code, code)
    const [error, ...others] = env.reported.errors
    assert.deepEqual([error.cause?.cause.message ?? error.message, others], [`GenerateAuthorizeToken ${message}`, []])
    assert.ok(!inspect(error).includes('hunter2'))
  })
}

test('a token that comes with 201 and the FlinksCode CREATED is used', async (t) => {
  const { env, state } = await atChallenge(t, { rules: { successCode: 'created' } })
  assert.equal(state.step.kind, 'challenge')
  assert.deepEqual([env.bank.counts().tokensUsed, env.reported.errors], [1, []])
})

for (const [what, broken, liveStarts] of [
  [
    'returns nothing',
    (write) =>
      async (...args) =>
        void (await write(...args)),
    0,
  ],
  ['always returns false', () => async () => false, 0],
  ['returns true and writes nothing', () => async () => true, 1],
]) {
  test(`a store whose write ${what} is reported, and its starts are refused`, async (t) => {
    const { env, page, state } = await atChallenge(t)
    const { write } = env.store
    env.store.write = broken(write)
    const bob = await env.page('bob').start('c_1')
    assert.deepEqual([bob.status, bob.code], [503, 'UNAVAILABLE'])
    assert.equal(env.bank.counts().liveStarts, 1 + liveStarts, 'the vendor is called at most once')

    // The counter of starts and the flow's record are written in turn.
    let writes = 0
    env.store.write = (...args) => (++writes === 1 ? write : broken(write))(...args)
    assert.equal((await env.page('bob').start('c_1')).status, 503)
    assert.ok(env.reported.errors.length > 0)
    for (const error of env.reported.errors) assert.match((error.cause ?? error).message, /^store\.write must return /)

    env.bank.clock.advance(136 * 60_000)
    assert.equal((await page.start('c_1')).status, 503, 'the expired flow cannot be replaced')
    env.store.write = write
    assert.notEqual((await page.start('c_1')).flow, state.flow)
  })
}

test('an answer that no turn has stored within 25 seconds is refused, and can be repeated', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const { write } = env.store
  let release
  env.store.write = (...args) => new Promise((resolve) => (release = () => resolve(write(...args))))
  const right = rightAnswers(env)(state.step.round)
  const ask = async () => {
    const waits = env.nextWait()
    const asked = page.ask('POST', `/flows/${state.flow}/answer`, { round: 1, answers: right })
    await waits
    return { asked }
  }
  const [one, other] = [await ask(), await ask()]
  await until(() => release, 'the turn writes')
  env.bank.clock.advance(25_000)
  for (const { asked } of [one, other]) {
    const refused = await asked
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1'])
    assert.equal((await refused.json()).code, 'UNAVAILABLE')
  }
  env.store.write = write
  release()
  assert.equal((await page.settled(await page.answer(state, 1, right))).step.kind, 'done')
  assert.equal(env.bank.counts().answers, 1)
})

test('an answer whose 25 seconds are over begins no further turn, even if its own fails just then', async (t) => {
  const { env, page, state } = await atChallenge(t)
  const { read } = env.store
  const turns = []
  env.config.resolve = () => new Promise((_, reject) => turns.push(reject))
  const answered = page.answer(state, 1, rightAnswers(env)(state.step.round))
  await until(() => turns.length > 0, 'the turn begins')
  // The turn ends while the call reads the record for the last time.
  env.store.read = async (...args) => {
    turns[0](new Error('hunter2'))
    await until(() => env.reported.errors.length > 0, 'the turn has failed')
    return read(...args)
  }
  env.bank.clock.advance(25_000)
  const { status, code } = await answered
  assert.deepEqual([status, code, turns.length], [503, 'UNAVAILABLE', 1])
})

test('without a page, sweeps run the flow and onPersonNeeded is called once', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') }) })
  const page = env.page()
  const started = await page.start('c_1')
  const sweep = async () => {
    await env.handle.sweep()
    env.bank.clock.advance(1_000)
  }
  await until(() => env.bank.counts().jobsStarted > 0, 'the start reaches the vendor')
  await until(async () => (await sweep(), env.reported.personNeeded.length > 0), 'onPersonNeeded is called')
  for (let sweeps = 0; sweeps < 5; sweeps++) await sweep()
  const state = await page.getState(started)
  assert.equal(state.step.kind, 'challenge')
  assert.deepEqual(
    env.reported.personNeeded.map(({ round, present }) => [round, present]),
    [[1, false]],
  )
  assert.deepEqual(env.reported.ended, [], 'nothing has ended')
})

test('a sweep cancels an abandoned flow, and a later one deletes it', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') }) })
  const page = env.page()
  const { flow } = await page.settled(await page.start('c_1'))
  const [id] = flow.split('.')
  env.bank.clock.advance(136 * 60_000)
  await env.handle.sweep()
  assert.deepEqual(
    env.reported.ended.map(({ failure }) => failure.code),
    ['cancelled'],
  )
  env.bank.clock.advance(11 * 60_000)
  await env.handle.sweep()
  assert.equal(await env.store.read(id), null)
})

test('an answer to a slow bank gets a reply after 25 seconds, and the flow continues', async (t) => {
  const { env, page, state } = await atChallenge(t, {
    connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'slow_after_answer') }),
  })
  const before = env.bank.clock.now()
  const working = await page.answer(state, 1, rightAnswers(env)(state.step.round))
  assert.deepEqual([working.step.kind, env.bank.clock.now()], ['working', before + 25_000])
  assert.equal((await page.settled(working)).step.kind, 'done')
  assert.equal(env.bank.counts().answers, 1)
})
