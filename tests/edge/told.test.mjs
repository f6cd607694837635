/** What the company is told of: each ending, until it was heard, whatever is in the way. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { MINUTE, bench, byFlinks, byMx, edge, rightBy, walk } from './bench.mjs'

const connections = (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday') })
const HOUR = 60 * MINUTE

/** A back end that hears nothing until `hears`. */
function backEnd() {
  const own = { heard: [], hears: false, tries: 0 }
  own.onFlowEnded = (ended) => {
    own.tries += 1
    if (!own.hears) throw new Error('hunter2')
    own.heard.push(ended)
  }
  return own
}

async function sweepFor(stage, minutes) {
  for (let minute = 0; minute < minutes; minute++) {
    stage.bank.clock.advance(MINUTE)
    await stage.handle.sweep()
  }
}

const through = async (stage, page) => walk(page, await page.start('c_1'), rightBy(stage))

test('an ending is told until it was heard, once, also when no page can read it any more', async (t) => {
  const own = backEnd()
  const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
  const page = stage.page()
  const end = await through(stage, page)
  assert.equal(end.step.kind, 'done')
  await sweepFor(stage, 15)
  assert.equal((await page.look(end)).code, 'NOT_FOUND')
  assert.equal(own.tries, 16)
  own.hears = true
  await sweepFor(stage, 3)
  assert.deepEqual([own.heard.length, own.tries, stage.told.errors.length], [1, 17, 16])
  assert.equal(own.heard[0].result.loginId, stage.bank.loginId('Greatday'))
  assert.equal(await stage.store.read(end.flow.split('.')[0]), null, 'and then the record is gone')
})

test('an ending that nobody hears of for a day is deleted', async (t) => {
  const own = backEnd()
  const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
  const end = await through(stage, stage.page())
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
  test(`the next flow, begun ${when}, carries along what was not heard of the one before`, async (t) => {
    const own = backEnd()
    const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded })
    const page = stage.page()
    const first = await through(stage, page)
    stage.bank.clock.advance(wait)
    const begun = await page.start('c_1')
    assert.notEqual(begun.flow, first.flow)
    const second = await walk(page, begun, rightBy(stage))
    own.hears = true
    await sweepFor(stage, 2)
    const flows = own.heard.map(({ flow }) => flow)
    assert.deepEqual(
      flows,
      [first, second].map(({ flow }) => flow.split('.')[1]),
    )
  })
}

test('a start over a flow that nobody ended in time ends it first, and tells of it', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'text') }) })
  const page = stage.page()
  const left = await page.settled(await page.start('c_1'))
  stage.bank.clock.advance(136 * MINUTE)
  const begun = await page.start('c_1')
  assert.notEqual(begun.flow, left.flow)
  assert.deepEqual(
    stage.told.ended.map(({ flow, failure }) => [flow, failure.code]),
    [[left.flow.split('.')[1], 'cancelled']],
  )
})

test('endings that nobody hears of keep no other flow waiting', async (t) => {
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
  // His page has gone.
  await sweepFor(stage, 3)
  assert.equal((await bob.look(running)).step.kind, 'challenge')
  own.hears = true
  await sweepFor(stage, 2)
  assert.equal(own.heard.length, names.length)
})

test('a flow whose connection was taken away can be cancelled, and is told of', async (t) => {
  const stage = bench(t, { connections })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  const gone = { ...stage.config, resolve: () => null }
  const there = edge(gone)
  const reply = await there(
    new Request(`https://edge.example/mfa/flows/${state.flow}/cancel`, {
      method: 'POST',
      headers: { authorization: 'Bearer ann', origin: 'https://app.example', 'content-type': 'application/json' },
      body: '{}',
    }),
  )
  const { step } = await reply.json()
  assert.deepEqual([step.kind, step.failure.code], ['failed', 'cancelled'])
  assert.deepEqual(
    stage.told.ended.map(({ outcome, failure }) => [outcome, failure.code]),
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
  test(`a reporter that ${how} changes nothing, and a sweep never rejects`, async (t) => {
    const own = backEnd()
    const stage = bench(t, { connections, onFlowEnded: own.onFlowEnded, onError })
    const page = stage.page()
    const end = await through(stage, page)
    assert.equal(end.step.kind, 'done')
    await sweepFor(stage, 2)
    stage.store.due = () => Promise.reject(new Error('no connection to the database'))
    await stage.handle.sweep()
    stage.store.read = () => Promise.reject(new Error('no connection to the database'))
    const refused = await page.look(end)
    assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  })
}
