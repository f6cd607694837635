/** While a page waits at an open round of MX, the edge asks MX whether the round is still open. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { until } from '../lib/until.mjs'
import { edge, memoryStore, mxConnection, page as pageOf, setup } from './setup.mjs'

/** The cryptographic operations under way. They run in threads of their own, and can take long on a busy machine. */
let operations = 0
for (const name of ['importKey', 'deriveKey', 'sign', 'encrypt', 'decrypt']) {
  const operation = SubtleCrypto.prototype[name]
  SubtleCrypto.prototype[name] = function (...args) {
    operations++
    return operation.apply(this, args).finally(() => operations--)
  }
}

/** Resolves when the edge has done what it can do at this time, so that the virtual time does not run ahead of it. */
const settle = async () => {
  for (let quiet = 0; quiet < 20; quiet = operations > 0 ? 0 : quiet + 1) {
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** A flow of a member that waits at its first round. `writes` counts the writes of the store since then. */
async function atRound(t, name, more) {
  const store = memoryStore()
  const counted = { writes: 0 }
  const counting = { ...store, write: (...args) => (counted.writes++, store.write(...args)) }
  const connections = (bank) => ({ 'ann/c_1': mxConnection(bank, name) })
  const env = setup(t, { connections, store: counting, ...more })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.kind, 'challenge')
  counted.writes = 0
  const made = env.wire.calls.length
  const watches = () => env.wire.calls.slice(made).filter(({ url }) => url.endsWith('/status')).length
  /** Lets time pass, second by second. */
  const pass = async (seconds) => {
    for (let second = 0; second < seconds; second++) {
      await settle()
      env.bank.clock.advance(1_000)
      await settle()
    }
  }
  /** Lets time pass until a condition is met, or until a promise has settled. */
  const passUntil = async (condition, what) => {
    let settled = false
    if (condition instanceof Promise) condition.finally(() => (settled = true)).catch(() => {})
    const isMet = typeof condition === 'function' ? condition : () => settled
    await until(async () => (await pass(1), isMet()), what, { limitMs: 45_000 })
    return typeof condition === 'function' ? undefined : condition
  }
  /** Follows the flow, as a page does, until `stop()`. */
  const follow = (page) => {
    let [newest, stopped] = [state, false]
    const isOver = () => stopped || ['done', 'failed'].includes(newest.step.kind)
    const run = async () => {
      while (!isOver()) newest = await page.getState(newest, newest.version)
      return newest
    }
    const ended = run()
    const stop = () => {
      stopped = true
      return passUntil(ended, 'the last request ends')
    }
    return { ended, stop }
  }
  return { ...env, page, state, counted, watches, pass, passUntil, follow }
}

const answers = ({ step }, text) => ({ [step.round.challenges[0].fields[0].name]: text })

test('if no page is connected, nobody asks the vendor', async (t) => {
  const { handle, pass, watches, counted } = await atRound(t, 'text')
  for (let minute = 0; minute < 3; minute++) {
    await pass(60)
    await handle.sweep()
  }
  assert.deepEqual([watches(), counted.writes], [0, 0])
})

test('while a page polls, the round is watched with two writes each, and the version stays', async (t) => {
  const { page, state, pass, passUntil, follow, watches, counted } = await atRound(t, 'text')
  const followed = follow(page)
  await passUntil(() => watches() === 3 && counted.writes === 6, 'three watches')
  assert.deepEqual(await followed.stop(), state)
  const before = watches()
  await pass(60)
  assert.equal(watches(), before, 'the page is gone')
})

test('while an event stream is open, the round is watched', async (t) => {
  const { page, state, passUntil, watches } = await atRound(t, 'approved_in_app')
  const reply = await page.ask('GET', `/flows/${state.flow}`, undefined, { accept: 'text/event-stream' })
  const text = reply.text()
  const kinds = [...(await passUntil(text, 'the flow is done')).matchAll(/^data: (.*)$/gm)].map(
    ([, data]) => JSON.parse(data).step.kind,
  )
  assert.deepEqual([kinds[0], kinds.at(-1)], ['challenge', 'done'])
  assert.equal(kinds.filter((kind) => kind === 'challenge').length, 1)
  assert.ok(watches() > 0)
})

for (const [name, code] of [
  ['approved_in_app', 'done'],
  ['expires_soon', 'session-expired'],
]) {
  test(`${name}: a waiting page gets the ending ${code}, and a late answer gets it, too`, async (t) => {
    const { bank, page, state, passUntil, follow } = await atRound(t, name)
    await passUntil(follow(page).ended, 'the flow ends')
    const { step } = await page.answer(state, 1, answers(state, 'hunter2'))
    assert.deepEqual([step.failure?.code ?? step.kind, bank.counts().answers], [code, 0])
  })
}

/** Holds the reply to the next status request. */
function holding() {
  let release = () => {}
  const held = { next: false, waiting: false, release: () => release() }
  held.fetch = (fetch) => async (url, init) => {
    const reply = await fetch(url, init)
    if (held.next && url.endsWith('/status')) {
      held.next = false
      held.waiting = true
      await new Promise((resolve) => (release = resolve))
    }
    return reply
  }
  return held
}

test('an answer during a watch waits for its end, and is sent once without a pre-check', async (t) => {
  const held = holding()
  const { bank, wire, page, state, passUntil, follow, watches } = await atRound(t, 'text', { fetch: held.fetch })
  held.next = true
  const followed = follow(page)
  await passUntil(() => held.waiting, 'a watch is under way')
  const answered = page.answer(state, 1, answers(state, 'Chicago'))
  await settle()
  assert.deepEqual([watches(), bank.counts().answers], [1, 0])
  held.release()
  const after = await page.settled(await answered)
  assert.deepEqual([after.step.kind, bank.counts().answers], ['done', 1])
  assert.deepEqual(bank.counts().broken, {})
  const calls = wire.calls.map(({ url }) => url.split('/').at(-1))
  assert.deepEqual(calls.slice(calls.indexOf('resume') - 1, calls.indexOf('resume')), ['status'])
  assert.deepEqual((await followed.ended).step, after.step)
})

test('an invalid answer while a watch is due is refused, and leaves no lease', async (t) => {
  const { bank, page, state, counted } = await atRound(t, 'text')
  bank.clock.advance(60_000)
  const { status, code } = await page.answer(state, 1, {})
  assert.deepEqual([status, code, counted.writes], [422, 'INVALID_ANSWER', 0])
  const after = await page.settled(await page.answer(state, 1, answers(state, 'Chicago')))
  assert.equal(after.step.kind, 'done')
})

test('several pages at two servers lead to one watch per pause', async (t) => {
  const { config, bank, page, state, passUntil, follow, watches } = await atRound(t, 'text')
  const other = pageOf(edge(config))
  const begun = bank.clock.now()
  const followed = [page, page, other, other].map(follow)
  await passUntil(() => watches() === 4, 'four watches')
  assert.ok(bank.clock.now() - begun >= 28_000)
  assert.deepEqual(bank.counts().broken, {})
  for (const { stop } of followed) assert.deepEqual(await stop(), state)
})

test('a webhook watches a round at once, if no page is connected', async (t) => {
  const webhooks = { findConnection: () => ({ user: 'ann', connection: 'c_1' }) }
  const { bank, handle, page, state, watches } = await atRound(t, 'expires_soon', { webhooks })
  bank.clock.advance(60_000)
  const { userGuid, memberGuid } = bank.mx.member('expires_soon')
  const tasks = []
  const init = { method: 'POST', body: JSON.stringify({ user_guid: userGuid, member_guid: memberGuid }) }
  const request = new Request('https://edge.example/mfa/webhooks/mx', init)
  const reply = await handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
  assert.equal(reply.status, 204)
  for (let at = 0; at < tasks.length; at++) await tasks[at]
  const { step } = await page.getState(state)
  assert.deepEqual([step.failure.code, watches()], ['session-expired', 1])
})

test('a server that dies during a watch keeps out an answer until its lease has expired', async (t) => {
  const held = holding()
  const { config, bank, page, state, passUntil, follow } = await atRound(t, 'text', { fetch: held.fetch })
  held.next = true
  const followed = follow(page)
  await passUntil(() => held.waiting, 'a watch is under way')
  const died = bank.clock.now()
  const other = pageOf(edge({ ...config, fetch: bank.fetch }))
  const answer = () => passUntil(other.answer(state, 1, answers(state, 'Chicago')), 'a reply to the answer')
  let after = await answer()
  while (after.code === 'UNAVAILABLE') after = await answer()
  assert.deepEqual([(await other.settled(after)).step.kind, bank.counts().answers], ['done', 1])
  assert.ok(bank.clock.now() - died >= 15_000)
  held.release()
  await followed.ended
})
