/** What a person or a page does is in the trace of a flow by its name. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { LIVE, completeConnect, ending, person, setup, untilStep } from './setup.mjs'
import { job, setup as setupMx } from './mx-setup.mjs'

const actions = (flow) =>
  flow
    .trace()
    .events.filter(({ name }) => name === 'bank_mfa.action')
    .map(({ attributes }) => attributes['bank_mfa.action.name'])

test('an answer and a new session', async (t) => {
  const flow = setup(t).start(LIVE(person('Greatday')))
  const step = await untilStep(flow, 'challenge')
  await step.answer({ '1.1.answer': 'Montreal' })
  await ending(flow)
  assert.deepEqual(actions(flow), ['answer'])

  const other = setup(t).start(LIVE(person('code_never_comes')))
  await (await untilStep(other, 'challenge')).startNewSession()
  assert.deepEqual(actions(other), ['new-session'])
})

test('the reports of a page about its iframe', async (t) => {
  const env = setup(t)
  const flow = env.connect({})
  const first = await untilStep(flow, 'connect')
  first.tokenRefused()
  const second = await untilStep(flow, 'connect')
  assert.notEqual(second, first)
  await completeConnect(env, second, 'Greatday')
  assert.equal(await ending(flow), 'done')
  assert.deepEqual(actions(flow), ['token-refused', 'returned'])

  const expired = env.connect({})
  const step = await untilStep(expired, 'connect')
  step.sessionExpired()
  assert.equal(await ending(expired), 'session-expired')
  assert.deepEqual(actions(expired), ['session-expired'])
})

test('a window that was opened, and the return from it', async (t) => {
  const env = setupMx(t)
  const flow = env.start(job('oauth'))
  const step = await untilStep(flow, 'redirect')
  const landing = await env.approve(await step.pageUrl())
  env.bank.clock.advance(3_000)
  step.returned(landing)
  assert.equal(await ending(flow), 'done')
  assert.deepEqual(actions(flow), ['window-opened', 'returned'])
})
