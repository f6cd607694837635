/**
 * The crash test for a few flows. `make crash` runs all. After each test, nothing secret may be in the files of the stores or
 * in what the workers print.
 */
import assert from 'node:assert/strict'
import { findLeaks, forget } from '../lib/canary.mjs'
import test, { after, before } from '../lib/test.mjs'
import { sealer } from './entry.mjs'
import { flows } from './flows.mjs'
import { SEAL } from './points.mjs'
import { crash, isSubmission } from './run.mjs'
import { openHarness } from './harness.mjs'

/** Each test starts many workers. */
const SLOW = { timeout: 180_000 }
const STORES = ['PostgreSQL', 'Durable Objects']
const named = (wanted) => flows.find(({ name }) => name === wanted)

let harness
before(async () => (harness = await openHarness()))
after(() => harness.close())

async function crashed(store, options, name, fits) {
  const session = await harness.openSession(store, options)
  try {
    return await crash(session, named(name), fits)
  } finally {
    await session.close()
  }
}

for (const store of STORES) {
  test(`nothing is sent twice if the worker is killed at any point of a flow: ${store}`, SLOW, async () => {
    const { points, tried, faults, doubleSends } = await crashed(store, {}, 'flinks live Greatday')
    assert.deepEqual({ tried, doubleSends, faults }, { tried: points, doubleSends: 0, faults: [] })
  })

  test(`a password is not sent again if the worker is killed around its send: ${store}`, SLOW, async () => {
    const isCreate = (point) => / create$/.test(point)
    const { tried, allowed, faults, doubleSends } = await crashed(store, {}, 'mx new member, no challenge', isCreate)
    assert.deepEqual({ tried, allowed, doubleSends, faults }, { tried: 2, allowed: 2, doubleSends: 0, faults: [] })
  })

  test(`the crash test finds double sends in an edge that stores after it sends: ${store}`, SLOW, async () => {
    const { tried, doubleSends } = await crashed(store, { losesWrites: true }, 'flinks live Greatday', isSubmission)
    assert.deepEqual({ tried, doubleSends }, { tried: 2, doubleSends: 2 })
  })

  test(`the files that are searched for secrets have the records: ${store}`, SLOW, async () => {
    const session = await harness.openSession(store)
    await crash(session, named('flinks live Greatday'), (point) => point === 'after answer')
    const run = session.newestRun()
    const id = await sealer(SEAL).name('flow', run, run)
    await session.close()
    assert.ok(session.files().some((bytes) => bytes.includes(id)))
  })

  test(`what a killed worker has printed is searched for secrets: ${store}`, SLOW, async () => {
    const isAnswer = (point) => point === 'after answer'
    await crashed(store, { prints: true }, 'flinks live Greatday', isAnswer)
    const leaks = [...(await findLeaks()).keys()].map((leak) => leak.split(':')[0])
    assert.ok(leaks.includes('answer in console'), `${leaks}`)
    assert.ok(!leaks.some((leak) => leak.endsWith('in sealed record')), `${leaks}`)
    forget()
  })
}
