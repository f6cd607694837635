/** The crash test for a few flows. `make crash` runs all. */
import assert from 'node:assert/strict'
import test, { after, before } from '../lib/test.mjs'
import { flows } from './flows.mjs'
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
    const { points, tried, faults, doubles } = await crashed(store, {}, 'flinks live Greatday')
    assert.deepEqual({ tried, doubles, faults }, { tried: points, doubles: 0, faults: [] })
  })

  test(`a password is not sent again if the worker is killed around its send: ${store}`, SLOW, async () => {
    const isCreate = (point) => / create$/.test(point)
    const { tried, honest, faults, doubles } = await crashed(store, {}, 'mx new member, nothing asked', isCreate)
    assert.deepEqual({ tried, honest, doubles, faults }, { tried: 2, honest: 2, doubles: 0, faults: [] })
  })

  test(`the crash test finds double sends in an edge that stores after it sends: ${store}`, SLOW, async () => {
    const { tried, doubles } = await crashed(store, { forgets: true }, 'flinks live Greatday', isSubmission)
    assert.deepEqual({ tried, doubles }, { tried: 2, doubles: 2 })
  })
}
