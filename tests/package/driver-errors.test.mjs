/** The errors that the driver makes itself: their codes, next actions, messages and causes. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { LIVE, person, setup, untilStep } from './setup.mjs'
import { oauth, setup as setupMx } from './mx-setup.mjs'

/** What an error says: its code, its next action, and its message without the code. `cause` must not be there. */
async function said(promise) {
  const error = await promise.then(
    () => assert.fail('it resolves'),
    (error) => error,
  )
  assert.equal('cause' in error, false)
  return [error.code, error.next, error.message.replace(`${error.code}: `, '')]
}

test('an answer to a round that is over can be given again', async (t) => {
  const flow = setup(t).start(LIVE(person('Greatday')))
  const step = await untilStep(flow, 'challenge')
  flow.cancel()
  const expected = ['STALE_ROUND', 'answer-again', 'the answers are for a round that is over']
  assert.deepEqual(await said(step.answer({})), expected)
})

test('a page of the vendor without a token is a mistake of the integration', async (t) => {
  const step = await untilStep(setup(t).connect({}, { authorizeToken: () => '' }), 'connect')
  const expected = ['secret-missing', 'fix-integration', "no usable token for the vendor's page"]
  assert.deepEqual(await said(step.pageUrl()), expected)
})

test('a page of the vendor whose token source could not reach the vendor is tried again later', async (t) => {
  const cause = Object.assign(new Error(), { code: 'unreachable' })
  const step = await untilStep(setup(t).connect({}, { authorizeToken: () => Promise.reject(cause) }), 'connect')
  const message = 'unreachable: the vendor could not be reached'
  await assert.rejects(step.pageUrl(), { code: 'unreachable', next: 'retry-later', message, cause })
})

test('a fresh address of a window that a function of the host prevents is a fault of the host', async (t) => {
  let isFull = false
  const cause = new Error('the disk is full')
  const store = async () => {
    if (isFull) throw cause
  }
  const step = await untilStep(setupMx(t).start(oauth, { store }), 'redirect')
  await step.pageUrl()
  isFull = true
  await assert.rejects(step.pageUrl(), { code: 'host-error', next: 'retry-later', cause })
})

test('an error has only the details that it needs', async (t) => {
  const { start } = setup(t)
  assert.throws(
    () => start({}),
    (error) => {
      assert.deepEqual(Object.keys(error).toSorted(), ['code', 'name', 'next', 'path'])
      return error.code === 'INVALID_INPUT'
    },
  )
})

test('a parameter of Connect that is no data is named by its path', (t) => {
  const { connect } = setup(t)
  assert.throws(() => connect({ redirectUrl: () => {} }), { code: 'INVALID_INPUT', path: '/params/redirectUrl' })
})

test('a form that cannot be read is refused, and the round stays open', async (t) => {
  const flow = setup(t).start(LIVE(person('Greatday')))
  const step = await untilStep(flow, 'challenge')
  const get = () => assert.fail('hunter2')
  for (const form of [{ getAll() {} }, Object.defineProperty({}, 'getAll', { get })]) {
    await assert.rejects(step.answer(form), { code: 'INVALID_INPUT', path: '/answers' })
    assert.equal(flow.current, step)
  }
})

test('a base URL of another type is refused as the core says it', (t) => {
  const { start } = setup(t)
  for (const baseUrl of [['https://a.example'], 7, null]) {
    assert.throws(() => start(LIVE(person('Greatday')), { baseUrl }), { code: 'INVALID_INPUT' })
  }
})

test('a base URL may be a URL', async (t) => {
  const env = setup(t)
  const flow = env.start(LIVE(person('Greatday')), { baseUrl: new URL('http://127.0.0.1:8080') })
  await untilStep(flow, 'challenge')
  assert.match(env.wire.calls[0].url, /^http:\/\/127\.0\.0\.1:8080\/v3\//)
})
