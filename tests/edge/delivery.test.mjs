/** Endings are delivered to the company: each one is retried until `onFlowEnded` resolves. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { MINUTE, bench, byFlinks, byMx, edge, rightBy, walk } from './setup.mjs'

const connections = (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday') })
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

async function sweepFor(stage, minutes) {
  for (let minute = 0; minute < minutes; minute++) {
    stage.bank.clock.advance(MINUTE)
    await stage.handle.sweep()
  }
}

const runFlow = async (stage, page) => walk(page, await page.start('c_1'), rightBy(stage))

test('an ending is retried until it is delivered, even after its result has expired, and is delivered once', async (t) => {
  const own = backEnd()
  const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
  const page = stage.page()
  const end = await runFlow(stage, page)
  assert.equal(end.step.kind, 'done')
  await sweepFor(stage, 15)
  assert.equal((await page.look(end)).code, 'NOT_FOUND')
  assert.equal(own.tries, 16)
  own.isUp = true
  await sweepFor(stage, 3)
  assert.deepEqual([own.received.length, own.tries, stage.reported.errors.length], [1, 17, 16])
  assert.equal(own.received[0].result.loginId, stage.bank.loginId('Greatday'))
  assert.equal(await stage.store.read(end.flow.split('.')[0]), null, 'then the record is deleted')
})

test('an ending that cannot be delivered for a day is deleted', async (t) => {
  const own = backEnd()
  const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
  const end = await runFlow(stage, stage.page())
  stage.bank.clock.advance(23 * HOUR)
  await stage.handle.sweep()
  assert.ok(await stage.store.read(end.flow.split('.')[0]))
  stage.bank.clock.advance(2 * HOUR)
  await stage.handle.sweep()
  assert.equal(await stage.store.read(end.flow.split('.')[0]), null)
})

for (const [when, wait] of [
  ['at once', 0],
  ['an hour later', HOUR],
]) {
  test(`a flow that is started ${when} also delivers the pending ending of the previous flow`, async (t) => {
    const own = backEnd()
    const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
    const page = stage.page()
    const first = await runFlow(stage, page)
    stage.bank.clock.advance(wait)
    const begun = await page.start('c_1')
    assert.notEqual(begun.flow, first.flow)
    const second = await walk(page, begun, rightBy(stage))
    own.isUp = true
    await sweepFor(stage, 2)
    const flows = own.received.map(({ flow }) => flow)
    assert.deepEqual(
      flows,
      [first, second].map(({ flow }) => flow.split('.')[1]),
    )
  })
}

test('a start first cancels an expired flow, and its ending is delivered', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'text') }) })
  const page = stage.page()
  const abandoned = await page.settled(await page.start('c_1'))
  stage.bank.clock.advance(136 * MINUTE)
  const begun = await page.start('c_1')
  assert.notEqual(begun.flow, abandoned.flow)
  assert.deepEqual(
    stage.reported.ended.map(({ flow, failure }) => [flow, failure.code]),
    [[abandoned.flow.split('.')[1], 'cancelled']],
  )
})

test('endings that cannot be delivered do not delay other flows', async (t) => {
  const names = Array.from({ length: 120 }, (_, at) => `c_${at}`)
  const own = backEnd()
  const stage = bench(t, {
    connections: (bank) => ({
      ...Object.fromEntries(names.map((name) => [`ann/${name}`, byFlinks(bank, 'Greatday')])),
      'bob/c_1': byMx(bank, 'text'),
    }),
    onFlowEnded: own.onFlowEnded,
    limits: { startsPerHour: 1_000 },
  })
  const page = stage.page()
  for (const name of names) await page.cancel(await page.start(name))
  const bob = stage.page('bob')
  const running = await bob.start('c_1')
  // No page waits for it.
  await sweepFor(stage, 3)
  assert.equal((await bob.look(running)).step.kind, 'challenge')
  own.isUp = true
  await sweepFor(stage, 2)
  assert.equal(own.received.length, names.length)
})

test('a flow whose connection was removed can be cancelled, and its ending is delivered', async (t) => {
  const stage = bench(t, { connections })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  const handle = edge({ ...stage.config, resolve: () => null })
  const reply = await handle(
    new Request(`https://edge.example/mfa/flows/${state.flow}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann', origin: 'https://app.example', 'content-type': 'application/json' },
      body: '{}',
    }),
  )
  const { step } = await reply.json()
  assert.deepEqual([step.kind, step.failure.code], ['failed', 'cancelled'])
  assert.deepEqual(
    stage.reported.ended.map(({ outcome, failure }) => [outcome, failure.code]),
    [['failed', 'cancelled']],
  )
})

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
    const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded, onError })
    const page = stage.page()
    const end = await runFlow(stage, page)
    assert.equal(end.step.kind, 'done')
    await sweepFor(stage, 2)
    stage.store.due = () => Promise.reject(new Error('no connection to the database'))
    await stage.handle.sweep()
    stage.store.read = () => Promise.reject(new Error('no connection to the database'))
    const refused = await page.look(end)
    assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  })
}
