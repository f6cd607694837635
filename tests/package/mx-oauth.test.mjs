/** OAuth at MX: the bank's window, the return from it, and the polls after it. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import {
  FlowError,
  MINUTE,
  VERSIONS,
  assertNoSecrets,
  ending,
  guids,
  job,
  member,
  oauth,
  runToEnd,
  setup,
  until,
  untilStep,
} from './mx-setup.mjs'

const SECRET = 'hunter2'
const POLL_INTERVAL_MS = 3_000

/** A flow at its window, after the person has decided in it. `back` returns them to the page. */
async function decideIn(env, params, decision) {
  const flow = env.start(params)
  const step = await untilStep(flow, 'redirect')
  const landing = new URL(await env.approve(step.url, decision))
  const back = (to) => {
    env.bank.clock.advance(POLL_INTERVAL_MS)
    step.returned(to)
  }
  return { flow, step, landing, back }
}

for (const version of VERSIONS) {
  test(`a new member gets the window’s address unchanged, in ${version}`, async (t) => {
    const env = setup(t)
    const { url } = await untilStep(env.start(oauth, { version }), 'redirect')
    assert.equal(url, env.wire.calls.at(-1).reply.json.member.oauth_window_uri)
    assert.deepEqual(env.purposes(), ['create', 'status', 'oauth_window_uri'])
  })
}

/** Name, member, and the address that the person returns to. */
for (const [name, memberName, to] of [
  ['member_guid', 'oauth', (landing) => landing.href],
  ['member_guid, as a URL', 'oauth', (landing) => landing],
  ['amp;member_guid', 'oauth_escaped', (landing) => landing.href],
  ['another guid', 'oauth_migrated', (landing) => landing.href],
  ['no guid', 'oauth', () => 'https://app.example/back?status=success'],
  ['no query', 'oauth', () => 'https://app.example/back'],
  ['a scheme of the app', 'oauth', (landing) => `myapp://back${landing.search}`],
  ['other parameters', 'oauth', (landing) => `${landing}&utm_source=mx#top`],
]) {
  test(`a return with ${name} ends in done`, async (t) => {
    const env = setup(t)
    const { flow, landing, back } = await decideIn(env, job(memberName))
    const key = memberName === 'oauth_escaped' ? 'amp;member_guid' : 'member_guid'
    const guid = landing.searchParams.get(key)
    assert.ok(guid)
    const made = env.wire.calls.length
    back(to(landing))
    assert.equal((await flow.result()).memberGuid, guid)
    assert.equal(guid !== member(memberName).memberGuid, memberName === 'oauth_migrated')
    for (const { url } of env.wire.calls.slice(made)) assert.ok(url.endsWith(`/${guid}/status`))
    assert.deepEqual(env.bank.counts().broken, {})
  })
}

/** Name, address, path of the error. */
for (const [name, landing, path] of [
  ['a text that is not a URL', SECRET, '/landing'],
  ['an empty text', '', '/landing'],
  ['undefined', undefined, '/landing'],
  ['a path', `/back?member_guid=${SECRET}`, '/landing'],
  ['an invalid guid', `https://app.example/?member_guid=${SECRET}`, '/landing/member_guid'],
  ['an empty guid', 'https://app.example/?member_guid=', '/landing/member_guid'],
  ['a guid with dot segments', `https://app.example/?member_guid=MBR-..%2F${SECRET}`, '/landing/member_guid'],
  ['a user guid', `https://app.example/?member_guid=${member('oauth').userGuid}`, '/landing/member_guid'],
  ['an invalid escaped guid', `https://app.example/?amp;member_guid=${SECRET}`, '/landing/member_guid'],
]) {
  test(`a return with ${name} is rejected at ${path}, and the flow stays at the window`, async (t) => {
    const env = setup(t)
    const { flow, step, landing: right, back } = await decideIn(env, job('oauth'))
    assert.throws(
      () => step.returned(landing),
      (error) => {
        assert.ok(error instanceof FlowError)
        assert.deepEqual([error.code, error.next, error.path], ['INVALID_INPUT', 'fix-integration', path])
        assertNoSecrets(error, SECRET, member('oauth').userGuid)
        return true
      },
    )
    assert.equal(flow.current, step)
    back(right)
    assert.equal(await ending(flow), 'done')
  })
}

test('a return with the guid of an unknown member ends in request-refused', async (t) => {
  const env = setup(t)
  const { flow, back } = await decideIn(env, job('oauth'))
  back('https://app.example/?member_guid=MBR-00000000-0000-4000-8000-000000000000')
  assert.equal(await ending(flow), 'request-refused')
})

/** The decision, the code of the error and MX's reason. */
for (const [decision, code, vendorReason] of [
  ['deny', 'denied', 'DENIED'],
  ['cancel', 'cancelled', 'CANCELLED'],
  ['fail', 'bank-error', 'PROVIDER_ERROR'],
]) {
  test(`${decision} in the window offers another window with the error ${code}`, async (t) => {
    const env = setup(t)
    const { flow, step, landing, back } = await decideIn(env, job('oauth_revoked'), decision)
    assert.equal(step.error, null)
    back(landing)
    assert.equal(flow.current.kind, 'working', 'the flow has left the first window')
    const again = await untilStep(flow, 'redirect')
    assert.notEqual(again.url, step.url)
    assert.deepEqual(again.error, { code, vendorReason })
    await env.pollOnce()
    assert.equal(flow.current, again, 'polls do not change the step')
    env.bank.clock.advance(POLL_INTERVAL_MS)
    again.returned(await env.approve(again.url))
    assert.equal(await ending(flow), 'done')
    assert.equal(env.purposes().filter((purpose) => purpose === 'oauth_window_uri').length, 2)
  })
}

test('cancel() after an error carries the reason of MX', async (t) => {
  const env = setup(t)
  const { flow, landing, back } = await decideIn(env, job('oauth'), 'deny')
  back(landing)
  await untilStep(flow, 'redirect')
  flow.cancel()
  const { code, next, vendorCode } = flow.current.failure
  assert.deepEqual([code, next, vendorCode], ['cancelled', 'start-over', 'DENIED'])
  assert.equal(flow.current.error.vendorCode, 'DENIED')
})

test('the error of a window is in its snapshot', async (t) => {
  const env = setup(t)
  const { flow, landing, back } = await decideIn(env, job('oauth'), 'cancel')
  back(landing)
  const { url } = await untilStep(flow, 'redirect')
  const restored = await untilStep(env.restore(flow.snapshot()), 'redirect')
  assert.notEqual(restored.url, url)
  assert.deepEqual(restored.error, { code: 'cancelled', vendorReason: 'CANCELLED' })
})

test('an error whose names are escaped is read', async (t) => {
  const env = setup(t)
  const { flow, step } = await decideIn(env, job('oauth'), 'cancel')
  env.bank.clock.advance(POLL_INTERVAL_MS)
  step.returned('https://app.example/?x=1&amp;status=error&amp;error_reason=CANCELLED')
  assert.equal((await untilStep(flow, 'redirect')).error.code, 'cancelled')
})

for (const [name, query, path] of [
  ['two reasons', 'status=error&error_reason=DENIED&error_reason=CANCELLED', 'error_reason'],
  ['two reasons, one of them escaped', 'error_reason=DENIED&amp;error_reason=CANCELLED', 'error_reason'],
  ['a reason that is not a word', `status=error&error_reason=${encodeURIComponent('<b>hunter2</b>')}`, 'error_reason'],
  ['a reason in small letters', 'status=error&error_reason=denied', 'error_reason'],
  ['a reason that is too long', `status=error&error_reason=${'A'.repeat(65)}`, 'error_reason'],
  ['two statuses', 'status=success&status=error', 'status'],
  ['two members', 'member_guid=MBR-1&member_guid=MBR-2', 'member_guid'],
]) {
  test(`a landing with ${name} is rejected, and the flow stays at the window`, async (t) => {
    const env = setup(t)
    const { flow, step } = await decideIn(env, job('oauth'), 'cancel')
    assert.throws(
      () => step.returned(`https://app.example/?${query}`),
      (error) => {
        assert.deepEqual([error.code, error.path], ['INVALID_INPUT', `/landing/${path}`])
        assertNoSecrets(error, SECRET)
        return true
      },
    )
    assert.equal(flow.current, step)
  })
}

test('a member signs in again if the caller asks for it', async (t) => {
  for (const name of ['oauth_revoked', 'oauth_connected']) {
    const env = setup(t)
    const { flow, landing, back } = await decideIn(env, { ...guids(name), isOauth: true })
    assert.deepEqual(env.purposes(), ['oauth_window_uri'])
    back(landing)
    assert.equal((await flow.result()).connectionStatus, 'CONNECTED')
    assert.deepEqual(env.bank.counts().broken, {})
  }
})

test('without a person the flow ends with its failure', async (t) => {
  const env = setup(t)
  assert.equal(await ending(env.start({ ...job('oauth_revoked'), signIn: 'never' })), 'reauthorization-required')
  assert.ok(!env.purposes().includes('oauth_window_uri'))
})

test('MX redirects to the URL of the app, which the person can return from', async (t) => {
  const env = setup(t)
  const clientRedirectUrl = 'https://app.example/back?tab=1'
  const params = { ...guids('oauth_revoked'), isOauth: true, clientRedirectUrl, referralSource: 'APP' }
  const { flow, landing, back } = await decideIn(env, params)
  assert.ok(landing.href.startsWith(`${clientRedirectUrl}&status=success`))
  back(landing)
  assert.equal(await ending(flow), 'done')
})

test('the flow polls every 3 seconds while the window is open', async (t) => {
  const env = setup(t)
  const { flow, step } = await decideIn(env, job('oauth_again'), 'cancel')
  for (let poll = 1; poll <= 3; poll++) {
    const [made, now] = [env.wire.calls.length, env.bank.clock.now()]
    await env.pollOnce()
    assert.equal(env.bank.clock.now() - now, POLL_INTERVAL_MS)
    assert.deepEqual([env.purposes().slice(made), flow.current], [['status'], step], 'the step is the same')
  }
})

test('polling finds the user’s decision if the page does not call returned()', async (t) => {
  const env = setup(t)
  const { flow } = await decideIn(env, job('oauth'))
  env.bank.clock.advance(POLL_INTERVAL_MS)
  assert.equal(await ending(flow), 'done')
})

test('an unused window ends in timed-out after two hours', async (t) => {
  const env = setup(t)
  const { clock } = env.bank
  const start = clock.now()
  const flow = env.start(job('oauth'), { clock })
  await untilStep(flow, 'redirect')
  // In one step: polls every 3 seconds would be thousands of calls.
  clock.advance(118 * MINUTE)
  assert.equal(await ending(flow), 'timed-out')
  const took = clock.now() - start
  assert.ok(took >= 120 * MINUTE && took < 121 * MINUTE, `${took}`)
})

test('the flow does not open the single-use window URL itself', async (t) => {
  const env = setup(t)
  const { url } = await untilStep(env.start(job('oauth')), 'redirect')
  const open = async () => (await env.bank.fetch(url)).status
  assert.deepEqual([await open(), await open()], [200, 410])
})

test('the person can return during a poll', async (t) => {
  const env = setup(t)
  let hold
  const fetch = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    if (hold) await hold
    return reply
  }
  const flow = env.start(job('oauth'), { fetch })
  const { url, returned } = await untilStep(flow, 'redirect')
  const made = env.wire.calls.length
  let release
  hold = new Promise((resolve) => (release = resolve))
  env.bank.clock.advance(POLL_INTERVAL_MS)
  await until(() => env.wire.calls.length > made, 'the flow polls')
  const landing = await env.approve(url)
  try {
    assert.doesNotThrow(() => returned(landing))
    assert.deepEqual(flow.current, { kind: 'working', stage: 'poll', until: null })
  } finally {
    hold = undefined
    release()
  }
  // The delayed poll says PENDING, so the flow gets another window.
  await env.pollOnce()
  env.bank.clock.advance(POLL_INTERVAL_MS)
  assert.equal(await ending(flow), 'done')
})

test('after an immediate return the flow polls 3 seconds after its last poll', async (t) => {
  const env = setup(t)
  const flow = env.start(job('oauth'))
  const { url, returned } = await untilStep(flow, 'redirect')
  returned(await env.approve(url))
  assert.deepEqual(flow.current, { kind: 'working', stage: 'poll', until: env.bank.clock.now() + POLL_INTERVAL_MS })
  assert.equal(await ending(flow), 'done')
})

test('a second call of returned does nothing', async (t) => {
  const env = setup(t)
  const { flow, step, landing, back } = await decideIn(env, job('oauth'))
  back(landing)
  assert.equal(await ending(flow), 'done')
  const made = env.wire.calls.length
  step.returned(landing)
  assert.deepEqual([await env.callsMeanwhile(), made > 0], [[], true])
})

test('a landing of an earlier window does not leave the newer one', async (t) => {
  const env = setup(t)
  const flow = env.start(job('oauth'))
  const first = await untilStep(flow, 'redirect')
  const landing = `https://app.example/?status=error&error_reason=DENIED&member_guid=${member('oauth').memberGuid}`
  await first.pageUrl()
  first.returned(landing)
  const second = await untilStep(flow, 'redirect')
  assert.equal(second.number, 2)
  first.returned(landing)
  assert.equal(flow.current, second)
  assert.equal(second.signal.aborted, false)
})

test('a challenge after the OAuth window is shown like any other', async (t) => {
  const env = setup(t)
  const { code, rounds } = await runToEnd(env.start(job('oauth_challenged')), env, member('oauth_challenged'))
  assert.deepEqual([code, rounds.length], ['done', 1])
})

test('a window URL without https ends in unreadable-reply', async (t) => {
  for (const windowOrigin of ['http://mxbank.mx.com', 'javascript:alert(1)//']) {
    const env = setup(t, { windowOrigin })
    assert.equal(await ending(env.start(job('oauth'))), 'unreadable-reply')
  }
})
