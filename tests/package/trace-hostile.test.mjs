/** A trace of a vendor, or of a `fetch`, that sends anything. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { LIVE, ending, person, setup, untilStep } from './setup.mjs'

const RequestId = person('Greatday').loginId
const asks = (challenges) => () =>
  Response.json({ SecurityChallenges: challenges, RequestId, Links: [] }, { status: 203 })

for (const type of [{ toString: 'x' }, ['Montreal'], 123456, true, null]) {
  test(`a challenge of the type ${JSON.stringify(type)} is shown, and its type is left out of the trace`, async (t) => {
    const env = setup(t)
    const flow = env.start(LIVE(person('Greatday')), { fetch: asks([{ Type: type, Prompt: 'City?' }]) })
    await untilStep(flow, 'challenge')
    assert.deepEqual(flow.trace().events.at(-1).attributes['bank_mfa.challenge.vendor_types'], [''])
  })
}

test('an event names at most 20 challenges of a round', async (t) => {
  const env = setup(t)
  const challenges = Array.from({ length: 100 }, (_, index) => ({ Type: 'QuestionAndAnswer', Prompt: `${index}?` }))
  const flow = env.start(LIVE(person('Greatday')), { fetch: asks(challenges) })
  const { round } = await untilStep(flow, 'challenge')
  assert.equal(round.challenges.length, 100)
  const { attributes } = flow.trace().events.at(-1)
  assert.equal(attributes['bank_mfa.challenge.kinds'].length, 20)
  assert.equal(attributes['bank_mfa.challenge.vendor_types'].length, 20)
})

test('a fetch that throws no error is a call that the network has lost', async (t) => {
  for (const thrown of [null, 'hunter2', { name: 'constructor' }, { name: Symbol('hunter2') }]) {
    const env = setup(t)
    const fetch = () => Promise.reject(thrown)
    const flow = env.start(LIVE(person('Greatday')), { fetch })
    await ending(flow)
    const call = flow.trace().events.find(({ name }) => name === 'bank_mfa.call')
    assert.equal(call.attributes['error.type'], 'network')
  }
})
