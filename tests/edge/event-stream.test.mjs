/** Event streams: their comments, their end, and from which version on they send changes. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { atChallenge } from './setup.mjs'

const EVENTS = { accept: 'text/event-stream' }

test('a stream without news sends a comment each 15 seconds, and closes after 5 minutes', async (t) => {
  const { page, state, bank, nextWait } = await atChallenge(t)
  const decoder = new TextDecoder()
  let waits = nextWait()
  const { body } = await page.ask('GET', `/flows/${state.flow}`, undefined, EVENTS)
  const reader = body.getReader()
  assert.match(decoder.decode((await reader.read()).value), /^id: /)
  for (let seconds = 15; seconds <= 300; seconds += 15) {
    await waits
    waits = nextWait()
    bank.clock.advance(15_000)
    assert.equal(decoder.decode((await reader.read()).value), ':\n\n', `after ${seconds} seconds`)
  }
  assert.equal((await reader.read()).done, true)
})

for (const [what, pathOf, headersOf] of [
  ['`after`', ({ version }) => `?after=${version}`, () => ({})],
  ['Last-Event-ID', () => '', ({ version }) => ({ 'last-event-id': version })],
  ['Last-Event-ID, and not of an older `after`', () => '?after=1', ({ version }) => ({ 'last-event-id': version })],
]) {
  test(`a stream sends only the changes after the version of ${what}`, async (t) => {
    const { page, state, nextWait } = await atChallenge(t)
    const waits = nextWait()
    const headers = { ...EVENTS, ...headersOf(state) }
    const reply = await page.ask('GET', `/flows/${state.flow}${pathOf(state)}`, undefined, headers)
    const text = reply.text()
    await waits
    const end = await page.cancel(state)
    const { version, step } = end
    assert.equal(await text, `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
  })
}

test('a Last-Event-ID that is no version is refused', async (t) => {
  const { page, state } = await atChallenge(t)
  const reply = await page.ask('GET', `/flows/${state.flow}`, undefined, { ...EVENTS, 'last-event-id': 'x' })
  assert.deepEqual([reply.status, (await reply.json()).code], [400, 'INVALID_INPUT'])
})

test('a stream whose request was aborted before it began ends at once', async (t) => {
  const { state, handle } = await atChallenge(t)
  const headers = { authorization: 'Bearer ann', ...EVENTS, 'last-event-id': state.version }
  const init = { headers, signal: AbortSignal.abort() }
  const reply = await handle(new Request(`https://edge.example/flows/${state.flow}`, init))
  assert.equal(await reply.text(), ':\n\n')
})

test('a stream ends if its flow can no longer be read', async (t) => {
  const { page, state, store, bank, nextWait } = await atChallenge(t)
  const waits = nextWait()
  const reply = await page.ask('GET', `/flows/${state.flow}`, undefined, EVENTS)
  await waits
  t.mock.method(store, 'read', () => Promise.reject(new Error('no table')))
  bank.clock.advance(15_000)
  const { version, step } = state
  assert.equal(await reply.text(), `id: ${version}\ndata: ${JSON.stringify({ version, step })}\n\n`)
})
