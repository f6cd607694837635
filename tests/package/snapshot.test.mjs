/** Flows restored from a snapshot: each state continues, and what a bank may have received is not sent again. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  CACHED,
  CREDENTIALS,
  FlowError,
  LIVE,
  MINUTE,
  NOON,
  ending,
  fill,
  person,
  purpose,
  restore,
  runToEnd,
  setup,
  until,
  untilPollWait,
  untilStep,
} from './setup.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Montreal' }

/** Edits a snapshot and corrects its checksum: 32-bit FNV-1a over the text without the sum. */
function editWithSum(snapshot, edit) {
  const text = edit(snapshot.replace(/,"sum":\d+}$/, '}'))
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return text.replace(/}$/, `,"sum":${sum}}`)
}

/** A flow whose call for a purpose never returns. */
async function hangAt(env, params, at, host) {
  const calls = []
  const fetch = (url, init) => {
    const call = { url, ...init, json: JSON.parse(init.body) }
    calls.push(purpose(call))
    return purpose(call) === at ? never() : env.wire.fetch(url, init)
  }
  const flow = env.start(params, { ...host, fetch })
  flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer(city))
  await until(() => calls.at(-1) === at, `the call ${at}`)
  return flow
}

/** Name, parameters, the call under way, host, the end of the restored flow, and its calls. */
for (const [name, params, at, host, code, calls] of [
  ['a cached start', CACHED, 'cached start', {}, 'done', ['cached start']],
  ['a live start', LIVE, 'live start', {}, 'outcome-unknown', []],
  ['a start with credentials', CREDENTIALS, 'live start', {}, 'outcome-unknown', []],
  ['an answer with credentials', CREDENTIALS, 'answer', {}, 'outcome-unknown', []],
  ['an answer by LoginId', LIVE, 'answer', {}, 'outcome-unknown', ['cached start']],
  ['an answer of AuthorizeAsync', CREDENTIALS, 'answer', { authorizeAsync: true }, 'outcome-unknown', ['poll']],
]) {
  test(`a flow restored in ${name} sends ${calls.join(', ') || 'nothing'} and ends in ${code}`, async (t) => {
    const env = setup(t)
    const tokens = new Map()
    const authorizeToken = async ({ session }) => tokens.get(session) ?? keep(session)
    const keep = async (session) => tokens.set(session, await env.bank.token()).get(session)
    const flow = await hangAt(env, params(person('Greatday')), at, { ...host, authorizeToken })
    const made = env.wire.calls.length

    const again = env.restore(flow.snapshot(), { ...host, authorizeToken })
    assert.equal(again.id, flow.id)
    assert.equal(await ending(again), code)
    assert.deepEqual(env.wire.calls.slice(made).map(purpose), calls)
    if (code === 'outcome-unknown') assert.ok(again.current.failure.retryAt >= NOON + 8 * MINUTE)
    if (at === 'cached start') assert.deepEqual([...tokens.keys()], [1, 2], 'repeated under a new token')
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

for (const [name, host, at] of [
  ['an answer of AuthorizeAsync', { authorizeAsync: true }, 'answer'],
  ['a poll after an answer', {}, 'poll'],
]) {
  test(`a flow restored in ${name} without its token ends in outcome-unknown`, async (t) => {
    const env = setup(t)
    const flow = await hangAt(env, CREDENTIALS(person('slow_after_answer')), at, host)
    const again = env.restore(flow.snapshot(), { ...host, authorizeToken: () => '' })
    assert.equal(await ending(again), 'outcome-unknown')
  })
}

test('a flow restored while it waits polls with its token when that wait is over', async (t) => {
  const env = setup(t)
  const authorizeToken = await env.bank.token()
  const clock = { now: () => NOON, wait: never }
  const flow = env.start(LIVE(person('slow_pending')), { authorizeToken, clock })
  await untilPollWait(flow)

  const again = env.restore(flow.snapshot(), { authorizeToken })
  assert.equal(await ending(again), 'done')
  assert.deepEqual(env.wire.calls.map(purpose), ['live start', 'poll', 'poll'])
  assert.ok(env.bank.clock.now() >= NOON + 20_000)
  assert.deepEqual(env.bank.counts().broken, {})
})

for (const username of ['mixed_types', 'many_rounds', 'proto_prompt', 'byte_for_byte', 'challenge_maps']) {
  test(`a flow of ${username} restored in each round shows the same round and uses the same token`, async (t) => {
    const env = setup(t)
    const authorizeToken = await env.bank.token()
    let flow = env.start(LIVE(person(username)), { authorizeToken })
    for (let rounds = 0; rounds < person(username).responses.length; rounds++) {
      const { round } = await untilStep(flow, 'challenge')
      flow = env.restore(flow.snapshot(), { authorizeToken })
      assert.deepEqual(flow.current.round, round)
      await flow.current.answer(fill(round, JSON.parse(env.right())))
      await until(() => flow.current.kind !== 'working', 'the flow asks or ends')
    }
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

test('restoring does not extend a round’s expiry', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('Greatday')))
  await untilStep(flow, 'challenge')
  const snapshot = flow.snapshot()
  env.bank.clock.advance(9 * MINUTE)
  const again = env.restore(snapshot)
  const step = again.current
  assert.equal(step.kind, 'challenge')
  await assert.rejects(step.answer(city), { code: 'STALE_ROUND' })
  assert.equal(await ending(again), 'session-expired')
  assert.equal(env.bank.counts().answers, 0)
})

test('a flow restored after its end has the same end and sends nothing', async (t) => {
  for (const username of [
    'Greatday',
    'test_service_unavailable',
    'code_too_many_requests_429',
    'test_disabled_account',
  ]) {
    const env = setup(t)
    const flow = env.start(LIVE(person(username)))
    await runToEnd(flow, env)
    const again = env.restore(flow.snapshot())
    assert.equal(again.current.kind, flow.current.kind)
    assert.deepEqual(again.current.result, flow.current.result)
    assert.deepEqual(again.current.failure, flow.current.failure)
    assert.equal(again.snapshot(), flow.snapshot())
    assert.deepEqual(await env.callsMeanwhile(), [])
  }
})

test('a cancelled flow is restored as cancelled, with the same next action', async (t) => {
  const env = setup(t)
  const flow = await hangAt(env, LIVE(person('Greatday')), 'live start', {})
  flow.cancel()
  assert.deepEqual(env.restore(flow.snapshot()).current.failure, flow.current.failure)
})

test('no snapshot holds a credential, an answer, a token or an address', async (t) => {
  for (const params of [LIVE, CREDENTIALS]) {
    const env = setup(t)
    const flow = env.start(params(person('many_rounds')))
    const snapshots = [flow.snapshot()]
    flow.subscribe(() => snapshots.push(flow.snapshot()))
    const { rounds } = await runToEnd(flow, env)

    const tokens = env.wire.calls.map(({ headers }) => headers['flinks-auth-key'])
    const entered = ['many_rounds', 'Everyday', 'Montreal', '123456']
    const secrets = [...entered, ...tokens, env.bank.secretKey, 'toolbox', 'fin.ag']
    assert.ok(snapshots.length > 8 && rounds.length === 4)
    for (const secret of secrets) {
      assert.ok(
        snapshots.every((snapshot) => !snapshot.includes(secret)),
        `a snapshot holds ${secret}`,
      )
    }
  }
})

test('the vendor’s ids are at documented paths of a snapshot', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('Greatday')))
  await untilStep(flow, 'challenge')
  const { v, vendor, vendorIds } = JSON.parse(flow.snapshot())
  const { RequestId } = env.wire.calls[0].reply.json
  assert.deepEqual([v, vendor, vendorIds], [2, 'flinks', { LoginId: person('Greatday').loginId, RequestId }])
})

async function snapshotAtChallenge(t) {
  const env = setup(t)
  const flow = env.start(LIVE(person('byte_for_byte')))
  await untilStep(flow, 'challenge')
  const snapshot = flow.snapshot()
  return { env, snapshot, sent: env.wire.calls.length }
}

function assertRejected(call, code = 'SNAPSHOT_UNREADABLE') {
  assert.throws(call, (error) => error instanceof FlowError && error.code === code && error.next === 'start-over')
}

test('a truncated snapshot is rejected', async (t) => {
  const { env, snapshot } = await snapshotAtChallenge(t)
  for (let length = 0; length < snapshot.length; length++) {
    assertRejected(() => env.restore(snapshot.slice(0, length)))
  }
})

test('a snapshot with one changed character is rejected', async (t) => {
  const { env, snapshot, sent } = await snapshotAtChallenge(t)
  const others = ['0', '9', 'x', '"', '}', ' ', '\u0000', 'é']
  for (let at = 0; at < snapshot.length; at++) {
    const other = others[at % others.length] === snapshot[at] ? '_' : others[at % others.length]
    assertRejected(() => env.restore(snapshot.slice(0, at) + other + snapshot.slice(at + 1)))
  }
  assert.equal(env.wire.calls.length, sent)
})

for (const [name, text] of [
  ['undefined', undefined],
  ['null', null],
  ['an empty string', ''],
  ['an object', {}],
  ['other JSON', '{"v":2,"vendor":"flinks"}'],
  ['deeply nested JSON', '['.repeat(100_000)],
]) {
  test(`restore rejects ${name} as a snapshot`, (t) => assertRejected(() => setup(t).restore(text)))
}

test('a snapshot of the next version is read, and one of any other version is rejected', async (t) => {
  const { env, snapshot } = await snapshotAtChallenge(t)
  const version = (v) => editWithSum(snapshot, (text) => text.replace('"v":2,', `"v":${v},`))
  assert.equal(version(2), snapshot, 'the checksum is the documented one')
  env.restore(version(3))
  for (const v of [0, 1, 4, 99]) assertRejected(() => env.restore(version(v)), 'SNAPSHOT_VERSION')
})

const waiting = (stage) => `{"name":"waiting","stage":"${stage}","until":${NOON}}`
const polling = (text) => text.replace('{"name":"asking"}', '{"name":"sending","stage":"poll"}')

for (const [name, edit] of [
  ['no vendor', (text) => text.replace('"vendor":"flinks"', '"vendor":null')],
  ['a RequestId that is not a GUID', (text) => text.replace(/"RequestId":"[^"]+"/, '"RequestId":"../.."')],
  ['an unknown state', (text) => text.replace('"name":"asking"', '"name":"dreaming"')],
  ['a negative count', (text) => text.replace(/"round":\d+/, '"round":-1')],
  ['a count that is too large', (text) => text.replace(/"serial":\d+/, '"serial":99999999999')],
  ['no RequestId', (text) => text.replace(/,"RequestId":"[^"]+"/, '')],
  ['no challenges', (text) => text.replace(/"challengePayload":.*,"expiresAt"/, '"challengePayload":[],"expiresAt"')],
  ['a poll and no RequestId', (text) => polling(text.replace(/,"RequestId":"[^"]+"/, ''))],
  ['a state of another vendor', (text) => text.replace('{"name":"asking"}', `{"name":"redirecting","until":${NOON}}`)],
  ['answers to send later', (text) => text.replace('{"name":"asking"}', waiting('answer'))],
  ['a second live start', (text) => text.replace('{"name":"asking"}', waiting('start'))],
  ['a time of tomorrow', (text) => text.replace(/"expiresAt":\d+/, `"expiresAt":${NOON + 1440 * MINUTE}`)],
  ['a count that cannot grow', (text) => text.replace(/"serial":\d+/, '"serial":4294967295')],
]) {
  test(`a snapshot with ${name} is rejected despite a correct checksum`, async (t) => {
    const { env, snapshot } = await snapshotAtChallenge(t)
    assertRejected(() => env.restore(editWithSum(snapshot, edit)))
  })
}

test('a restored flow uses the given host', async (t) => {
  const { env, snapshot } = await snapshotAtChallenge(t)
  assert.throws(() => restore(snapshot, env.host({ instance: undefined })), { path: '/host/instance' })
  const flow = env.restore(snapshot, { baseUrl: 'http://127.0.0.1:8788' })
  await flow.current.answer(fill(flow.current.round, person('byte_for_byte').responses[0]))
  await ending(flow)
  assert.ok(env.wire.calls.at(-1).url.startsWith('http://127.0.0.1:8788/v3/'))
})
