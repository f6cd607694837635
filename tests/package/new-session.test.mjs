/** A new session in place of a round whose code never came: Flinks, MX, and at an edge. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { resolve } from '../lib/package.mjs'
import { challenge, edgeStub, fastClock, lostReply, problem } from './edge-stub.mjs'
import * as mx from './mx-setup.mjs'
import { CREDENTIALS, LIVE, NOON, ending, person, setup, until, untilStep } from './setup.mjs'

const { remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))

const EIGHT_MINUTES = 8 * 60_000
const CODE = { '1.1.answer': '123456' }

/** A round whose code never comes. */
async function waitForCode(t) {
  const env = setup(t)
  const flow = env.start(LIVE(person('code_never_comes')))
  return { env, flow, step: await untilStep(flow, 'challenge') }
}

/** The next round of a flow. */
async function nextRound(flow, number) {
  await until(() => flow.current.round?.number === number, `round ${number}`)
  return flow.current
}

test('the flow waits until Flinks allows a new session, and the bank asks again', async (t) => {
  const { env, flow, step } = await waitForCode(t)
  assert.deepEqual(step.round.newSession, { at: NOON + EIGHT_MINUTES, documented: true })
  const steps = []
  flow.subscribe(() => steps.push(flow.current))
  const started = step.startNewSession()
  assert.equal(step.startNewSession(), started, 'a second call returns the first promise')
  await started
  assert.deepEqual(steps[0], { kind: 'working', stage: 'start', until: NOON + EIGHT_MINUTES })
  assert.equal(step.signal.aborted, true)
  await assert.rejects(step.answer(CODE), { code: 'STALE_ROUND' })
  const second = await nextRound(flow, 2)
  assert.equal(env.bank.clock.now(), NOON + EIGHT_MINUTES)
  await second.answer({ '2.1.answer': '123456' })
  assert.equal(await ending(flow), 'done')
  const { liveStarts, answers, broken } = env.bank.counts()
  assert.deepEqual({ liveStarts, answers, broken }, { liveStarts: 2, answers: 1, broken: {} })
  assert.deepEqual(
    env.sessions.map(({ session }) => session),
    [1, 2],
  )
})

test('a flow that is restored while it waits starts its new session once', async (t) => {
  const env = setup(t)
  const stopped = { now: env.bank.clock.now, wait: () => new Promise(() => {}) }
  const flow = env.start(LIVE(person('code_never_comes')), { clock: stopped })
  await (await untilStep(flow, 'challenge')).startNewSession()
  assert.deepEqual([flow.current.kind, flow.current.stage], ['working', 'start'])
  const snapshot = flow.snapshot()
  assert.equal(snapshot.includes('123456'), false)
  const restored = env.restore(snapshot)
  await (await nextRound(restored, 2)).answer({ '2.1.answer': '123456' })
  assert.equal(await ending(restored), 'done')
  assert.equal(env.bank.counts().liveStarts, 2)
})

test('a new session is refused while an answer is on its way, and the answer is judged', async (t) => {
  const { env, flow, step } = await waitForCode(t)
  const answered = step.answer(CODE)
  await assert.rejects(step.startNewSession(), { code: 'OUT_OF_TURN' })
  await answered
  assert.deepEqual([await ending(flow), env.bank.counts().liveStarts], ['answer-refused', 1])
})

test('a flow with credentials offers no new session and refuses one', async (t) => {
  const env = setup(t)
  const flow = env.start(CREDENTIALS(person('code_never_comes')))
  const step = await untilStep(flow, 'challenge')
  assert.equal(step.round.newSession, null)
  await assert.rejects(step.startNewSession(), { code: 'OUT_OF_TURN', flowId: flow.id })
  assert.equal(flow.current, step)
})

test('a new session after the end is refused with STALE_ROUND', async (t) => {
  const { flow, step } = await waitForCode(t)
  flow.cancel()
  await assert.rejects(step.startNewSession(), { code: 'STALE_ROUND' })
})

test('a token that is a string serves one session: the new one ends with secret-missing', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('code_never_comes')), { authorizeToken: await env.bank.token() })
  await (await untilStep(flow, 'challenge')).startNewSession()
  assert.equal(await ending(flow), 'secret-missing')
  assert.equal(env.bank.counts().liveStarts, 1)
})

test('MX: the flow waits until the member has expired, and starts a new job', async (t) => {
  const env = mx.setup(t)
  const flow = env.start(mx.job('code_never_comes'))
  const step = await untilStep(flow, 'challenge')
  assert.deepEqual(step.round.newSession, { at: null, documented: false })
  await step.startNewSession()
  assert.deepEqual([flow.current.kind, flow.current.stage], ['working', 'expiry'])
  await (await nextRound(flow, 2)).answer({ '2.1.answer': '246810' })
  assert.equal(await ending(flow), 'done')
  const { jobsStarted, answers, broken } = env.bank.counts()
  assert.deepEqual({ jobsStarted, answers, broken }, { jobsStarted: 2, answers: 1, broken: {} })
})

// At an edge --------------------------------------------------------------------------------------

const WAITING = { kind: 'working', stage: 'start', until: 1 }

async function remoteChallenge(t, newSession = { at: 1, documented: true }) {
  const [edge, clock] = [await edgeStub(t), fastClock()]
  const flow = remote(edge.address, { clock }).start({ connection: 'chequing' })
  t.after(() => flow.cancel())
  const asked = challenge(1)
  edge.setStep({ ...asked, round: { ...asked.round, newSession } })
  return { edge, flow, step: await untilStep(flow, 'challenge') }
}

test('a remote flow posts the round, and shows the wait', async (t) => {
  const { edge, flow, step } = await remoteChallenge(t)
  const started = step.startNewSession()
  assert.equal(step.startNewSession(), started)
  await assert.rejects(step.answer(CODE), { code: 'STALE_ROUND' })
  assert.deepEqual((await edge.untilCall('message')).body, { kind: 'new-session', round: 1 })
  edge.setStep(WAITING)
  await until(() => flow.current.kind === 'working', 'the wait')
  await started.catch(() => {})
  assert.equal(edge.callsOf('answer').length, 0)
})

test('a remote flow does not repeat the request if the first one has arrived', async (t) => {
  const { edge, flow, step } = await remoteChallenge(t)
  edge.replyOnce('message', (...args) => {
    edge.setStep(WAITING)
    lostReply(...args)
  })
  await step.startNewSession()
  assert.deepEqual([edge.callsOf('message').length, flow.current.kind], [1, 'working'])
})

test('a remote flow rejects with the refusal of the edge, and the round stays open', async (t) => {
  const { edge, flow, step } = await remoteChallenge(t)
  edge.replyOnce('message', problem(409, { code: 'OUT_OF_TURN', next: 'answer-again' }))
  await assert.rejects(step.startNewSession(), { code: 'OUT_OF_TURN' })
  assert.equal(flow.current, step)
  await step.answer(CODE)
})

test('a remote round without a new session sends nothing', async (t) => {
  const { edge, flow, step } = await remoteChallenge(t, null)
  await assert.rejects(step.startNewSession(), { code: 'OUT_OF_TURN', flowId: flow.id })
  assert.equal(edge.callsOf('message').length, 0)
})
