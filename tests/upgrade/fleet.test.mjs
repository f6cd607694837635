/** Two releases over the same records: during a deployment, each request may reach either. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { flows } from '../crash/flows.mjs'
import { NEXT_FORMAT, copyApp } from '../lib/app-copy.mjs'
import { app } from '../lib/package.mjs'
import test, { after } from '../lib/test.mjs'
import { HOMES } from './lib/homes.mjs'
import { loadPackage } from './lib/package.mjs'
import { CONNECTION, finish, openWorld } from './lib/world.mjs'

const folder = mkdtempSync(join(tmpdir(), 'bank-mfa-fleet-'))
after(() => rmSync(folder, { recursive: true }))

const one = await loadPackage(app)
/** Another release, or the same one as another build. */
const other = await loadPackage(process.env.BANK_MFA_APP_OTHER ?? copyApp(app, join(folder, 'same')))
const newer = await loadPackage(copyApp(app, join(folder, 'newer'), NEXT_FORMAT))

/**
 * Runs a flow whose requests reach the builds in turn. Each build keeps its edge on a table. A Durable Object has one
 * instance, so a deployment stops it, and the next request starts it from its storage.
 */
async function runInTurns(packages, flow, homeName) {
  const world = await openWorld(one, flow, { seed: 1, home: HOMES[homeName]() })
  const edges = packages.map((pkg) => world.openEdge(pkg))
  let turn = 0
  async function ask(...args) {
    const next = turn++ % packages.length
    if (homeName === 'table') return edges[next].ask(...args)
    await world.quiet()
    return world.openEdge(packages[next]).ask(...args)
  }
  return { ...(await finish({ ...world, ask }, flow)), turns: turn }
}

/** A flow for each way through the edge. `FLOWS=all` runs all of them, which takes a minute. */
const SAMPLE = [
  ...[
    'flinks live Greatday',
    'flinks live many_rounds',
    'flinks live, no code',
    'flinks async',
    'flinks reconnect, iframe',
  ],
  ...['flinks asks for credentials', 'mx job code_by_phone', 'mx job, in the widget', 'mx new member'],
  ...['mx job, approved while it is watched', 'mx job, signs in again at the bank'],
]
const chosen = process.env.FLOWS === 'all' ? flows : flows.filter(({ name }) => SAMPLE.includes(name))

for (const homeName of Object.keys(HOMES)) {
  test(`each request of a flow may reach another build: ${homeName}`, async () => {
    for (const flow of chosen) {
      const alone = await runInTurns([one], flow, homeName)
      const { turns, ...together } = await runInTurns([one, other], flow, homeName)
      assert.ok(turns > 1)
      assert.deepEqual({ ...together, turns: alone.turns }, alone, flow.name)
    }
  })

  for (const [starts, continues, who] of [
    [one, newer, 'a newer format'],
    [newer, one, 'an older format'],
  ]) {
    test(`a release of ${who} refuses a running flow, and its own release ends it: ${homeName}`, async () => {
      const flow = flows.find(({ name }) => name === 'flinks live Greatday')
      const home = HOMES[homeName]()
      const world = await openWorld(starts, flow, { seed: 1, home })
      let state = await world.ask('POST', '/flows', { connection: CONNECTION, flow: 'f'.repeat(32) })
      while (state.step.kind === 'working')
        state = await world.ask('GET', `/flows/${state.flow}?after=${state.version}`)
      assert.equal(state.step.kind, 'challenge')
      await world.quiet()

      const [id] = state.flow.split('.')
      const before = structuredClone(home.get(id))
      const stranger = world.openEdge(continues)
      for (const [method, path, body] of [
        ['GET', `/flows/${state.flow}`],
        ['POST', `/flows/${state.flow}/answer`, { round: 1, answers: { '1.1.answer': 'Montreal' } }],
        ['POST', `/flows/${state.flow}/cancel`, {}],
        // The start of this very flow, whose reply was lost.
        ['POST', '/flows', { connection: CONNECTION, flow: 'f'.repeat(32) }],
      ]) {
        const { code, next } = await stranger.ask(method, path, body)
        assert.deepEqual([code, next], ['SNAPSHOT_VERSION', 'start-over'], `${method} ${path}`)
      }
      await stranger.sweep()
      assert.deepEqual(home.get(id), before)
      assert.equal(world.bank.bank.counts().answers, 0)

      const { end, delivered, submissions } = await finish(world, flow, state)
      assert.match(end, /^{"institution":/)
      assert.deepEqual([delivered, submissions.answers, submissions.liveStarts], [1, 1, 1])
    })
  }
}
