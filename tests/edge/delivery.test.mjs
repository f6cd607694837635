/** Endings are delivered to the company: each one is retried until `onFlowEnded` resolves. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import {
  MINUTE,
  SEAL,
  setup,
  flinksConnection,
  mxConnection,
  edge,
  page as pageOf,
  rightAnswers,
  sealer,
  walk,
} from './setup.mjs'

const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') })
const HOUR = 60 * MINUTE

/** A back end that rejects every delivery until `isUp`. */
function backEnd() {
  const own = { received: [], isUp: false, tries: 0 }
  own.onFlowEnded = (ended) => {
    own.tries += 1
    if (!own.isUp) throw new Error('hunter2')
    own.received.push(ended)
  }
  return own
}

function newGate() {
  const gate = {}
  gate.opened = new Promise((resolve) => (gate.open = resolve))
  return gate
}

async function sweepFor(env, minutes) {
  for (let minute = 0; minute < minutes; minute++) {
    env.bank.clock.advance(MINUTE)
    await env.handle.sweep()
  }
}

const runFlow = async (env, page) => walk(page, await page.start('c_1'), rightAnswers(env))

test('an ending is retried until it is delivered, even after its result has expired, and is delivered once', async (t) => {
  const own = backEnd()
  const env = setup(t, { connections, onFlowEnded: own.onFlowEnded })
  const page = env.page()
  const end = await runFlow(env, page)
  assert.equal(end.step.kind, 'done')
  await sweepFor(env, 15)
  assert.equal((await page.getState(end)).code, 'NOT_FOUND')
  assert.equal(own.tries, 16)
  own.isUp = true
  await sweepFor(env, 3)
  assert.deepEqual([own.received.length, own.tries, env.reported.errors.length], [1, 17, 16])
  assert.equal(own.received[0].result.loginId, env.bank.loginId('Greatday'))
  assert.equal(await env.store.read(end.flow.split('.')[0]), null, 'then the record is deleted')
})

test('an ending that cannot be delivered for a day is deleted', async (t) => {
  const own = backEnd()
  const env = setup(t, { connections, onFlowEnded: own.onFlowEnded })
  const end = await runFlow(env, env.page())
  env.bank.clock.advance(23 * HOUR)
  await env.handle.sweep()
  assert.ok(await env.store.read(end.flow.split('.')[0]))
  env.bank.clock.advance(2 * HOUR)
  await env.handle.sweep()
  assert.equal(await env.store.read(end.flow.split('.')[0]), null)
})

for (const [when, wait] of [
  ['at once', 0],
  ['an hour later', HOUR],
]) {
  test(`a flow that is started ${when} also delivers the pending ending of the previous flow`, async (t) => {
    const own = backEnd()
    const env = setup(t, { connections, onFlowEnded: own.onFlowEnded })
    const page = env.page()
    const first = await runFlow(env, page)
    env.bank.clock.advance(wait)
    const started = await page.start('c_1')
    assert.notEqual(started.flow, first.flow)
    const second = await walk(page, started, rightAnswers(env))
    own.isUp = true
    await sweepFor(env, 2)
    const flows = own.received.map(({ flow }) => flow)
    assert.deepEqual(
      flows,
      [first, second].map(({ flow }) => flow.split('.')[1]),
    )
  })
}

test('a pending ending is delivered while a later flow waits for its user', async (t) => {
  const own = backEnd()
  const env = setup(t, { connections, onFlowEnded: own.onFlowEnded })
  const page = env.page()
  const first = await runFlow(env, page)
  const waiting = await page.settled(await page.start('c_1'))
  assert.equal(waiting.step.kind, 'challenge')
  await sweepFor(env, 2)
  own.isUp = true
  await sweepFor(env, 2)
  assert.deepEqual(
    own.received.map(({ flow }) => flow),
    [first.flow.split('.')[1]],
  )
  assert.deepEqual(await page.getState(waiting), waiting)
  assert.equal(
    (await page.settled(await page.answer(waiting, 1, rightAnswers(env)(waiting.step.round)))).step.kind,
    'done',
  )
})

test('a pending ending is delivered while each sweep polls a later flow', async (t) => {
  const own = backEnd()
  const oauth = (bank) => ({ 'ann/c_1': mxConnection(bank, 'oauth') })
  const env = setup(t, { connections: oauth, onFlowEnded: own.onFlowEnded })
  const page = env.page()
  const first = await page.cancel(await page.settled(await page.start('c_1')))
  const waiting = await page.settled(await page.start('c_1'))
  assert.equal(waiting.step.kind, 'redirect')
  own.isUp = true
  await sweepFor(env, 1)
  assert.deepEqual(
    own.received.map(({ flow }) => flow),
    [first.flow.split('.')[1]],
  )
  assert.equal((await page.getState(waiting)).step.kind, 'redirect')
  const calls = env.wire.calls.length
  await sweepFor(env, 2)
  assert.equal(env.wire.calls.length, calls + 2, 'the polls go on')
})

test('an ending that is delivered while a turn sends does not stop the turn', async (t) => {
  const own = backEnd()
  const [accepted, delivered, replied, sent] = [newGate(), newGate(), newGate(), newGate()]
  const onFlowEnded = async (ended) => {
    own.onFlowEnded(ended)
    delivered.open()
    await accepted.opened
  }
  const slowly = (fetch) => async (url, init) => {
    if (own.isUp && `${init.body}`.includes('SecurityResponses')) {
      sent.open()
      await replied.opened
    }
    return fetch(url, init)
  }
  const env = setup(t, { connections, onFlowEnded, fetch: slowly })
  const page = env.page()
  await runFlow(env, page)
  const waiting = await page.settled(await page.start('c_1'))
  own.isUp = true
  const swept = sweepFor(env, 1)
  await delivered.opened
  const answered = page.answer(waiting, 1, rightAnswers(env)(waiting.step.round))
  await sent.opened
  accepted.open()
  await swept
  replied.open()
  assert.equal((await page.settled(await answered)).step.kind, 'done')
  assert.equal(env.bank.counts().answers, 2)
})

test('a start first cancels an expired flow, and its ending is delivered', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text') }) })
  const page = env.page()
  const abandoned = await page.settled(await page.start('c_1'))
  env.bank.clock.advance(136 * MINUTE)
  const started = await page.start('c_1')
  assert.notEqual(started.flow, abandoned.flow)
  assert.equal(started.step.kind, 'working')
  assert.deepEqual(
    env.reported.ended.map(({ flow, failure }) => [flow, failure.code]),
    [[abandoned.flow.split('.')[1], 'cancelled']],
  )
})

test('another server does not deliver an ending that the first one is delivering', async (t) => {
  const own = backEnd()
  own.isUp = true
  const accepted = newGate()
  const onFlowEnded = async (ended) => {
    own.onFlowEnded(ended)
    await accepted.opened
  }
  const env = setup(t, { connections, onFlowEnded })
  const page = env.page()
  const ended = page.cancel(await page.settled(await page.start('c_1')))
  await until(() => own.tries === 1, 'the ending is being delivered')
  await edge(env.config).sweep()
  accepted.open()
  await ended
  assert.equal(own.tries, 1)
})

for (const [when, writes, more] of [
  ['without onFlowEnded and onPersonNeeded', 1, { onFlowEnded: undefined, onPersonNeeded: undefined }],
  ['once its ending is delivered', 2, {}],
]) {
  test(`${when}, a sweep finds nothing to do for a flow that has ended`, async (t) => {
    const env = setup(t, { connections, ...more })
    const page = env.page()
    const state = await page.settled(await page.start('c_1'))
    const versionOf = async () => (await env.store.read(state.flow.split('.')[0])).version
    const version = await versionOf()
    env.bank.clock.advance(7 * MINUTE)
    await page.cancel(state)
    assert.deepEqual([(await versionOf()) - version, env.reported.errors], [writes, []])
    env.bank.clock.advance(9 * MINUTE)
    assert.deepEqual(await env.store.due(env.bank.clock.now(), 10), [])
  })
}

test('endings that cannot be delivered do not delay other flows', async (t) => {
  const names = Array.from({ length: 120 }, (_, at) => `c_${at}`)
  const own = backEnd()
  const env = setup(t, {
    connections: (bank) => ({
      ...Object.fromEntries(names.map((name) => [`ann/${name}`, flinksConnection(bank, 'Greatday')])),
      'bob/c_1': mxConnection(bank, 'text'),
    }),
    onFlowEnded: own.onFlowEnded,
    limits: { startsPerHour: 1_000 },
  })
  const page = env.page()
  for (const name of names) await page.cancel(await page.start(name))
  const bob = env.page('bob')
  const running = await bob.start('c_1')
  // No page waits for the running flow, so only the sweep could end it.
  await until(() => env.bank.counts().jobsStarted > 0, 'the start reaches the vendor')
  const isBobNeeded = () => env.reported.personNeeded.some(({ user }) => user === 'bob')
  await until(async () => (await sweepFor(env, 1), isBobNeeded()), 'a sweep runs the flow')
  assert.equal((await bob.getState(running)).step.kind, 'challenge')
  own.isUp = true
  await sweepFor(env, 2)
  assert.equal(own.received.length, names.length)
})

test('a flow whose connection was removed can be cancelled, and its ending is delivered', async (t) => {
  const env = setup(t, { connections })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  const handle = edge({ ...env.config, resolve: () => null })
  const reply = await handle(
    new Request(`https://edge.example/mfa/flows/${state.flow}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann', origin: 'https://app.example', 'content-type': 'application/json' },
      body: '{}',
    }),
  )
  const { step } = await reply.json()
  assert.deepEqual([step.kind, step.failure.code, env.reported.errors], ['failed', 'cancelled', []])
  assert.deepEqual(
    env.reported.ended.map(({ outcome, failure }) => [outcome, failure.code]),
    [['failed', 'cancelled']],
  )
})

const sealed = sealer(SEAL)

/** Replaces the snapshot in a flow's record by a text that no release can restore. */
async function breakSnapshot({ store }, { flow }) {
  const [id] = flow.split('.')
  const { sealed: text, version } = await store.read(id)
  const record = { ...JSON.parse(await sealed.open(text, id)), snapshot: 'hunter2' }
  await store.write(id, await sealed.seal(JSON.stringify(record), id), version, {
    due: record.expires,
    expires: Infinity,
  })
}

for (const [what, change] of [
  ['resolves to a connection of another vendor', (env) => (env.config.resolve = () => mxConnection(env.bank, 'text'))],
  ['has a snapshot that cannot be restored', breakSnapshot],
]) {
  for (const [how, end] of [
    ['by its page', (env, state) => pageOf(edge(env.config)).cancel(state)],
    ['by a sweep after it has expired', (env) => (env.bank.clock.advance(136 * MINUTE), edge(env.config).sweep())],
  ]) {
    test(`a flow that ${what} is cancelled ${how}, and its ending is delivered`, async (t) => {
      const env = setup(t, { connections })
      const state = await env.page().settled(await env.page().start('c_1'))
      await change(env, state)
      const { step } = (await end(env, state)) ?? {}
      if (step) assert.deepEqual([step.kind, step.failure.code], ['failed', 'cancelled'])
      const { ended, errors } = env.reported
      assert.deepEqual(
        ended.map(({ outcome, failure }) => [outcome, failure.code]),
        [['failed', 'cancelled']],
      )
      assert.equal(errors.length, 1, 'the company learns why the flow cannot be restored')
    })
  }
}

for (const [how, onError] of [
  [
    'throws',
    () => {
      throw new Error('hunter2')
    },
  ],
  ['rejects', () => Promise.reject(new Error('hunter2'))],
]) {
  test(`an onError that ${how} changes nothing, and a sweep never rejects`, async (t) => {
    const own = backEnd()
    const env = setup(t, { connections, onFlowEnded: own.onFlowEnded, onError })
    const page = env.page()
    const end = await runFlow(env, page)
    assert.equal(end.step.kind, 'done')
    await sweepFor(env, 2)
    env.store.due = () => Promise.reject(new Error('no connection to the database'))
    await env.handle.sweep()
    env.store.read = () => Promise.reject(new Error('no connection to the database'))
    const refused = await page.getState(end)
    assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  })
}
