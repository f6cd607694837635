/** While a person is asked and somebody looks, MX is asked whether the round is still open. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { ending, guids, job, nextTurn, setup, until, untilStep } from './mx-setup.mjs'

const SECRET = 'hunter2'
const text = ({ challenges }, answer) => ({ [challenges[0].fields[0].name]: answer })

/** A flow that asks, which nobody looks at. */
async function asked(t, params, more) {
  const env = setup(t)
  const flow = env.start(params, more)
  const step = await untilStep(flow, 'challenge')
  return { ...env, flow, step, made: env.wire.calls.length }
}

/** Lets flows send what they are about to send, and begin their waits. */
async function settle() {
  for (let turn = 0; turn < 10; turn++) await nextTurn()
}

/** Lets time pass, second by second, so that each watch is sent when it is due. */
async function pass(bank, seconds) {
  for (let second = 0; second < seconds; second++) {
    await settle()
    bank.clock.advance(1_000)
    await settle()
  }
}

/** Holds each status request while it is closed. */
function gate(fetch) {
  let open = () => {}
  const held = { waiting: 0, closed: false, lost: false }
  held.open = () => {
    held.closed = false
    open()
  }
  held.fetch = async (url, init) => {
    const reply = await fetch(url, init)
    if (!held.closed || !url.endsWith('/status')) return reply
    held.waiting += 1
    await new Promise((resolve) => (open = resolve))
    if (held.lost) throw new TypeError('lost')
    return reply
  }
  return held
}

test('if nobody looks, no request is sent', async (t) => {
  const { bank, wire, flow, step, made } = await asked(t, job('approved_in_app'))
  await pass(bank, 60)
  assert.equal(wire.calls.length, made)
  assert.equal(flow.current, step)
})

test('if nobody looks, the flow begins no endless wait', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  const waits = []
  const wait = (ms, ...rest) => (waits.push(ms), clock.wait(ms, ...rest))
  const flow = env.start(job('approved_in_app'), { clock: { now: clock.now, wait } })
  await untilStep(flow, 'challenge')
  await settle()
  assert.deepEqual(
    waits.filter((ms) => ms === Infinity),
    [],
  )
})

/** Ways to look at a flow; each returns a function that looks away. */
const LOOKS = {
  'an open iteration, while its body runs': (flow) => {
    const steps = flow[Symbol.asyncIterator]()
    void steps.next()
    return () => void steps.return()
  },
  'a subscription': (flow) => flow.subscribe(() => {}),
  'a pending result': (flow) => {
    flow.result().catch(() => {})
    return undefined
  },
}

for (const [name, look] of Object.entries(LOOKS)) {
  test(`with ${name}, the flow is watched at growing pauses, and the step stays`, async (t) => {
    // The id decides the jitter, which is 0 for one flow in 300: its first watch is due a second earlier.
    t.mock.method(crypto, 'getRandomValues', (bytes) => bytes.fill(7))
    const { bank, wire, flow, step, made } = await asked(t, job('text'))
    const lookAway = look(flow)
    const times = []
    for (let second = 1; second <= 25; second++) {
      const before = wire.calls.length
      await pass(bank, 1)
      if (wire.calls.length > before) times.push(second)
    }
    assert.deepEqual(times, [4, 11, 21])
    assert.equal(flow.current, step)
    assert.equal(step.signal.aborted, false)
    lookAway?.()
    if (lookAway) {
      await pass(bank, 60)
      assert.equal(wire.calls.length, made + 3)
      look(flow)
      await until(() => wire.calls.length === made + 4, 'the flow is watched again as soon as somebody looks')
    }
  })
}

for (const [name, code] of [
  ['approved_in_app', 'done'],
  ['expires_soon', 'session-expired'],
]) {
  test(`${name}: the form is taken away, and the flow ends with ${code} without an answer`, async (t) => {
    const { bank, flow, step } = await asked(t, job(name))
    const ended = ending(flow)
    await until(async () => {
      await pass(bank, 1)
      return step.signal.aborted
    }, 'the flow leaves the step')
    await assert.rejects(step.answer(text(step.round, SECRET)), { code: 'STALE_ROUND' })
    assert.deepEqual([await ended, bank.counts().answers], [code, 0])
  })
}

test('answered_elsewhere: the next round replaces the form', async (t) => {
  const { bank, flow, step } = await asked(t, job('answered_elsewhere'))
  const stop = flow.subscribe(() => {})
  await until(async () => {
    await pass(bank, 1)
    return flow.current.round?.number === 2
  }, 'the second round')
  stop()
  assert.ok(step.signal.aborted)
  await flow.current.answer(text(flow.current.round, 'Chicago'))
  assert.deepEqual([await ending(flow), bank.counts().answers], ['done', 1])
})

test('a late answer to a round that was replaced does not stop an answer that waits for its watch', async (t) => {
  const env = setup(t)
  const held = gate(env.wire.fetch)
  const flow = env.start(job('answered_elsewhere'), { fetch: held.fetch })
  const replaced = await untilStep(flow, 'challenge')
  flow.subscribe(() => {})
  const secondRound = async () => {
    await pass(env.bank, 1)
    return flow.current.round?.number === 2
  }
  await until(secondRound, 'the second round')
  const { current } = flow
  held.closed = true
  await pass(env.bank, 4)
  await until(() => held.waiting === 1, 'a watch is under way')
  await current.answer(text(current.round, 'Chicago'))
  await assert.rejects(replaced.answer(text(replaced.round, SECRET)), { code: 'STALE_ROUND' })
  held.open()
  assert.deepEqual([await ending(flow), env.bank.counts().answers], ['done', 1])
})

test('a listener that answers again while the answer is on its way gets the promise of the first', async (t) => {
  const { flow, step } = await asked(t, job('text'))
  const again = []
  flow.subscribe(() => again.push(step.answer(text(step.round, SECRET))))
  const answered = step.answer(text(step.round, 'Chicago'))
  assert.ok(again.length > 0)
  for (const promise of again) assert.equal(promise, answered)
  assert.equal(await ending(flow), 'done')
})

/** A flow whose watch has reached MX, and whose reply is held. */
async function watching(t, name = 'text') {
  const env = setup(t)
  const held = gate(env.wire.fetch)
  const flow = env.start(job(name), { fetch: held.fetch })
  const step = await untilStep(flow, 'challenge')
  held.closed = true
  const stop = flow.subscribe(() => {})
  await pass(env.bank, 4)
  await until(() => held.waiting === 1, 'a watch is under way')
  return { ...env, held, flow, step, stop }
}

test('an answer during a watch is sent once, after its reply, and no pre-check follows', async (t) => {
  const { purposes, held, flow, step, bank } = await watching(t)
  const made = purposes().length
  const answered = step.answer(text(step.round, 'Chicago'))
  assert.equal(step.answer(text(step.round, SECRET)), answered)
  await answered
  assert.deepEqual([flow.current.kind, flow.current.stage, purposes().length], ['working', 'pre-check', made])
  assert.ok(step.signal.aborted)
  held.open()
  assert.equal(await ending(flow), 'done')
  assert.deepEqual([purposes()[made], bank.counts().answers], ['resume', 1])
})

test('an answer right after a watch is sent without a pre-check', async (t) => {
  const { purposes, held, flow, step, bank } = await watching(t)
  const made = purposes().length
  held.open()
  await settle()
  await step.answer(text(step.round, 'Chicago'))
  assert.equal(await ending(flow), 'done')
  assert.deepEqual([purposes()[made], bank.counts().answers], ['resume', 1])
})

test('an answer during a watch that is lost is sent once, after a pre-check', async (t) => {
  const { purposes, held, flow, step, bank } = await watching(t)
  const made = purposes().length
  await step.answer(text(step.round, 'Chicago'))
  held.lost = true
  held.open()
  assert.equal(await ending(flow), 'done')
  assert.deepEqual([purposes().slice(made, made + 2), bank.counts().answers], [['status', 'resume'], 1])
})

test('an answer during a watch that finds the round expired is not sent', async (t) => {
  const { bank, held, flow, step } = await watching(t, 'expires_soon')
  held.open()
  await settle()
  held.closed = true
  bank.clock.advance(30_000)
  await until(() => held.waiting === 2, 'a watch after the round has expired')
  await step.answer(text(step.round, 'Chicago'))
  held.open()
  assert.deepEqual([await ending(flow), bank.counts().answers], ['session-expired', 0])
})

test('an invalid answer during a watch is rejected, and the round stays open', async (t) => {
  const { held, flow, step } = await watching(t)
  await assert.rejects(step.answer({}), { code: 'INVALID_ANSWER' })
  assert.equal(flow.current, step)
  held.open()
  await step.answer(text(step.round, 'Chicago'))
  assert.equal(await ending(flow), 'done')
})

test('looking away and back during a watch sends no second one', async (t) => {
  const { purposes, held, flow, stop, bank } = await watching(t)
  const made = purposes().length
  stop()
  flow.subscribe(() => {})
  await pass(bank, 60)
  assert.equal(purposes().length, made)
  held.open()
  flow.cancel()
})

test('a flow that is cancelled during a watch ignores its reply', async (t) => {
  const { held, flow, step } = await watching(t)
  flow.cancel()
  held.open()
  assert.deepEqual([await ending(flow), step.signal.aborted], ['cancelled', true])
})

test('lost watches keep the round open, at growing pauses', async (t) => {
  const { bank, wire, flow, step, made } = await asked(t, job('text'))
  bank.fault({ kind: 'lost-reply', on: 'poll', times: 100 })
  flow.subscribe(() => {})
  await pass(bank, 240)
  assert.equal(flow.current, step)
  const sent = wire.calls.length - made
  assert.ok(sent >= 5 && sent <= 8, `${sent} watches`)
})

test('a snapshot that was taken during a watch is restored to the same round', async (t) => {
  const { held, flow, step, restore, bank } = await watching(t)
  const snapshot = flow.snapshot()
  held.open()
  flow.cancel()
  const restored = restore(snapshot)
  const { round, answer } = await untilStep(restored, 'challenge')
  assert.deepEqual(round, step.round)
  await answer(text(round, 'Chicago'))
  assert.deepEqual([await ending(restored), bank.counts().answers], ['done', 1])
})

test('a flow that resumes a challenged member is watched', async (t) => {
  const { bank, wire, flow, made } = await asked(t, guids('already_challenged'))
  flow.subscribe(() => {})
  await pass(bank, 4)
  assert.equal(wire.calls.length, made + 1)
})
