/** The crash test in its short form: `make crash` has all flows. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { flows } from './flows.mjs'
import { crash, isSubmission } from './run.mjs'
import { open } from './stage.mjs'

const named = (wanted) => flows.find(({ name }) => name === wanted)

let theatre
before(async () => (theatre = await open()))
after(() => theatre.close())

async function crashed(own, name, fits) {
  const stage = await theatre.stage(own)
  try {
    return await crash(stage, named(name), fits)
  } finally {
    await stage.strike()
  }
}

for (const name of ['flinks live Greatday', 'mx new member, nothing asked']) {
  test(`a worker that dies at any point of ${name} sends nothing twice`, async () => {
    const { points, tried, faults, doubles } = await crashed({}, name)
    assert.deepEqual({ tried, doubles, faults }, { tried: points, doubles: 0, faults: [] })
  })
}

test('an edge that stored after it sends would be found', async () => {
  const { tried, doubles } = await crashed({ forgets: true }, 'flinks live Greatday', isSubmission)
  assert.deepEqual({ tried, doubles }, { tried: 2, doubles: 2 })
})
