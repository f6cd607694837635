/** The windows of MX's members at an edge: their addresses work once, and only the edge knows which were opened. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { edge, mxConnection, page, setup } from './setup.mjs'

const OPENED = { kind: 'window-opened' }
const inWidget = (bank) => ({
  'ann/c_1': mxConnection(bank, 'text', { job: 'aggregate', presentation: 'widget' }),
})

/** A flow that waits for its user in MX's widget. */
async function atWidget(t, more) {
  const env = setup(t, { connections: inWidget, ...more })
  env.bank.mx.setRules({ challengeMinutes: 60 })
  const page = env.page()
  return { env, page, state: await page.settled(await page.start('c_1')) }
}

const widgetUrls = ({ wire }) => wire.calls.flatMap(({ reply }) => reply?.json?.widget_url?.url ?? [])

test('each page that opens the window gets an address of its own, and the step stays', async (t) => {
  const { env, page, state } = await atWidget(t)
  assert.deepEqual([state.step.purpose, state.step.number], ['widget', 1])
  const first = await page.message(state, OPENED)
  assert.equal(first.step.url, state.step.url, 'nobody had opened it')
  const others = await Promise.all([page.message(state, OPENED), env.page().message(state, OPENED)])
  const urls = [first, ...others].map(({ step }) => step.url)
  assert.deepEqual(urls.toSorted(), widgetUrls(env).toSorted())
  assert.equal(new Set(urls).size, 3)
  assert.deepEqual(
    others.map(({ step }) => [step.kind, step.number]),
    Array(2).fill(['redirect', 1]),
  )
})

test('a page that was reloaded does not get the address that it spent', async (t) => {
  const { env, page, state } = await atWidget(t)
  await page.message(state, OPENED)
  env.bank.clock.advance(4_000)
  await env.handle.sweep()
  const again = await env.page().getState(state)
  assert.notEqual((await page.message(again, OPENED)).step.url, state.step.url)
})

test('an address is too old after ten minutes', async (t) => {
  const { env, page, state } = await atWidget(t)
  env.bank.clock.advance(10 * 60_000)
  const later = await page.message(state, OPENED)
  assert.deepEqual([later.step.kind, later.step.number], ['redirect', 1])
  assert.notEqual(later.step.url, state.step.url)
})

for (const fault of [{ kind: 'lost-reply' }, { kind: 'html' }, { kind: 'status', status: 429 }]) {
  test(`if MX sends no fresh address (${fault.kind}), the page is told to repeat, and the window stays`, async (t) => {
    const { env, page, state } = await atWidget(t)
    await page.message(state, OPENED)
    env.bank.fault({ on: 'window', ...fault })
    const refused = await page.message(state, OPENED)
    assert.deepEqual([refused.status, refused.code, refused.next], [503, 'UNAVAILABLE', 'retry-later'])
    assert.equal((await page.getState(state)).step.url, state.step.url)
    const again = await page.message(state, OPENED)
    assert.notEqual(again.step.url, state.step.url)
  })
}

test('after a crash during the request for a fresh address, another server gets one for the same window', async (t) => {
  const { env, page: other, state } = await atWidget(t)
  await other.message(state, OPENED)
  let asked = 0
  const never = () => new Promise((_, reject) => t.after(() => reject(new TypeError())))
  const fetch = async (url, init) => {
    const reply = await env.wire.fetch(url, init)
    return url.endsWith('/widget_urls') && ++asked ? never() : reply
  }
  void page(edge({ ...env.config, fetch })).message(state, OPENED)
  await until(() => asked === 1, 'the server asks for an address')
  env.bank.clock.advance(70_000)
  const refused = await other.message(state, OPENED)
  assert.deepEqual([refused.status, refused.next], [503, 'retry-later'])
  const again = await other.message(state, OPENED)
  assert.deepEqual([again.step.kind, again.step.number], ['redirect', 1])
  assert.notEqual(again.step.url, state.step.url)
})

test('a flow gets a limited number of fresh addresses', async (t) => {
  const { env, page, state } = await atWidget(t, { limits: { answersPerFlow: 2 } })
  for (let opened = 0; opened < 3; opened++) assert.equal((await page.message(state, OPENED)).step.kind, 'redirect')
  const refused = await page.message(state, OPENED)
  assert.deepEqual([refused.status, refused.code, refused.next], [429, 'RATE_LIMITED', 'start-over'])
  assert.equal(widgetUrls(env).length, 3)
})

test('without limits of your own, a flow gets twenty fresh addresses', async (t) => {
  const { env, page, state } = await atWidget(t)
  for (let opened = 0; opened < 21; opened++) assert.equal((await page.message(state, OPENED)).step.kind, 'redirect')
  assert.equal((await page.message(state, OPENED)).code, 'RATE_LIMITED')
  assert.equal(widgetUrls(env).length, 21)
})

test('the message is ignored if the flow is at another step', async (t) => {
  const { env, page, state } = await atWidget(t)
  await page.cancel(state)
  const calls = env.wire.calls.length
  assert.equal((await page.message(state, OPENED)).step.kind, 'failed')
  assert.equal(env.wire.calls.length, calls)
})
