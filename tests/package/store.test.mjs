/** The host's store: it is called before each send, and nothing is sent that was not stored. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  CREDENTIALS,
  LIVE,
  assertNoSecrets,
  ending,
  nextTurn,
  person,
  purpose,
  runToEnd,
  setup,
  until,
  untilStep,
} from './setup.mjs'

test('each send waits until its snapshot is stored', async (t) => {
  const env = setup(t)
  const events = []
  const store = async (snapshot) => {
    await nextTurn()
    events.push(JSON.parse(snapshot).flow.state.stage)
  }
  const fetch = (url, init) => {
    events.push(purpose({ json: JSON.parse(init.body) }))
    return env.wire.fetch(url, init)
  }
  assert.equal((await runToEnd(env.start(LIVE(person('slow_after_answer')), { store, fetch }), env)).code, 'done')
  assert.deepEqual(events, [
    ...['start', 'live start'],
    ...['answer', 'answer'],
    ...['poll', 'poll', 'poll', 'poll', 'poll', 'poll'],
  ])
})

test('the bank receives each answer and credential at most once after a crash at any send', async (t) => {
  for (const params of [CACHED, LIVE, CREDENTIALS]) {
    for (let crash = 1; crash < 6; crash++) {
      const env = setup(t)
      const tokens = new Map()
      const authorizeToken = async ({ session }) => {
        if (!tokens.has(session)) tokens.set(session, await env.bank.token())
        return tokens.get(session)
      }
      let stored
      let sends = 0
      const store = (snapshot) => void (stored = snapshot)
      // The process crashes once the bank has received this call.
      const fetch = async (url, init) => {
        sends += 1
        const reply = await env.wire.fetch(url, init)
        return sends === crash ? new Promise(() => {}) : reply
      }
      const flow = env.start(params(person('slow_after_answer')), { authorizeToken, store, fetch })
      flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer({ '1.1.answer': 'Montreal' }))
      const crashed = () => sends === crash && env.wire.calls.at(-1).reply
      await until(() => crashed() || ['done', 'failed'].includes(flow.current.kind), 'the crash or the end')

      const again = env.restore(stored, { authorizeToken })
      await runToEnd(again, env)
      const { answers, credentials, liveStarts, broken } = env.bank.counts()
      assert.ok(answers <= 1 && credentials <= 1 && liveStarts <= 1)
      assert.deepEqual(broken, {})
    }
  }
})

for (const [what, fail] of Object.entries({
  rejects: () => Promise.reject(new Error('hunter2')),
  throws: () => {
    throw 'hunter2'
  },
})) {
  test(`if the store ${what}, a start is not sent and the flow ends in host-error`, async (t) => {
    for (const params of [CACHED, LIVE, CREDENTIALS]) {
      const env = setup(t)
      const { end, code } = await runToEnd(env.start(params(person('Greatday')), { store: fail }), env)
      assert.deepEqual([code, end.failure.next, env.wire.calls], ['host-error', 'retry-later', []])
      assertNoSecrets(end.error, 'hunter2')
    }
  })

  test(`if the store ${what}, an answer is not sent and the flow shows the round again`, async (t) => {
    const env = setup(t)
    let broken = false
    const flow = env.start(LIVE(person('Greatday')), { store: () => broken && fail() })
    const step = await untilStep(flow, 'challenge')
    broken = true
    await step.answer({ '1.1.answer': 'Montreal' })
    await until(() => flow.current.kind === 'challenge', 'the flow asks again')
    assert.deepEqual([flow.current.round.number, flow.current.round.refused], [2, false])
    assert.equal(env.bank.counts().answers, 0)

    broken = false
    await flow.current.answer({ '2.1.answer': 'Montreal' })
    assert.equal(await ending(flow), 'done')
    assert.equal(env.bank.counts().answers, 1)
  })
}

for (const [name, params, host, username] of [
  ['poll of a live session', LIVE, {}, 'slow_after_answer'],
  ['reconciling poll', CREDENTIALS, { authorizeAsync: true }, 'Greatday'],
  ['verification', LIVE, {}, 'Greatday'],
]) {
  test(`a store that fails at the ${name} after an answer ends in outcome-unknown`, async (t) => {
    const env = setup(t)
    if (username === 'Greatday') env.bank.fault({ on: 'answer', kind: 'lost-reply' })
    const store = () => {
      if (env.bank.counts().answers > 0) throw new Error()
    }
    const flow = env.start(params(person(username)), { ...host, store })
    await (await untilStep(flow, 'challenge')).answer({ '1.1.answer': 'Montreal' })
    assert.equal(await ending(flow), 'outcome-unknown')
  })
}

for (const [token, authorizeToken] of [
  ['a function', (env) => () => env.bank.token()],
  ['known', (env) => env.bank.token()],
]) {
  test(`a store that never settles times out, also if the token is ${token}`, async (t) => {
    const env = setup(t)
    const more = { authorizeToken: await authorizeToken(env), timeout: 5000 }
    t.mock.timers.enable({ apis: ['setTimeout'] })
    let stored = false
    const store = () => {
      stored = true
      return new Promise(() => {})
    }
    const flow = env.start(LIVE(person('Greatday')), { store, ...more })
    await until(() => stored, 'the store is called')
    t.mock.timers.tick(5000)
    assert.equal(await ending(flow), 'host-error')
    assert.equal(flow.current.error.cause.name, 'TimeoutError')
    assert.deepEqual(env.wire.calls, [])
  })
}

test('a token that comes after the time limit is neither stored nor sent', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const env = setup(t)
  const stored = []
  for (const store of [undefined, (snapshot) => stored.push(snapshot)]) {
    let give
    const authorizeToken = () => new Promise((resolve) => (give = resolve))
    const flow = env.start(LIVE(person('Greatday')), { store, authorizeToken, timeout: 5000 })
    await until(() => give, 'the token is requested')
    t.mock.timers.tick(5000)
    assert.equal(await ending(flow), 'host-error')
    assert.equal(flow.current.error.cause.name, 'TimeoutError')
    give(await env.bank.token())
    await nextTurn()
  }
  assert.deepEqual([stored, env.wire.calls], [[], []])
})

test('a start without a usable token is not stored', async (t) => {
  const env = setup(t)
  const stored = []
  const more = { authorizeToken: () => '', store: (snapshot) => stored.push(snapshot) }
  assert.equal(await ending(env.start(LIVE(person('Greatday')), more)), 'secret-missing')
  assert.deepEqual([stored, env.wire.calls], [[], []])
})
