/** The bank's own site: the window, every way back from it, and what follows. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  FlowError,
  MINUTE,
  VERSIONS,
  assertTellsNothing,
  bench,
  ending,
  job,
  member,
  oauth,
  settled,
  until,
  walk,
} from './mx-bench.mjs'

const SECRET = 'hunter2'
const INSTANT = 3_000

/** A flow at the window, in which the person decides. */
async function decided(stage, params, decision) {
  const flow = stage.start(params)
  const step = await until(flow, 'redirect')
  const landing = new URL(await stage.approve(step.url, decision))
  const back = (to) => {
    stage.bank.clock.advance(INSTANT)
    step.returned(to)
  }
  return { flow, step, landing, back }
}

for (const version of VERSIONS) {
  test(`a new member gets a window, and its address as it is, in ${version}`, async (t) => {
    const stage = bench(t)
    const { url } = await until(stage.start(oauth, { version }), 'redirect')
    assert.equal(url, stage.wire.calls.at(-1).reply.json.member.oauth_window_uri)
    assert.deepEqual(stage.purposes(), ['create', 'status', 'oauth_window_uri'])
  })
}

/** Name, member, and the address that the person comes back to. */
for (const [name, who, to] of [
  ['member_guid', 'oauth', (landing) => landing.href],
  ['member_guid, as a URL', 'oauth', (landing) => landing],
  ['amp;member_guid', 'oauth_escaped', (landing) => landing.href],
  ['another guid', 'oauth_migrated', (landing) => landing.href],
  ['no guid', 'oauth', () => 'https://app.example/back?status=success'],
  ['no query', 'oauth', () => 'https://app.example/back'],
  ['a scheme of the app’s', 'oauth', (landing) => `myapp://back${landing.search}`],
  ['more than the guid', 'oauth', (landing) => `${landing}&utm_source=mx#top`],
]) {
  test(`a person who comes back with ${name} is connected`, async (t) => {
    const stage = bench(t)
    const { flow, landing, back } = await decided(stage, job(who))
    const key = who === 'oauth_escaped' ? 'amp;member_guid' : 'member_guid'
    const guid = landing.searchParams.get(key)
    assert.ok(guid)
    const made = stage.wire.calls.length
    back(to(landing))
    assert.equal((await flow.result()).memberGuid, guid)
    assert.equal(guid !== member(who).memberGuid, who === 'oauth_migrated')
    for (const { url } of stage.wire.calls.slice(made)) assert.ok(url.endsWith(`/${guid}/status`))
    assert.deepEqual(stage.bank.counts().broken, {})
  })
}

/** Name, address, path. */
for (const [name, landing, path] of [
  ['garbage', SECRET, '/landing'],
  ['nothing', '', '/landing'],
  ['undefined', undefined, '/landing'],
  ['a path', `/back?member_guid=${SECRET}`, '/landing'],
  ['a guid that is none', `https://app.example/?member_guid=${SECRET}`, '/memberGuid'],
  ['an empty guid', 'https://app.example/?member_guid=', '/memberGuid'],
  ['a guid that climbs', `https://app.example/?member_guid=MBR-..%2F${SECRET}`, '/memberGuid'],
  ['a user’s guid', `https://app.example/?member_guid=${member('oauth').userGuid}`, '/memberGuid'],
  ['an escaped guid that is none', `https://app.example/?amp;member_guid=${SECRET}`, '/memberGuid'],
]) {
  test(`a return with ${name} is refused at ${path}, and the window stays open`, async (t) => {
    const stage = bench(t)
    const { flow, step, landing: right, back } = await decided(stage, job('oauth'))
    assert.throws(
      () => step.returned(landing),
      (error) => {
        assert.ok(error instanceof FlowError)
        assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
        assertTellsNothing(error, SECRET, member('oauth').userGuid)
        return true
      },
    )
    assert.equal(flow.current, step)
    back(right)
    assert.equal(await ending(flow), 'done')
  })
}

test('a return with the guid of nobody ends in request-refused', async (t) => {
  const stage = bench(t)
  const { flow, back } = await decided(stage, job('oauth'))
  back('https://app.example/?member_guid=MBR-00000000-0000-4000-8000-000000000000')
  assert.equal(await ending(flow), 'request-refused')
})

test('a person who does not agree has to give credentials anew', async (t) => {
  const stage = bench(t)
  const { flow, landing, back } = await decided(stage, job('oauth'), 'deny')
  assert.equal(landing.searchParams.get('status'), 'error')
  back(landing)
  assert.equal(await ending(flow), 'credentials-refused')
})

test('a person who cancels gets another window, as the first works once', async (t) => {
  const stage = bench(t)
  const { flow, step, landing, back } = await decided(stage, job('oauth'), 'cancel')
  back(landing)
  assert.deepEqual(flow.current, { kind: 'working', stage: 'poll', until: null }, 'the first one is left')
  const { url } = await until(flow, 'redirect')
  assert.notEqual(url, step.url)
})

test('a person who does not come back is looked for every three seconds', async (t) => {
  const stage = bench(t)
  const { flow, step } = await decided(stage, job('oauth_again'), 'cancel')
  for (let look = 1; look <= 3; look++) {
    const made = stage.wire.calls.length
    stage.bank.clock.advance(INSTANT)
    while (stage.wire.calls.length === made) await settled()
    for (let turn = 0; turn < 5; turn++) await settled()
    assert.deepEqual([stage.purposes().slice(made), flow.current], [['status'], step], 'and the step is the same')
  }
})

test('a person whose return nobody tells of is connected all the same', async (t) => {
  const stage = bench(t)
  const { flow } = await decided(stage, job('oauth'))
  stage.bank.clock.advance(INSTANT)
  assert.equal(await ending(flow), 'done')
})

test('a window that nobody goes through comes to an end', async (t) => {
  const stage = bench(t)
  const { clock } = stage.bank
  const start = clock.now()
  const flow = stage.start(job('oauth'), { clock })
  await until(flow, 'redirect')
  // Looked at every three seconds, two hours are thousands of calls.
  clock.advance(118 * MINUTE)
  assert.equal(await ending(flow), 'timed-out')
  const took = clock.now() - start
  assert.ok(took >= 120 * MINUTE && took < 121 * MINUTE, `${took}`)
})

test('a window is shown once, and fetching it has not used it', async (t) => {
  const stage = bench(t)
  const { url } = await until(stage.start(job('oauth')), 'redirect')
  const shown = async () => (await stage.bank.fetch(url)).status
  assert.deepEqual([await shown(), await shown()], [200, 410])
})

test('a person can come back while a poll is on its way', async (t) => {
  const stage = bench(t)
  let hold
  const fetch = async (url, init) => {
    const reply = await stage.wire.fetch(url, init)
    if (hold) await hold
    return reply
  }
  const flow = stage.start(job('oauth'), { fetch })
  const { url, returned } = await until(flow, 'redirect')
  const made = stage.wire.calls.length
  let release
  hold = new Promise((resolve) => (release = resolve))
  stage.bank.clock.advance(INSTANT)
  while (stage.wire.calls.length === made) await settled()
  const landing = await stage.approve(url)
  try {
    assert.doesNotThrow(() => returned(landing))
  } finally {
    hold = undefined
    release()
  }
  // That poll says PENDING still; the next one does not.
  for (let turn = 0; turn < 20; turn++) await settled()
  stage.bank.clock.advance(INSTANT)
  assert.equal(await ending(flow), 'done')
})

test('a person who comes back at once is looked for three seconds after the last look', async (t) => {
  const stage = bench(t)
  const flow = stage.start(job('oauth'))
  const { url, returned } = await until(flow, 'redirect')
  returned(await stage.approve(url))
  assert.deepEqual(flow.current, { kind: 'working', stage: 'poll', until: stage.bank.clock.now() + INSTANT })
  assert.equal(await ending(flow), 'done')
})

test('a person who comes back twice is looked for once', async (t) => {
  const stage = bench(t)
  const { flow, step, landing, back } = await decided(stage, job('oauth'))
  back(landing)
  assert.equal(await ending(flow), 'done')
  const made = stage.wire.calls.length
  step.returned(landing)
  assert.equal(stage.wire.calls.length, made, 'nothing is sent behind the end')
})

test('a question behind the window is asked like any other', async (t) => {
  const stage = bench(t)
  const { code, rounds } = await walk(stage.start(job('oauth_challenged')), stage, member('oauth_challenged'))
  assert.deepEqual([code, rounds.length], ['done', 1])
})

test('a window that is no https address is not opened', async (t) => {
  for (const windowOrigin of ['http://mxbank.mx.com', 'javascript:alert(1)//']) {
    const stage = bench(t, { windowOrigin })
    assert.equal(await ending(stage.start(job('oauth'))), 'unreadable-reply')
  }
})
