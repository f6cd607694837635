/** The store of a host: called before each send, and nothing is sent that was not stored. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CACHED,
  CREDENTIALS,
  LIVE,
  assertTellsNothing,
  bench,
  ending,
  person,
  purpose,
  settled,
  until,
  walk,
} from './bench.mjs'

test('the store has each send before it is made', async (t) => {
  const stage = bench(t)
  const events = []
  const store = async (snapshot) => {
    await settled()
    events.push(JSON.parse(snapshot).flow.state.stage)
  }
  const fetch = (url, init) => {
    events.push(purpose({ json: JSON.parse(init.body) }))
    return stage.wire.fetch(url, init)
  }
  assert.equal((await walk(stage.start(LIVE(person('slow_after_answer')), { store, fetch }), stage)).code, 'done')
  assert.deepEqual(events, [
    ...['start', 'live start'],
    ...['answer', 'answer'],
    ...['poll', 'ask', 'poll', 'ask', 'poll', 'ask'],
  ])
})

test('a crash at any send, and the bank still hears each answer and credential at most once', async (t) => {
  for (const params of [CACHED, LIVE, CREDENTIALS]) {
    for (let crash = 1; crash < 6; crash++) {
      const stage = bench(t)
      const tokens = new Map()
      const authorizeToken = async ({ session }) => {
        if (!tokens.has(session)) tokens.set(session, await stage.bank.token())
        return tokens.get(session)
      }
      let stored
      let sends = 0
      const store = (snapshot) => void (stored = snapshot)
      // The process is gone once the bank has heard this call.
      const fetch = async (url, init) => {
        sends += 1
        const reply = await stage.wire.fetch(url, init)
        return sends === crash ? new Promise(() => {}) : reply
      }
      const flow = stage.start(params(person('slow_after_answer')), { authorizeToken, store, fetch })
      flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer({ '1.1.answer': 'Montreal' }))
      while (sends < crash && !['done', 'failed'].includes(flow.current.kind)) await settled()
      await settled()

      const again = stage.restore(stored, { authorizeToken })
      await walk(again, stage)
      const { answers, credentials, liveStarts, broken } = stage.bank.counts()
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
  test(`where the store ${what}, a start is not made and the flow ends in unreachable`, async (t) => {
    for (const params of [CACHED, LIVE, CREDENTIALS]) {
      const stage = bench(t)
      const { end, code } = await walk(stage.start(params(person('Greatday')), { store: fail }), stage)
      assert.deepEqual([code, end.failure.next, stage.wire.calls], ['unreachable', 'retry-later', []])
      assertTellsNothing(end.error, 'hunter2')
    }
  })

  test(`where the store ${what}, an answer is not sent and the person is asked again`, async (t) => {
    const stage = bench(t)
    let broken = false
    const flow = stage.start(LIVE(person('Greatday')), { store: () => broken && fail() })
    const step = await until(flow, 'challenge')
    broken = true
    await step.answer({ '1.1.answer': 'Montreal' })
    while (flow.current.kind !== 'challenge') await settled()
    assert.deepEqual([flow.current.round.number, flow.current.round.refused], [2, false])
    assert.equal(stage.bank.counts().answers, 0)

    broken = false
    await flow.current.answer({ '2.1.answer': 'Montreal' })
    assert.equal(await ending(flow), 'done')
    assert.equal(stage.bank.counts().answers, 1)
  })
}

for (const [name, params, host, ask] of [
  ['poll of a live session', LIVE, {}, 'slow_after_answer'],
  ['look', CREDENTIALS, { authorizeAsync: true }, 'Greatday'],
  ['confirmation', LIVE, {}, 'Greatday'],
]) {
  test(`where the store fails at the ${name} behind an answer, nobody knows what became of it`, async (t) => {
    const stage = bench(t)
    if (ask === 'Greatday') stage.bank.fault({ on: 'answer', kind: 'lost-reply' })
    const store = () => {
      if (stage.bank.counts().answers > 0) throw new Error()
    }
    const flow = stage.start(params(person(ask)), { ...host, store })
    await (await until(flow, 'challenge')).answer({ '1.1.answer': 'Montreal' })
    assert.equal(await ending(flow), 'outcome-unknown')
  })
}

test('a store that never settles is given up after the timeout', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const stage = bench(t)
  const flow = stage.start(LIVE(person('Greatday')), { store: () => new Promise(() => {}), timeout: 5000 })
  await settled()
  await settled()
  t.mock.timers.tick(5000)
  assert.equal(await ending(flow), 'unreachable')
  assert.deepEqual(stage.wire.calls, [])
})
