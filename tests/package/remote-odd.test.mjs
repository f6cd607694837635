/** What a page's own functions, and an edge or a proxy in its place, can do wrong to a remote flow. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { DONE, broken, challenge, edgeStub, fastClock, gateway } from './edge-stub.mjs'
import { untilStep } from './setup.mjs'

const { FlowError, remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))

/** A flow that a stub of the edge serves without streams. `prepare` changes the stub first. */
async function setup(t, { prepare = () => {}, ...options } = {}) {
  const [edge, clock] = [await edgeStub(t), fastClock()]
  edge.replyAlways('stream', gateway(200, {}))
  prepare(edge)
  const flow = remote(edge.address, { clock, ...options }).start({ connection: 'chequing' })
  t.after(() => flow.cancel())
  return { edge, flow }
}

test('what is posted is what was given, also if the page changes its object meanwhile', async (t) => {
  const { edge, flow } = await setup(t, { headers: async () => ({}) })
  edge.setStep(challenge(1))
  const step = await untilStep(flow, 'challenge')
  edge.replyOnce('answer', broken)
  const answers = { '1.1.answer': 'Montreal' }
  const answered = step.answer(answers)
  answers['1.1.answer'] = 'Toronto'
  await answered
  const posted = edge.callsOf('answer').map(({ body }) => body.answers)
  assert.deepEqual(posted, Array(2).fill({ '1.1.answer': 'Montreal' }))
})

test('the headers of a page may be in any case, or an object of headers', async (t) => {
  for (const headers of [
    { 'Content-Type': 'application/json', Authorization: 'Bearer a' },
    new Headers({ authorization: 'Bearer a' }),
    () => [['AUTHORIZATION', 'Bearer a']],
  ]) {
    const { edge } = await setup(t, { headers })
    const { headers: sent } = await edge.untilCall('start')
    assert.deepEqual([sent['content-type'], sent.authorization], ['application/json', 'Bearer a'])
  }
})

test('a clock that throws ends the flow in host-error', async (t) => {
  const cause = new Error('the clock is gone')
  const now = () => {
    throw cause
  }
  const { flow } = await setup(t, { clock: { ...fastClock(), now } })
  const { failure, error } = await untilStep(flow, 'failed')
  assert.ok(error instanceof FlowError)
  assert.deepEqual([failure.code, failure.next, error.cause], ['host-error', 'retry-later', cause])
})

test('a reply to a start whose id is none is no reply of an edge', async (t) => {
  const state = { flow: '../../logout', version: 1, step: DONE }
  const { edge, flow } = await setup(t, { prepare: (edge) => edge.replyOnce('start', gateway(200, state)) })
  edge.setStep(DONE)
  assert.deepEqual(await flow.result(), DONE.result)
  assert.deepEqual([flow.id, edge.callsOf('start').length], ['flow-1', 2])
})

for (const step of [
  { kind: 'working', stage: { toString: 1 } },
  { kind: 'challenge', round: {} },
  { kind: 'failed', failure: { code: 'timed-out' } },
  { kind: 'failed', failure: { code: 'timed-out', next: 7 } },
]) {
  test(`a flow whose edge sends only ${JSON.stringify(step)} fails`, async (t) => {
    const prepare = (edge) => edge.replyAlways('poll', gateway(200, { version: 7, step }))
    const { flow } = await setup(t, { prepare })
    const { failure } = await untilStep(flow, 'failed')
    assert.deepEqual([failure.code, failure.next], ['unreachable', 'retry-later'])
  })
}
