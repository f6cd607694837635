/** The crash test in its short form: `make crash` has all flows. */
import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { flows } from './flows.mjs'
import { crash, isSubmission } from './run.mjs'
import { open } from './stage.mjs'

const HOMES = ['PostgreSQL', 'Durable Objects']
const named = (wanted) => flows.find(({ name }) => name === wanted)

let theatre
before(async () => (theatre = await open()))
after(() => theatre.close())

async function crashed(home, own, name, fits) {
  const stage = await theatre.stage(home, own)
  try {
    return await crash(stage, named(name), fits)
  } finally {
    await stage.strike()
  }
}

for (const home of HOMES) {
  test(`a worker that dies at any point of a flow sends nothing twice: ${home}`, async () => {
    const { points, tried, faults, doubles } = await crashed(home, {}, 'flinks live Greatday')
    assert.deepEqual({ tried, doubles, faults }, { tried: points, doubles: 0, faults: [] })
  })

  test(`a worker that dies over a password does not send it again: ${home}`, async () => {
    const over = (point) => / create$/.test(point)
    const { tried, honest, faults, doubles } = await crashed(home, {}, 'mx new member, nothing asked', over)
    assert.deepEqual({ tried, honest, doubles, faults }, { tried: 2, honest: 2, doubles: 0, faults: [] })
  })

  test(`an edge that stored after it sends would be found: ${home}`, async () => {
    const { tried, doubles } = await crashed(home, { forgets: true }, 'flinks live Greatday', isSubmission)
    assert.deepEqual({ tried, doubles }, { tried: 2, doubles: 2 })
  })
}
