/** Put away and taken up: each state goes on where it stood, and what a bank may have heard is not sent again. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  CACHED,
  CREDENTIALS,
  FlowError,
  LIVE,
  MINUTE,
  NOON,
  bench,
  ending,
  fill,
  person,
  purpose,
  restore,
  settled,
  until,
  walk,
} from './bench.mjs'

const never = () => new Promise(() => {})
const city = { '1.1.answer': 'Montreal' }

/** FNV-1a, 32 bits, over the text without its sum: what a careless editor does not know and a careful one does. */
function sealed(snapshot, edit) {
  const text = edit(snapshot.replace(/,"sum":\d+}$/, '}'))
  let sum = 0x811c9dc5
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return text.replace(/}$/, `,"sum":${sum}}`)
}

/** A flow that stands where its next call, for this purpose, never comes back. */
async function stuck(stage, params, at, host) {
  const calls = []
  const fetch = (url, init) => {
    const call = { url, ...init, json: JSON.parse(init.body) }
    calls.push(purpose(call))
    return purpose(call) === at ? never() : stage.wire.fetch(url, init)
  }
  const flow = stage.start(params, { ...host, fetch })
  flow.subscribe(() => flow.current.kind === 'challenge' && flow.current.answer(city))
  while (calls.at(-1) !== at) await settled()
  return flow
}

/** Where a flow was sending, how it goes on when it is taken up, and by which calls. */
for (const [name, params, at, host, code, calls] of [
  ['a cached start', CACHED, 'cached start', {}, 'done', ['cached start']],
  ['a live start', LIVE, 'live start', {}, 'outcome-unknown', []],
  ['a start with credentials', CREDENTIALS, 'live start', {}, 'outcome-unknown', []],
  ['an answer with credentials', CREDENTIALS, 'answer', {}, 'outcome-unknown', []],
  ['an answer by LoginId', LIVE, 'answer', {}, 'outcome-unknown', ['cached start']],
  ['an answer of AuthorizeAsync', CREDENTIALS, 'answer', { authorizeAsync: true }, 'outcome-unknown', ['ask']],
]) {
  test(`taken up in ${name}, a flow ends in ${code} and sends ${calls.join(', ') || 'nothing'}`, async (t) => {
    const stage = bench(t)
    const tokens = new Map()
    const authorizeToken = async ({ session }) => tokens.get(session) ?? keep(session)
    const keep = async (session) => tokens.set(session, await stage.bank.token()).get(session)
    const flow = await stuck(stage, params(person('Greatday')), at, { ...host, authorizeToken })
    const made = stage.wire.calls.length

    const again = stage.restore(flow.snapshot(), { ...host, authorizeToken })
    assert.equal(again.id, flow.id)
    assert.equal(await ending(again), code)
    assert.deepEqual(stage.wire.calls.slice(made).map(purpose), calls)
    if (code === 'outcome-unknown') assert.ok(again.current.failure.retryAt >= NOON + 8 * MINUTE)
    if (at === 'cached start') assert.deepEqual([...tokens.keys()], [1, 2], 'repeated under a new token')
    assert.deepEqual(stage.bank.counts().broken, {})
  })
}

for (const [name, host, at] of [
  ['an answer of AuthorizeAsync', { authorizeAsync: true }, 'answer'],
  ['a poll behind an answer', {}, 'ask'],
]) {
  test(`taken up in ${name} without its token, a flow does not forget the answer`, async (t) => {
    const stage = bench(t)
    const flow = await stuck(stage, CREDENTIALS(person('slow_after_answer')), at, host)
    const again = stage.restore(flow.snapshot(), { ...host, authorizeToken: () => '' })
    assert.equal(await ending(again), 'outcome-unknown')
  })
}

test('taken up while it waits, a flow polls on under its token, and no sooner', async (t) => {
  const stage = bench(t)
  const authorizeToken = await stage.bank.token()
  const clock = { now: () => NOON, wait: never }
  const flow = stage.start(LIVE(person('slow_pending')), { authorizeToken, clock })
  while (!flow.current.until) await settled()

  const again = stage.restore(flow.snapshot(), { authorizeToken })
  assert.equal(await ending(again), 'done')
  assert.deepEqual(stage.wire.calls.map(purpose), ['live start', 'ask', 'ask'])
  assert.ok(stage.bank.clock.now() >= NOON + 20_000)
  assert.deepEqual(stage.bank.counts().broken, {})
})

for (const who of ['mixed_types', 'many_rounds', 'proto_prompt', 'byte_for_byte', 'challenge_maps']) {
  test(`taken up in each round, ${who} is asked the same and answers under the same token`, async (t) => {
    const stage = bench(t)
    const authorizeToken = await stage.bank.token()
    let flow = stage.start(LIVE(person(who)), { authorizeToken })
    for (let rounds = 0; rounds < person(who).responses.length; rounds++) {
      const { round } = await until(flow, 'challenge')
      flow = stage.restore(flow.snapshot(), { authorizeToken })
      assert.deepEqual(flow.current.round, round)
      await flow.current.answer(fill(round, JSON.parse(stage.right())))
      while (flow.current.kind === 'working') await settled()
    }
    assert.equal(await ending(flow), 'done')
    assert.deepEqual(stage.bank.counts().broken, {})
  })
}

test('a round expires when it would have, also when the flow is taken up later', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('Greatday')))
  await until(flow, 'challenge')
  const snapshot = flow.snapshot()
  stage.bank.clock.advance(9 * MINUTE)
  const again = stage.restore(snapshot)
  const step = again.current
  assert.equal(step.kind, 'challenge')
  await assert.rejects(step.answer(city), { code: 'STALE_ROUND' })
  assert.equal(await ending(again), 'session-expired')
  assert.equal(stage.bank.counts().answers, 0)
})

test('taken up after its end, a flow stands at its end and sends nothing', async (t) => {
  for (const who of ['Greatday', 'test_service_unavailable', 'code_too_many_requests_429', 'test_disabled_account']) {
    const stage = bench(t)
    const flow = stage.start(LIVE(person(who)))
    await walk(flow, stage)
    const made = stage.wire.calls.length
    const again = stage.restore(flow.snapshot())
    assert.equal(again.current.kind, flow.current.kind)
    assert.deepEqual(again.current.result, flow.current.result)
    assert.deepEqual(again.current.failure, flow.current.failure)
    assert.equal(again.snapshot(), flow.snapshot())
    await settled()
    assert.equal(stage.wire.calls.length, made)
  }
})

test('a cancelled flow is taken up as cancelled, with the same next action', async (t) => {
  const stage = bench(t)
  const flow = await stuck(stage, LIVE(person('Greatday')), 'live start', {})
  flow.cancel()
  assert.deepEqual(stage.restore(flow.snapshot()).current.failure, flow.current.failure)
})

test('no credential, answer or token is ever in a snapshot, and no address', async (t) => {
  for (const params of [LIVE, CREDENTIALS]) {
    const stage = bench(t)
    const flow = stage.start(params(person('many_rounds')))
    const snapshots = [flow.snapshot()]
    flow.subscribe(() => snapshots.push(flow.snapshot()))
    const { rounds } = await walk(flow, stage)

    const tokens = stage.wire.calls.map(({ headers }) => headers['flinks-auth-key'])
    const typed = ['many_rounds', 'Everyday', 'Montreal', '123456']
    const secrets = [...typed, ...tokens, stage.bank.secretKey, 'toolbox', 'fin.ag']
    assert.ok(snapshots.length > 8 && rounds.length === 4)
    for (const secret of secrets) {
      assert.ok(
        snapshots.every((snapshot) => !snapshot.includes(secret)),
        `a snapshot tells ${secret}`,
      )
    }
  }
})

test('the vendor’s ids stand at the same place in every snapshot', async (t) => {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('Greatday')))
  await until(flow, 'challenge')
  const { v, vendor, vendorIds } = JSON.parse(flow.snapshot())
  const { RequestId } = stage.wire.calls[0].reply.json
  assert.deepEqual([v, vendor, vendorIds], [2, 'flinks', { LoginId: person('Greatday').loginId, RequestId }])
})

async function asking(t) {
  const stage = bench(t)
  const flow = stage.start(LIVE(person('byte_for_byte')))
  await until(flow, 'challenge')
  const snapshot = flow.snapshot()
  return { stage, snapshot, sent: stage.wire.calls.length }
}

function assertUnreadable(call, code = 'SNAPSHOT_UNREADABLE') {
  assert.throws(call, (error) => error instanceof FlowError && error.code === code && error.next === 'start-over')
}

test('a snapshot that was truncated, wherever, is refused', async (t) => {
  const { stage, snapshot } = await asking(t)
  for (let length = 0; length < snapshot.length; length++) {
    assertUnreadable(() => stage.restore(snapshot.slice(0, length)))
  }
})

test('a snapshot that was edited, in whichever character, is refused', async (t) => {
  const { stage, snapshot, sent } = await asking(t)
  const others = ['0', '9', 'x', '"', '}', ' ', '\u0000', 'é']
  for (let at = 0; at < snapshot.length; at++) {
    const other = others[at % others.length] === snapshot[at] ? '_' : others[at % others.length]
    assertUnreadable(() => stage.restore(snapshot.slice(0, at) + other + snapshot.slice(at + 1)))
  }
  assert.equal(stage.wire.calls.length, sent)
})

for (const [name, text] of [
  ['nothing', undefined],
  ['null', null],
  ['an empty string', ''],
  ['an object', {}],
  ['other JSON', '{"v":2,"vendor":"flinks"}'],
  ['an endless nesting', '['.repeat(100_000)],
]) {
  test(`${name} is no snapshot`, (t) => assertUnreadable(() => bench(t).restore(text)))
}

test('a snapshot of the next version is read, and one from a far version is not', async (t) => {
  const { stage, snapshot } = await asking(t)
  const version = (v) => sealed(snapshot, (text) => text.replace('"v":2,', `"v":${v},`))
  assert.equal(version(2), snapshot, 'the checksum is what it is said to be')
  stage.restore(version(3))
  for (const v of [1, 4, 99]) assertUnreadable(() => stage.restore(version(v)), 'SNAPSHOT_VERSION')
})

for (const [name, edit] of [
  ['another vendor', (text) => text.replace('"vendor":"flinks"', '"vendor":"nobody"')],
  ['a RequestId that is no GUID', (text) => text.replace(/"RequestId":"[^"]+"/, '"RequestId":"../.."')],
  ['a state that is none', (text) => text.replace('"name":"asking"', '"name":"dreaming"')],
  ['a count that is none', (text) => text.replace(/"round":\d+/, '"round":-1')],
  ['a count that is too large', (text) => text.replace(/"serial":\d+/, '"serial":99999999999')],
  ['a count that cannot be counted on', (text) => text.replace(/"serial":\d+/, '"serial":4294967295')],
]) {
  test(`a snapshot that was edited with care, to hold ${name}, is refused`, async (t) => {
    const { stage, snapshot } = await asking(t)
    assertUnreadable(() => stage.restore(sealed(snapshot, edit)))
  })
}

test('restoring goes by the host that is given, whatever the snapshot says', async (t) => {
  const { stage, snapshot } = await asking(t)
  assert.throws(() => restore(snapshot, stage.host({ instance: undefined })), { path: '/config/instance' })
  const flow = stage.restore(snapshot, { baseUrl: 'http://127.0.0.1:8788' })
  await flow.current.answer(fill(flow.current.round, person('byte_for_byte').responses[0]))
  await ending(flow)
  assert.ok(stage.wire.calls.at(-1).url.startsWith('http://127.0.0.1:8788/v3/'))
})
