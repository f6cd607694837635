/** A simulator with real time: its clock is the real one, so a flow can have it. */
import assert from 'node:assert/strict'
import { customerId } from '../lib/bank.mjs'
import { flinks, simulator } from '../lib/package.mjs'
import test from '../lib/test.mjs'

test('with realTime, the clock of the simulator is the real clock', async () => {
  const { clock } = simulator({ realTime: true, now: 0 })
  const before = Date.now()
  assert.ok(clock.now() >= before && clock.now() <= Date.now())
  await clock.wait(20, new AbortController().signal, 'vendor')
  const waited = Date.now() - before
  assert.ok(waited >= 15, `it waited ${waited} ms`)
  assert.ok(clock.now() - before <= Date.now() - before, 'a wait moved the clock forward')
  assert.throws(() => clock.advance(1), /cannot move real time/)
})

test('a flow with that clock polls a slow bank in real time', async (t) => {
  const bank = simulator({ seed: 1, realTime: true })
  const host = { instance: 'toolbox', customerId, fetch: bank.fetch, clock: bank.clock }
  const params = { loginId: bank.loginId('slow_pending'), mostRecentCached: false }
  const flow = flinks.authorize(params, { ...host, authorizeToken: () => bank.token() })
  t.after(() => flow.cancel())
  const before = Date.now()
  const started = await new Promise((resolve) => {
    const look = () => {
      const { kind, until } = flow.current
      if (kind !== 'working' || until !== null) resolve(flow.current)
    }
    flow.subscribe(look)
    look()
  })
  assert.equal(started.kind, 'working')
  assert.ok(started.until > before && bank.clock.now() <= Date.now(), 'the time of the flow is the real time')
  // Virtual time would have ended the flow by now.
  await bank.clock.wait(2_500, new AbortController().signal, 'person')
  assert.notEqual(flow.current.kind, 'failed')
})
