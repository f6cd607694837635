/** The probe: before its first submission to another origin, a flow in a page checks that CORS allows the call. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  CREDENTIALS,
  LIVE,
  customerId,
  ending,
  nextTurn,
  person,
  purpose,
  runToEnd,
  setup,
  until,
  untilStep,
} from './setup.mjs'

/** A fixture whose process looks like a page with this origin. */
function setupPage(t, origin = 'https://shop.example') {
  globalThis.location = { origin }
  t.after(() => delete globalThis.location)
  return setup(t)
}

const purposes = (env) => env.wire.calls.map(purpose)

test('a live start is preceded by one probe without data', async (t) => {
  for (const params of [LIVE, CREDENTIALS]) {
    const env = setupPage(t)
    assert.equal((await runToEnd(env.start(params(person('changing_ids'))), env)).code, 'done')
    assert.deepEqual(purposes(env), ['probe', 'live start', 'answer', 'answer'])
    const [{ method, body, headers, url }] = env.wire.calls
    assert.deepEqual(
      [method, body, new URL(url).pathname],
      ['GET', null, `/v3/${customerId}/BankingServices/Authorize`],
    )
    // The same header names as the start, for the same preflight, with other values.
    assert.deepEqual(Object.keys(headers).sort(), ['accept', 'content-type', 'flinks-auth-key'])
    assert.equal(headers['flinks-auth-key'], 'probe')
  }
})

for (const [name, fail] of Object.entries({
  'are refused': () => Promise.reject(new TypeError('Failed to fetch')),
  'throw at once': () => {
    throw new Error('blocked')
  },
})) {
  test(`if calls to another origin ${name}, the flow ends in unreachable after the probe`, async (t) => {
    for (const params of [LIVE, CREDENTIALS]) {
      const env = setupPage(t)
      const methods = []
      const fetch = async (_, { method }) => {
        methods.push(method)
        return fail()
      }
      const { end } = await runToEnd(env.start(params(person('Greatday')), { fetch }), env)
      assert.deepEqual([end.failure.code, end.failure.next], ['unreachable', 'retry-later'])
      assert.match(end.error.message, /cross-origin/)
      assert.deepEqual(methods, ['GET'])
    }
  })
}

const FORM = { institution: 'FlinksCapital' }

test('a form of credentials comes after the probe, and its submission has no second one', async (t) => {
  const env = setupPage(t)
  const flow = env.start(FORM)
  const form = await untilStep(flow, 'challenge')
  assert.deepEqual([form.round.challenges[0].kind, purposes(env)], ['credentials', ['probe']])
  assert.deepEqual(Object.keys(env.wire.calls[0].headers).sort(), ['accept', 'content-type', 'flinks-auth-key'])
  await form.answer({ '1.1.answer': 'greatday_nomfa', '1.2.answer': 'Everyday' })
  await flow.result()
  assert.deepEqual(purposes(env), ['probe', 'live start'])
})

for (const [what, params, host, address, headers] of [
  ['Authorize', {}, {}, 'https://bank.example/v3/ID/BankingServices/Authorize', ['flinks-auth-key']],
  [
    'AuthorizeAsync',
    { async: true },
    { authorizeAsync: true },
    'https://bank.example/v3/ID/BankingServices/AuthorizeAsync',
    ['flinks-auth-key'],
  ],
  [
    'a base URL with a path',
    {},
    { baseUrl: 'https://a.example/b/' },
    'https://a.example/b/v3/ID/BankingServices/Authorize',
    ['flinks-auth-key'],
  ],
  [
    'a proxy that adds the token',
    {},
    { authorizeToken: undefined },
    'https://bank.example/v3/ID/BankingServices/Authorize',
    [],
  ],
]) {
  test(`the probe before a form goes where its submission goes: ${what}`, async (t) => {
    const env = setupPage(t)
    const calls = []
    const fetch = (url, init) => (calls.push({ url, ...init }), Promise.reject(new TypeError('no CORS')))
    await ending(env.start({ ...FORM, ...params }, { baseUrl: 'https://bank.example', fetch, ...host }))
    const [probe] = calls
    assert.equal(probe.url, address.replace('ID', customerId))
    assert.deepEqual(Object.keys(probe.headers).sort(), ['accept', 'content-type', ...headers])
  })
}

for (const [what, params] of [
  ['a start', LIVE(person('Greatday'))],
  ['a form of credentials', FORM],
]) {
  test(`a probe before ${what} has the time limit of the host, or 30 seconds`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    for (const timeout of [undefined, 5_000]) {
      let isSent = false
      const fetch = () => ((isSent = true), new Promise(() => {}))
      const flow = setupPage(t).start(params, { fetch, timeout })
      await until(() => isSent, 'the probe is sent')
      t.mock.timers.tick((timeout ?? 30_000) - 1)
      await nextTurn()
      assert.equal(flow.current.kind, 'working')
      t.mock.timers.tick(1)
      assert.equal(await ending(flow), 'unreachable')
      assert.equal(flow.current.error.cause.name, 'TimeoutError')
      assert.equal(
        flow.trace().events.find(({ name }) => name === 'bank_mfa.call').attributes['bank_mfa.call.name'],
        'probe',
      )
    }
  })
}

test('if calls to another origin are refused, nobody is asked for credentials', async (t) => {
  const env = setupPage(t)
  const kinds = []
  const cause = new TypeError('Failed to fetch')
  const flow = env.start(FORM, { fetch: () => Promise.reject(cause) })
  for await (const { kind } of flow) kinds.push(kind)
  const { failure, error } = flow.current
  assert.deepEqual([kinds, failure.code, failure.next], [['working', 'failed'], 'unreachable', 'retry-later'])
  assert.equal(error.cause, cause)
  assert.deepEqual(env.sessions, [], 'no token was minted')
})

test('a flow that is stored or cancelled during the probe before its form sends nothing', async (t) => {
  const env = setupPage(t)
  let begun
  const probing = new Promise((resolve) => (begun = resolve))
  const flow = env.start(FORM, { fetch: (_, { signal }) => (begun(signal), new Promise(() => {})) })
  const signal = await probing
  const restored = env.restore(flow.snapshot())
  assert.equal((await untilStep(restored, 'challenge')).round.challenges[0].kind, 'credentials')
  flow.cancel()
  assert.deepEqual([flow.current.failure.code, signal.aborted, purposes(env)], ['cancelled', true, []])
})

test('at the page’s own origin and with probe: false, no probe comes before a form of credentials', async (t) => {
  for (const [origin, more] of [
    ['http://127.0.0.1:8788', { baseUrl: 'http://127.0.0.1:8788/' }],
    ['https://shop.example', { probe: false }],
  ]) {
    const env = setupPage(t, origin)
    await untilStep(env.start(FORM, more), 'challenge')
    assert.deepEqual(purposes(env), [])
  }
})

test('a cached start has no probe, because it can be repeated safely', async (t) => {
  const env = setupPage(t)
  assert.equal((await runToEnd(env.start(CACHED(person('Greatday'))), env)).code, 'done')
  assert.deepEqual(purposes(env), ['cached start'])
})

test('a start to the page’s own origin has no probe', async (t) => {
  const env = setupPage(t, 'http://127.0.0.1:8788')
  await runToEnd(env.start(LIVE(person('Greatday')), { baseUrl: 'http://127.0.0.1:8788' }), env)
  assert.deepEqual(purposes(env), ['live start', 'answer'])
})

test('a start with probe: false has no probe', async (t) => {
  const env = setupPage(t)
  await runToEnd(env.start(LIVE(person('Greatday')), { probe: false }), env)
  assert.deepEqual(purposes(env), ['live start', 'answer'])
})

test('a restored flow whose probe fails shows the round again and does not send the answer', async (t) => {
  const env = setupPage(t)
  const flow = env.start(LIVE(person('Greatday')))
  await untilStep(flow, 'challenge')
  const snapshot = flow.snapshot()
  const authorizeToken = env.wire.calls.at(-1).headers['flinks-auth-key']

  let blocked = true
  const fetch = (url, init) => (blocked ? Promise.reject(new TypeError()) : env.wire.fetch(url, init))
  const again = env.restore(snapshot, { fetch, authorizeToken })
  const step = await untilStep(again, 'challenge')
  await step.answer({ '1.1.answer': 'Montreal' })

  const changed = await nextChallenge(again, step)
  assert.deepEqual([changed.kind, changed.round.number, changed.round.refused], ['challenge', 2, false])
  assert.equal(env.bank.counts().answers, 0)

  blocked = false
  await changed.answer({ '2.1.answer': 'Montreal' })
  assert.equal((await untilStep(again, 'done')).kind, 'done')
  assert.equal(env.bank.counts().answers, 1)
})

async function nextChallenge(flow, from) {
  for await (const step of flow) if (step.kind === 'challenge' && step !== from) return step
}
