/** The webhook of MX: it triggers a poll, and nothing in it is trusted. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { MINUTE, SEAL, setup, flinksConnection, mxConnection, sealer, walk } from './setup.mjs'

const bodyFor = ({ userGuid, memberGuid }) => ({
  action: 'CHANGED',
  connection_status: 'CONNECTED',
  connection_status_id: 6,
  connection_status_message: 'hunter2',
  member_guid: memberGuid,
  type: 'CONNECTION_STATUS',
  user_guid: userGuid,
})

function withWebhooks(t, connection, { onFlowEnded, ...more } = {}) {
  const tasks = []
  const received = []
  const webhooks = {
    findConnection(webhook) {
      received.push(webhook)
      const known = webhook.memberGuid === env.bank.mx.member('text').memberGuid
      return known ? { user: 'ann', connection: 'c_1' } : null
    },
    ...more,
  }
  const options = { webhooks, ...(onFlowEnded && { onFlowEnded }) }
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), ...options })
  const send = async (body, vendor = 'mx') => {
    const isRaw = typeof body === 'string' || body instanceof ReadableStream || body instanceof Uint8Array
    const init = { method: 'POST', body: isRaw ? body : JSON.stringify(body), duplex: 'half' }
    const request = new Request(`https://edge.example/mfa/webhooks/${vendor}`, init)
    const reply = await env.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
    for (let at = 0; at < tasks.length; at++) await tasks[at]
    return reply.status
  }
  return { ...env, send, received }
}

test('a webhook starts a flow that only reads the status, and onPersonNeeded is called', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'already_challenged'), {
    findConnection: () => ({ user: 'ann', connection: 'c_1' }),
  })
  const body = bodyFor(env.bank.mx.member('already_challenged'))
  assert.equal(await env.send(body), 204)
  assert.deepEqual(
    env.wire.calls.map(({ method }) => method),
    ['GET'],
    'only the user may begin a session at the bank',
  )
  assert.deepEqual(
    env.reported.personNeeded.map(({ user, connection, step, present }) => [user, connection, step, present]),
    [['ann', 'c_1', 'challenge', false]],
  )
  assert.equal(await env.send(body), 204)
  assert.equal(env.reported.personNeeded.length, 1, 'a repeated webhook is not reported again')
  const page = env.page()
  assert.equal((await page.start('c_1')).step.kind, 'challenge', 'a start joins the flow')
})

test('a flow that a webhook starts keeps the options of the window, and starts no window by itself', async (t) => {
  const options = { clientRedirectUrl: 'https://app.example/back', referralSource: 'APP' }
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'oauth', { isOauth: true, ...options }), {
    findConnection: () => ({ user: 'ann', connection: 'c_1' }),
  })
  assert.equal(await env.send(bodyFor(env.bank.mx.member('oauth'))), 204)
  const [status, window] = env.wire.calls.map(({ url }) => new URL(url))
  assert.ok(status.pathname.endsWith('/status'))
  assert.deepEqual(Object.fromEntries(window.searchParams), {
    client_redirect_url: 'https://app.example/back',
    referral_source: 'APP',
  })
  assert.deepEqual(
    env.reported.personNeeded.map(({ step }) => step),
    ['redirect'],
  )
})

test('a webhook that contradicts an open challenge makes one call and changes nothing', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const calls = env.wire.calls.length
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual([await page.getState(state), env.wire.calls.length], [state, calls + 1])
})

test('a webhook whose connection has a key that is no text starts nothing, and is reported', async (t) => {
  const env = withWebhooks(t, (bank) => ({ ...mxConnection(bank, 'text'), key: null }))
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual(
    env.reported.errors.map(({ body }) => [body.code, body.path]),
    [['INVALID_INPUT', '/key']],
  )
  assert.deepEqual(env.wire.calls, [])
})

test('a webhook makes a waiting flow poll as early as the poll interval allows', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const page = env.page()
  let state = await page.start('c_1')
  await until(
    async () => (state = await page.getState(state, state.version)).step.until,
    'the flow waits for its next poll',
  )
  const polls = () => env.wire.calls.filter(({ url }) => url.endsWith('/status')).length
  const before = polls()
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual([polls(), env.bank.clock.now()], [before + 1, state.step.until])
})

test('a webhook about an unknown connection does nothing', async (t) => {
  for (const found of [null, { user: 'ann', connection: 'c_9' }]) {
    const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'), { findConnection: () => found })
    assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
    assert.deepEqual([env.wire.calls, env.reported.errors], [[], []])
  }
})

test('a webhook about a connection of another vendor does not poll its flow', async (t) => {
  const env = withWebhooks(t, (bank) => flinksConnection(bank, 'code_never_comes'))
  const page = env.page()
  const { flow, step } = await page.settled(await page.start('c_1'))
  await page.message({ flow }, { kind: 'new-session', round: step.round.number })
  const wait = t.mock.method(env.bank.clock, 'wait')
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual([env.received.length, wait.mock.callCount(), env.reported.errors], [1, 0, []])
})

test('an error of findConnection goes to onError, and the vendor gets its 204', async (t) => {
  const findConnection = () => {
    throw new Error('no table')
  }
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'), { findConnection })
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  const messages = env.reported.errors.map(({ message }) => message)
  assert.deepEqual(messages, ['no table'])
})

test('a user or connection of findConnection that is no text, or an empty one, is reported and starts no flow', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'), { findConnection: () => found })
  const resolve = t.mock.method(env.config, 'resolve', () => mxConnection(env.bank, 'text'))
  let found
  for (const wrong of [7, ['ann'], null, undefined, '', { toString: () => 'ann' }]) {
    for (const name of ['user', 'connection']) {
      found = { user: 'ann', connection: 'c_1', [name]: wrong }
      assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
      const [{ name: type, message }, ...others] = env.reported.errors.splice(0)
      assert.deepEqual([type, message.split(' ')[0], others], ['TypeError', 'findConnection', []])
    }
  }
  assert.deepEqual([resolve.mock.callCount(), env.wire.calls], [0, []])
})

test('there is no webhook route for Flinks', async (t) => {
  const env = withWebhooks(t, (bank) => flinksConnection(bank, 'Greatday'))
  assert.equal(await env.send({ Login: { Id: env.bank.loginId('Greatday') } }, 'flinks'), 404)
  assert.equal(env.received.length, 0)
})

test('a path below the webhook route is not found', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text')), 'mx/flows/x'), 404)
  assert.equal(env.received.length, 0)
})

test('a webhook that is not JSON is refused, and unknown keys are ignored', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  assert.equal(await env.send('hunter2'), 400)
  assert.equal(await env.send({ something: 'new', member_guid: null }), 204)
  assert.deepEqual(env.received, [{ vendor: 'mx', userGuid: null, memberGuid: null }])
})

/** A body of this many characters, sent in parts of 16 KiB, and how many parts were read. */
function longBody(ids, length, { idsLast = false } = {}) {
  const more = `"accounts":[{"member_guid":"MBR-of-somebody","name":"}]\\"{["},"${'x'.repeat(length)}"]`
  const members = JSON.stringify(ids).slice(1, -1)
  const text = `{${idsLast ? `${more},${members}` : `${members},${more}`}}`
  const bytes = new TextEncoder().encode(text)
  const parts = { all: Math.ceil(bytes.length / 16_384), read: 0 }
  const stream = new ReadableStream({
    pull(controller) {
      const at = parts.read++ * 16_384
      if (at < bytes.length) controller.enqueue(bytes.slice(at, at + 16_384))
      else controller.close()
    },
  })
  return { stream, parts }
}

test('a webhook of almost 1 MB is read only up to its ids', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const ids = bodyFor(env.bank.mx.member('text'))
  const heard = { vendor: 'mx', userGuid: ids.user_guid, memberGuid: ids.member_guid }
  const { stream, parts } = longBody(ids, 1_000_000)
  assert.equal(await env.send(stream), 204)
  assert.deepEqual(env.received, [heard])
  assert.ok(parts.read <= 3, `${parts.read} of ${parts.all} parts`)
  assert.equal(await env.send(longBody(ids, 1_000_000, { idsLast: true }).stream), 204)
  assert.deepEqual(env.received, [heard, heard], 'the ids of the top level, and no others')
})

for (const [what, body] of [
  ['empty', ''],
  ['a list', '[{"member_guid":"MBR-1"}]'],
  ['a string', '"{}"'],
  ['cut off', '{"member_guid":"MBR-1","user'],
  ['not UTF-8', new Uint8Array([0x7b, 0x22, 0xff])],
  ['an invalid escape', '{"member_guid":"\\x"}'],
]) {
  test(`a webhook that is ${what} is refused`, async (t) => {
    const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
    assert.equal(await env.send(body), 400)
    assert.equal(env.received.length, 0)
  })
}

test('ids of a webhook are found behind a byte order mark, in escapes and in any order', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const bodies = [
    '\ufeff {"user_guid" : "USR-1" , "member_guid":"MBR-1"}',
    '{"member\\u005fguid":"MBR\\u002d1","n":1,"user_guid":"USR-1"}',
    '{"member_guid":"MBR-1","a":{"user_guid":"USR-2"},"user_guid":"USR-1","member_guid":"MBR-2"}',
    '{"user_guid":7,"x":"user_guid","user_guid":"USR-1","member_guid":"MBR-1"}',
  ]
  for (const body of bodies) assert.equal(await env.send(body), 204)
  const heard = { vendor: 'mx', userGuid: 'USR-1', memberGuid: 'MBR-1' }
  assert.deepEqual(env.received, [heard, heard, heard, heard])
})

test('a webhook about an ended flow is ignored until its result has expired', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const page = env.page()
  const right = () => ({ '1.1.answer': 'Chicago' })
  const end = await walk(page, await page.start('c_1'), right)
  assert.equal(end.step.kind, 'done')
  const [id] = end.flow.split('.')
  const record = async () => JSON.parse(await sealer(SEAL).open((await env.store.read(id)).sealed, id))
  // A write of the delivery could replace the record that the webhook has read.
  await until(async () => !(await record()).pendingEndings, 'the ending is delivered')
  const calls = env.wire.calls.length
  const body = bodyFor(env.bank.mx.member('text'))
  assert.equal(await env.send(body), 204)
  assert.deepEqual([await page.getState(end), env.wire.calls.length], [end, calls])
  env.bank.clock.advance(10 * MINUTE)
  assert.equal(await env.send(body), 204)
  assert.ok(env.wire.calls.length > calls)
})

test('a webhook polls also if another write comes first', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const page = env.page()
  await walk(page, await page.start('c_1'), () => ({ '1.1.answer': 'Chicago' }))
  env.bank.clock.advance(11 * MINUTE)
  const calls = env.wire.calls.length
  const { read, write } = env.store
  env.store.write = async (id, sealed, version, when) => {
    env.store.write = write
    const found = await read(id)
    assert.ok(await write(id, found.sealed, version, when), 'a delivery writes')
    return write(id, sealed, version, when)
  }
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.ok(env.wire.calls.length > calls)
})

test('a webhook about an expired flow cancels it, and its ending is delivered', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  const page = env.page()
  const { flow } = await page.settled(await page.start('c_1'))
  env.bank.clock.advance(136 * MINUTE)
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual(
    env.reported.ended.map((ended) => [ended.flow, ended.failure.code]),
    [[flow.split('.')[1], 'cancelled']],
  )
})

test('a flow that a webhook starts keeps the pending endings of the ones before it', async (t) => {
  let isUp = false
  const received = []
  const onFlowEnded = ({ flow }) => (isUp ? void received.push(flow) : Promise.reject(new Error('hunter2')))
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'), { onFlowEnded })
  const page = env.page()
  const ended = await page.cancel(await page.settled(await page.start('c_1')))
  env.bank.clock.advance(11 * MINUTE)
  const calls = env.wire.calls.length
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.ok(env.wire.calls.length > calls, 'a flow reads the status')
  isUp = true
  env.bank.clock.advance(MINUTE)
  await env.handle.sweep()
  assert.equal(received[0], ended.flow.split('.')[1])
})

test('a webhook polls while a window is open', async (t) => {
  const findConnection = () => ({ user: 'ann', connection: 'c_1' })
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'oauth'), { findConnection })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'redirect')
  const calls = env.wire.calls.length
  assert.equal(await env.send(bodyFor(env.bank.mx.member('oauth'))), 204)
  assert.deepEqual([env.wire.calls.length, await page.getState(state)], [calls + 1, state])
})

test('a webhook about a member that is still to be created sends nothing', async (t) => {
  const params = { memberGuid: undefined, institutionCode: 'simulated_bank' }
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text', params))
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual([env.received.length, env.wire.calls, env.reported.errors], [1, [], []])
})

test('a webhook about a flow that waits for its credentials does nothing', async (t) => {
  const params = { memberGuid: undefined, institutionCode: 'simulated_bank' }
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text', params))
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'challenge')
  const before = [env.wire.calls.length, env.bank.clock.now()]
  assert.equal(await env.send(bodyFor(env.bank.mx.member('text'))), 204)
  assert.deepEqual([env.wire.calls.length, env.bank.clock.now()], before)
  assert.deepEqual(await page.getState(state), state)
})

test('an id of a webhook that is longer than 200 characters is ignored', async (t) => {
  const env = withWebhooks(t, (bank) => mxConnection(bank, 'text'))
  assert.equal(await env.send({ user_guid: 'U'.repeat(201), member_guid: 'M'.repeat(200) }), 204)
  assert.deepEqual(env.received, [{ vendor: 'mx', userGuid: null, memberGuid: 'M'.repeat(200) }])
})
