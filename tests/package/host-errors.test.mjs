/** Whose fault it is: an error of the host's own functions has a code of its own, and is the cause of the ending. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { app } from '../lib/package.mjs'
import {
  CACHED,
  LIVE,
  NOON,
  assertNoSecrets,
  ending,
  nextTurn,
  person,
  runToEnd,
  setup,
  until,
  untilPollWait,
  untilStep,
} from './setup.mjs'

const SECRET = 'hunter2'
const thrown = () => Object.assign(new Error(`the vault said ${SECRET}`), { SECRET })

/** Option, and the code with which the start in cached and in live mode ends. */
for (const [option, cached, live] of [
  ['authorizeToken', 'host-error', 'host-error'],
  ['store', 'host-error', 'host-error'],
  ['fetch', 'unreachable', 'outcome-unknown'],
]) {
  for (const [mode, params, code] of [
    ['cached', CACHED, cached],
    ['live', LIVE, live],
  ]) {
    test(`if ${option} rejects at a ${mode} start, the flow ends in ${code} with that error as the cause`, async (t) => {
      const env = setup(t)
      const cause = thrown()
      const flow = env.start(params(person('Greatday')), { [option]: () => Promise.reject(cause) })
      assert.equal(await ending(flow), code)
      const { error, failure } = flow.current
      assert.equal(error.cause, cause)
      assert.deepEqual(error.next, 'retry-later')
      assert.equal(Object.keys(error).includes('cause'), false)
      assertNoSecrets(error, SECRET)
      for (const text of [JSON.stringify(flow.current), JSON.stringify(failure), flow.snapshot()]) {
        assert.ok(!text.includes(SECRET))
      }
      assert.equal(env.restore(flow.snapshot()).current.error.cause, undefined)
      await assert.rejects(flow.result(), error)
    })
  }
}

test('a cause belongs to the call that failed, and not to a later failure', async (t) => {
  const env = setup(t)
  let fails = true
  const fetch = (url, init) => (fails ? ((fails = false), Promise.reject(thrown())) : env.wire.fetch(url, init))
  const flow = env.start(CACHED(person('code_disabled_institution')), { fetch })
  assert.equal(await ending(flow), 'institution-disabled')
  assert.equal(flow.current.error.cause, undefined)
})

test('a token source that could not reach the vendor ends the flow in unreachable', async (t) => {
  const cause = Object.assign(new Error(SECRET), { code: 'unreachable' })
  const flow = setup(t).start(LIVE(person('Greatday')), { authorizeToken: () => Promise.reject(cause) })
  assert.equal(await ending(flow), 'unreachable')
  assert.equal(flow.current.error.cause, cause)
})

const get = () => assert.fail('it cannot be read')
const unreadable = Object.defineProperties({}, { code: { get }, name: { get } })
const revocable = Proxy.revocable({}, {})
revocable.revoke()
for (const [name, cause] of [
  ['that cannot be read', unreadable],
  ['that is a revoked proxy', revocable.proxy],
]) {
  for (const [option, code] of [
    ['authorizeToken', 'host-error'],
    ['store', 'host-error'],
    ['fetch', 'outcome-unknown'],
  ]) {
    test(`if ${option} throws an object ${name}, the flow ends in ${code}`, async (t) => {
      const flow = setup(t).start(LIVE(person('Greatday')), { [option]: () => Promise.reject(cause) })
      assert.equal(await ending(flow), code)
      assert.equal(flow.current.error.cause, cause)
    })
  }
}

test('a fetch that says that it could not reach the vendor may still have sent a start', async (t) => {
  const cause = Object.assign(new Error(SECRET), { code: 'unreachable' })
  const flow = setup(t).start(LIVE(person('Greatday')), { fetch: () => Promise.reject(cause) })
  assert.equal(await ending(flow), 'outcome-unknown')
})

test('a token source that rejects for the vendor’s page rejects pageUrl, and can be called again', async (t) => {
  const env = setup(t)
  const cause = thrown()
  let fails = true
  const authorizeToken = () => (fails ? Promise.reject(cause) : env.bank.token())
  const step = await untilStep(env.connect({}, { authorizeToken }), 'connect')
  await assert.rejects(step.pageUrl(), (error) => {
    assert.deepEqual([error.code, error.next, error.cause], ['host-error', 'retry-later', cause])
    assert.match(error.message, /see cause$/)
    assertNoSecrets(error, SECRET)
    return true
  })
  fails = false
  assert.match(await step.pageUrl(), /authorizeToken=/)
})

test('a token for the vendor’s page has the time limit of the host, or 30 seconds', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const timeout of [undefined, 5_000]) {
    const env = setup(t)
    const step = await untilStep(env.connect({}, { authorizeToken: () => new Promise(() => {}), timeout }), 'connect')
    let error
    step.pageUrl().catch((thrown) => (error = thrown))
    t.mock.timers.tick((timeout ?? 30_000) - 1)
    await nextTurn()
    assert.equal(error, undefined)
    t.mock.timers.tick(1)
    await nextTurn()
    assert.deepEqual([error.code, error.cause.name], ['host-error', 'TimeoutError'])
  }
})

test('a clock whose wait rejects ends the flow in host-error', async (t) => {
  const env = setup(t)
  const cause = thrown()
  const clock = { now: () => env.bank.clock.now(), wait: () => Promise.reject(cause) }
  const flow = env.start(CACHED(person('slow_pending')), { clock })
  assert.equal(await ending(flow), 'host-error')
  assert.equal(flow.current.error.cause, cause)
})

test('a clock that returns NaN at the start of a wait ends the flow in host-error', async (t) => {
  const env = setup(t)
  let isBroken = false
  const now = () => (isBroken ? NaN : env.bank.clock.now())
  const fetch = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    isBroken = true
    return reply
  }
  const wait = () => assert.fail('waits for NaN milliseconds')
  const flow = env.start(CACHED(person('slow_pending')), { fetch, clock: { now, wait } })
  assert.equal(await ending(flow), 'host-error')
  assert.ok(flow.current.error.cause instanceof TypeError)
})

const NOT_FINITE = { name: 'TypeError', message: 'clock.now() must return a finite number' }
for (const [what, now, wanted] of [
  ['throws', () => assert.fail(SECRET), { name: 'AssertionError', message: SECRET }],
  ['returns NaN', () => NaN, NOT_FINITE],
  ['returns Infinity', () => Infinity, NOT_FINITE],
  ['returns a Date', () => new Date(), NOT_FINITE],
  ['returns a text', () => '0', NOT_FINITE],
  ['returns a BigInt', () => 0n, NOT_FINITE],
  ['returns nothing', () => {}, NOT_FINITE],
]) {
  test(`a clock whose now() ${what} ends the flow in host-error, at its start and after a wait`, async (t) => {
    const env = setup(t)
    const assertEnded = async (flow) => {
      assert.equal(await ending(flow), 'host-error')
      const { name, message } = flow.current.error.cause
      assert.deepEqual({ name, message }, wanted)
    }
    await assertEnded(env.start(CACHED(person('slow_pending')), { clock: { ...env.bank.clock, now } }))
    assert.deepEqual([env.wire.calls, env.sessions], [[], []], 'nothing is sent')

    const clock = { ...env.bank.clock }
    const wait = async (...args) => {
      await env.bank.clock.wait(...args)
      clock.now = now
    }
    const flow = env.start(CACHED(person('slow_pending')), { clock: Object.assign(clock, { wait }) })
    await assertEnded(flow)
  })
}

test('a clock that is set back by an hour during a wait delays no poll', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  let [setBack, waits] = [0, 0]
  const wait = async (ms, signal, waitsFor) => {
    assert.ok(ms <= 60_000, `waits ${ms} ms`)
    if (waitsFor === 'vendor') waits += 1
    await clock.wait(ms, signal, waitsFor)
    if (waits === 1) setBack = 3_600_000
  }
  const flow = env.start(CACHED(person('slow_pending')), { clock: { now: () => clock.now() - setBack, wait } })
  assert.equal(await ending(flow), 'done')
  assert.equal(env.bank.counts().polls, waits, 'each wait ends in a poll')
})

test('a clock that wakes the flow too early changes neither its step nor the time of the poll', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  let isEarly = true
  const wait = async (...args) => (isEarly ? (isEarly = false) : clock.wait(...args))
  const [steps, polls] = [[], []]
  const fetch = (url, init) => {
    if (steps.length > 0) polls.push(clock.now())
    return env.wire.fetch(url, init)
  }
  const flow = env.start(CACHED(person('slow_pending')), { fetch, clock: { now: clock.now, wait } })
  flow.subscribe(() => flow.current.until && steps.push(flow.current.until))
  assert.equal(await ending(flow), 'done')
  assert.deepEqual(polls, steps)
  assert.equal(new Set(steps).size, steps.length, 'a wait is one step')
})

test('a clock that ends each wait at once does not keep other tasks from running', async (t) => {
  const env = setup(t)
  let waits = 0
  const wait = async () => assert.ok(++waits < 1_000, 'nothing else runs')
  const flow = env.start(CACHED(person('slow_pending')), { clock: { now: () => NOON, wait } })
  await until(() => waits > 3, 'the flow waits again')
  flow.cancel()
  assert.equal(await ending(flow), 'cancelled')
})

test('a clock that wakes the flow too early does not open the iframe again', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  let early = 0
  const wait = async (...args) => ((early += 1) <= 3 ? undefined : clock.wait(...args))
  const flow = env.connect({}, { clock: { now: clock.now, wait } })
  const step = await untilStep(flow, 'connect')
  await until(() => early > 3, 'the flow waits again')
  assert.deepEqual([flow.current === step, step.signal.aborted], [true, false])
})

test('a clock learns whom the flow waits for', async (t) => {
  const env = setup(t)
  const waits = async (flow, kind) => {
    await untilStep(flow, kind)
    return waitsFor.splice(0)
  }
  const waitsFor = []
  const wait = (_, __, who) => (waitsFor.push(who), new Promise(() => {}))
  const more = { clock: { now: () => env.bank.clock.now(), wait } }
  assert.deepEqual(await waits(env.connect({}, more), 'connect'), ['person'])
  assert.deepEqual(await waits(env.start(LIVE(person('Greatday')), more), 'challenge'), ['person'])
  await untilPollWait(env.start(CACHED(person('slow_pending')), more))
  assert.deepEqual(waitsFor, ['vendor'])
})

for (const [what, cause] of [
  ['an error', thrown()],
  ['an error with a code', Object.assign(thrown(), { code: 'EPERM' })],
  ['null', null],
]) {
  test(`a clock that throws ${what} after an answer was sent ends the flow in outcome-unknown`, async (t) => {
    const env = setup(t)
    let isBroken = false
    const now = () => {
      if (isBroken) throw cause
      return env.bank.clock.now()
    }
    const fetch = async (url, init) => {
      const reply = await env.wire.fetch(url, init)
      isBroken = init.body.includes('SecurityResponses')
      return reply
    }
    const flow = env.start(LIVE(person('Greatday')), { fetch, clock: { ...env.bank.clock, now } })
    await (await untilStep(flow, 'challenge')).answer({ '1.1.answer': 'Montreal' })
    assert.equal(await ending(flow), 'outcome-unknown')
    assert.equal(flow.current.error.cause, cause)
    assert.equal(env.bank.counts().answers, 1)
  })
}

const core = pathToFileURL(`${app}/node_modules/bank-mfa/dist/wasm/bank_mfa.js`)

for (const [what, events, methods] of [
  ['the event waited', ['waited'], []],
  ['everything', ['waited', 'failed'], ['snapshot', 'free']],
]) {
  test(`if ${what} of the core throws in a timer, the flow ends in internal-error`, async (t) => {
    const env = setup(t)
    const cause = new WebAssembly.RuntimeError(SECRET)
    const { FlowHandle } = await import(core)
    const unhandled = []
    const note = (error) => unhandled.push(error)
    process.on('unhandledRejection', note)
    t.after(() => process.off('unhandledRejection', note))
    let wake = () => {}
    const clock = { now: () => env.bank.clock.now(), wait: () => new Promise((resolve) => (wake = resolve)) }
    const flow = env.start(CACHED(person('slow_pending')), { clock })
    await untilPollWait(flow)
    const fail = () => {
      throw cause
    }
    for (const name of methods) t.mock.method(FlowHandle.prototype, name, fail)
    const { advance } = FlowHandle.prototype
    t.mock.method(FlowHandle.prototype, 'advance', function (event, ...rest) {
      return events.includes(event) ? fail() : advance.call(this, event, ...rest)
    })
    wake()
    assert.equal(await ending(flow), 'internal-error')
    const { error, failure } = flow.current
    assert.deepEqual([error.cause, failure.next], [cause, 'retry-later'])
    const { otherwise, vendorCode, status, memberGuid } = failure
    assert.deepEqual([otherwise, vendorCode, status, memberGuid], [null, null, null, null])
    assert.match(error.message, /see cause$/)
    assert.ok(failure.retryAt >= env.bank.clock.now() + 8 * 60_000)
    assertNoSecrets(error, SECRET)
    await nextTurn()
    assert.deepEqual(unhandled, [])
  })
}

const plain = (response, headers) => ({ status: response.status, headers, arrayBuffer: () => response.arrayBuffer() })

test('a response with headers in a plain object is read', async (t) => {
  const env = setup(t)
  const fetch = async (url, init) => {
    const response = await env.wire.fetch(url, init)
    return plain(response, Object.fromEntries(response.headers))
  }
  assert.equal((await runToEnd(env.start(LIVE(person('many_rounds')), { fetch }), env)).code, 'done')
})

for (const [name, value] of [
  ['seconds', () => '45'],
  ['an HTTP date', (now) => new Date(now + 45_000).toUTCString()],
]) {
  test(`Retry-After as ${name}, in a plain object and in any case, is the pause before the next poll`, async (t) => {
    const env = setup(t)
    let pause
    const fetch = async (url, init) => {
      const response = await env.wire.fetch(url, init)
      const retryAfter = response.status === 202 ? { 'Retry-After': value(env.bank.clock.now()) } : {}
      return plain(response, retryAfter)
    }
    const clock = { now: () => env.bank.clock.now(), wait: (ms) => ((pause = ms), new Promise(() => {})) }
    env.start(LIVE(person('slow_pending')), { fetch, clock })
    await until(() => pause, 'the flow waits')
    // An HTTP date has no milliseconds.
    assert.ok(pause >= 44_000 && pause < 47_000, `${pause}`)
  })
}

test('a host’s fetch works without a global Response, Request and Headers, as in jest with jsdom', async (t) => {
  const env = setup(t)
  const names = ['Response', 'Request', 'Headers', 'fetch']
  const hidden = names.map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)])
  const restoreAll = () => hidden.forEach(([name, found]) => Object.defineProperty(globalThis, name, found))
  const fetch = async (url, init) => {
    restoreAll()
    const response = await env.wire.fetch(url, init)
    const bytes = await response.arrayBuffer()
    for (const name of names) delete globalThis[name]
    return { status: response.status, headers: new Map(response.headers), arrayBuffer: async () => bytes }
  }
  t.after(restoreAll)
  const token = await env.bank.token()
  const flow = env.start(CACHED(person('Greatday')), { fetch, authorizeToken: token })
  for (const name of names) delete globalThis[name]
  assert.equal(await ending(flow), 'done')
})
