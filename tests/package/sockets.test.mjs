/** Over real sockets, with the runtime's own fetch. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { CREDENTIALS, LIVE, customerId, fill, flinks, person } from './bench.mjs'
import { serve } from './server.mjs'

/** Walks a flow to its end over the loopback. */
async function walk({ bank, address }, params, more) {
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

for (const who of ['Greatday', 'many_rounds', 'mixed_types', 'proto_prompt', 'byte_for_byte', 'slow_after_answer']) {
  test(`a live session of ${who} runs over a real socket`, async (t) => {
    const served = await serve(t)
    const { kind, result } = await walk(served, LIVE(person(who)))
    assert.equal(kind, 'done')
    assert.equal(result.loginId, person(who).loginId)
    assert.deepEqual([served.complaints, served.bank.counts().broken], [[], {}])
  })
}

test('a customer without tokens sends no header for one over a real socket', async (t) => {
  const served = await serve(t, { tokensRequired: false })
  assert.equal((await walk(served, CREDENTIALS(person('Greatday')), { authorizeToken: undefined })).kind, 'done')
  assert.ok(served.requests.every(({ headers }) => !('flinks-auth-key' in headers)))
})

test('a redirect is not followed: nothing of a person’s goes elsewhere', async (t) => {
  for (const [on, asked] of [
    ['start', 1],
    ['answer', 2],
  ]) {
    const served = await serve(t)
    const elsewhere = await serve(t)
    served.elsewhere = `${elsewhere.address}/login`
    served.bank.fault({ on, kind: 'redirect', status: 307 })
    const { failure } = await walk(served, CREDENTIALS(person('Greatday')))
    assert.deepEqual([failure.code, failure.status], ['redirected', 307])
    assert.deepEqual([served.requests.length, elsewhere.requests.length], [asked, 0])
  }
})

test('a connection that breaks after the bank has heard an answer is a lost reply', async (t) => {
  const served = await serve(t)
  served.bank.fault({ on: 'answer', kind: 'lost-reply' })
  assert.equal((await walk(served, LIVE(person('Greatday')), { authorizeAsync: true })).kind, 'done')
  assert.equal(served.bank.counts().answers, 1)
})

test('nobody listening is unreachable for a cached start, and in doubt for a live one', async (t) => {
  const { bank } = await serve(t)
  // A port that no server of ours has.
  const address = 'http://127.0.0.1:1'
  const { loginId } = person('Greatday')
  assert.equal((await walk({ bank, address }, { loginId })).failure.code, 'unreachable')
  assert.equal((await walk({ bank, address }, { loginId, mostRecentCached: false })).failure.code, 'outcome-unknown')
})

test('ten megabytes over a real socket are not read to their end', async (t) => {
  const served = await serve(t)
  served.bank.fault({ on: 'start', kind: 'huge-body' })
  assert.equal((await walk(served, LIVE(person('Greatday')))).failure.code, 'outcome-unknown')
})
