/** Flows over real sockets, with Node's own fetch. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { CREDENTIALS, LIVE, customerId, fill, flinks, person } from './setup.mjs'
import { serve } from './server.mjs'

/** Runs a flow to its end over the loopback. */
async function runToEnd({ bank, address }, params, more) {
  const host = {
    instance: 'toolbox',
    customerId,
    baseUrl: address,
    clock: bank.clock,
    authorizeToken: () => bank.token(),
  }
  const flow = flinks.authorize(params, { ...host, ...more })
  const ids = () => JSON.parse(flow.snapshot()).vendorIds.RequestId
  for await (const step of flow) {
    if (step.kind === 'challenge') await step.answer(fill(step.round, JSON.parse(bank.rightAnswers(ids()))))
  }
  return flow.current
}

for (const username of [
  'Greatday',
  'many_rounds',
  'mixed_types',
  'proto_prompt',
  'byte_for_byte',
  'slow_after_answer',
]) {
  test(`a live session of ${username} ends in done over a real socket`, async (t) => {
    const served = await serve(t)
    const { kind, result } = await runToEnd(served, LIVE(person(username)))
    assert.equal(kind, 'done')
    assert.equal(result.loginId, person(username).loginId)
    assert.deepEqual([served.complaints, served.bank.counts().broken], [[], {}])
  })
}

test('a customer without tokens sends no token header over a real socket', async (t) => {
  const served = await serve(t, { tokensRequired: false })
  assert.equal((await runToEnd(served, CREDENTIALS(person('Greatday')), { authorizeToken: undefined })).kind, 'done')
  assert.ok(served.requests.every(({ headers }) => !('flinks-auth-key' in headers)))
})

test('a redirect over a real socket is not followed', async (t) => {
  for (const [on, requests] of [
    ['start', 1],
    ['answer', 2],
  ]) {
    const served = await serve(t)
    const other = await serve(t)
    served.redirectTo = `${other.address}/login`
    served.bank.fault({ on, kind: 'redirect', status: 307 })
    const { failure } = await runToEnd(served, CREDENTIALS(person('Greatday')))
    assert.deepEqual([failure.code, failure.status], ['redirected', 307])
    assert.deepEqual([served.requests.length, other.requests.length], [requests, 0])
  }
})

test('a connection that breaks after the bank received an answer is a lost reply', async (t) => {
  const served = await serve(t)
  served.bank.fault({ on: 'answer', kind: 'lost-reply' })
  assert.equal((await runToEnd(served, LIVE(person('Greatday')), { authorizeAsync: true })).kind, 'done')
  assert.equal(served.bank.counts().answers, 1)
})

test('a refused connection ends in unreachable for a cached start and in outcome-unknown for a live start', async (t) => {
  const { bank } = await serve(t)
  // Nothing listens on this port.
  const address = 'http://127.0.0.1:1'
  const { loginId } = person('Greatday')
  assert.equal((await runToEnd({ bank, address }, { loginId })).failure.code, 'unreachable')
  assert.equal(
    (await runToEnd({ bank, address }, { loginId, mostRecentCached: false })).failure.code,
    'outcome-unknown',
  )
})

test('a body of 10 MB over a real socket is not read to its end', async (t) => {
  const served = await serve(t)
  served.bank.fault({ on: 'start', kind: 'huge-body' })
  assert.equal((await runToEnd(served, LIVE(person('Greatday')))).failure.code, 'outcome-unknown')
})
