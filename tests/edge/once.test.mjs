/** At most once: whoever answers, how often, at how many machines, and whatever dies in it. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { SEAL, approve, bench, byFlinks, byMx, edge, page, rightBy, sealer, walk } from './bench.mjs'

const connections = (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday'), 'bob/c_1': byFlinks(bank, 'text_or_call') })
const settled = () => new Promise(setImmediate)
const asked = async (t, more) => {
  const stage = bench(t, { connections, ...more })
  const page = stage.page()
  return { stage, page, state: await page.settled(await page.start('c_1')) }
}

test('fifty starts at once are one flow, one token and one session of the bank', async (t) => {
  const stage = bench(t, { connections, limits: { startsPerHour: 99 } })
  const machines = [stage.handle, edge(stage.config), edge(stage.config)]
  const states = await Promise.all(Array.from({ length: 50 }, (_, at) => page(machines[at % 3]).start('c_1')))
  assert.equal(new Set(states.map(({ flow }) => flow)).size, 1)
  const first = stage.page()
  await first.settled(states[0])
  const { liveStarts, tokensMinted } = stage.bank.counts()
  assert.deepEqual([liveStarts, tokensMinted], [1, 1])
})

for (const [vendor, connection] of [
  ['Flinks', (bank) => byFlinks(bank, 'Greatday')],
  ['MX', (bank) => byMx(bank, 'text')],
]) {
  test(`fifty answers to the same round at once, at three machines: ${vendor} hears one, and all get its outcome`, async (t) => {
    const { stage, page: first, state } = await asked(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }) })
    const machines = [stage.handle, edge(stage.config), edge(stage.config)]
    const right = vendor === 'MX' ? { '1.1.answer': 'Chicago' } : rightBy(stage)(state.step.round)
    const ends = await Promise.all(
      Array.from({ length: 50 }, async (_, at) => {
        const own = page(machines[at % 3])
        return own.settled(await own.answer(state, 1, right))
      }),
    )
    assert.deepEqual([...new Set(ends.map((end) => JSON.stringify(end)))], [JSON.stringify(ends[0])])
    assert.equal(ends[0].step.kind, 'done')
    const resumes = stage.wire.calls.filter(({ url, json }) => url.endsWith('/resume') || json?.SecurityResponses)
    assert.equal(resumes.length, 1)
    assert.deepEqual(await first.look(state), ends[0])
  })
}

test('an answer that comes again gets what the first one led to, even another answer', async (t) => {
  const { stage, page, state } = await asked(t)
  const right = rightBy(stage)(state.step.round)
  const end = await page.answer(state, 1, right)
  assert.deepEqual(await page.answer(state, 1, right), end)
  assert.deepEqual(await page.answer(state, 1, { '1.1.answer': 'wrong' }), end)
  assert.equal(stage.bank.counts().answers, 1)
})

test('a replayed answer to an old round gets the round that stands, and is not sent', async (t) => {
  const { stage, page, state } = await asked(t, {
    connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'many_rounds') }),
  })
  const right = rightBy(stage)(state.step.round)
  const second = await page.settled(await page.answer(state, 1, right))
  assert.equal(second.step.round.number, 2)
  assert.deepEqual(await page.answer(state, 1, right), second)
  assert.equal(stage.bank.counts().answers, 1)
})

test('a second start joins, in whatever page, and sees the same', async (t) => {
  const { stage, state } = await asked(t)
  assert.deepEqual(await stage.page().start('c_1'), state)
  assert.deepEqual([stage.bank.counts().liveStarts, stage.told.asked.length], [1, 1])
})

test('a start that comes again after the end gets what the first one led to', async (t) => {
  const { people } = bench(t).bank
  const { username, password } = people.find(({ username }) => username === 'greatday_nomfa')
  const params = { username, password, institution: 'FlinksCapital' }
  const byPassword = (bank) => ({ ...byFlinks(bank, username), flow: { kind: 'authorize', params } })
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byPassword(bank) }) })
  const page = stage.page()
  const start = (flow) => page.call('POST', '/flows', { connection: 'c_1', flow })
  const end = await page.settled(await start('a'.repeat(32)))
  assert.deepEqual(await start('a'.repeat(32)), end)
  assert.equal(stage.bank.counts().credentials, 1)
  const refused = await start('A')
  assert.deepEqual([refused.status, refused.path], [400, '/body/flow'])
})

test('several ids of one connection are one flow, where they have one key', async (t) => {
  const both = (bank) => {
    const connection = { ...byFlinks(bank, 'Greatday'), key: 'the card' }
    return { 'ann/c_1': connection, 'ann/c_2': connection }
  }
  const { stage, state } = await asked(t, { connections: both })
  assert.deepEqual(await stage.page().start('c_2'), state)
})

test('one token serves one session of one flow, and is gone with it', async (t) => {
  const stage = bench(t, { connections })
  const [ann, bob] = [stage.page('ann'), stage.page('bob')]
  const states = [await ann.settled(await ann.start('c_1')), await bob.settled(await bob.start('c_1'))]
  const tokens = async ({ flow }) => {
    const [id] = flow.split('.')
    return JSON.parse(await sealer(SEAL).open((await stage.store.read(id)).sealed, id)).tokens
  }
  const [hers, his] = [await tokens(states[0]), await tokens(states[1])]
  assert.deepEqual([Object.keys(hers), Object.keys(his), hers['1'] === his['1']], [['1'], ['1'], false])
  const end = await walk(ann, states[0], () => ({ '1.1.answer': 'Montreal' }))
  assert.deepEqual([end.step.kind, await tokens(end)], ['done', {}])
  assert.deepEqual(stage.bank.counts().broken, {})
  await bob.cancel(states[1])
  assert.deepEqual(await tokens(states[1]), {})
})

test('where no token comes nothing is sent, and where the key is refused the flow says so', async (t) => {
  const refused = (bank) => ({ 'ann/c_1': { ...byFlinks(bank, 'Greatday'), secretKey: 'hunter2' } })
  const { state } = await asked(t, { connections: refused })
  assert.deepEqual([state.step.failure.code, state.step.failure.next], ['secret-missing', 'fix-integration'])
  const broken = (fetch) => (url, init) => (url.endsWith('Token') ? Promise.reject(new TypeError()) : fetch(url, init))
  const other = await asked(t, { fetch: broken })
  assert.equal(other.state.step.failure.code, 'unreachable')
  assert.equal(other.stage.bank.counts().liveStarts, 0)
})

/** An edge whose machine dies once the bank has heard a call of a kind. */
function dying(t, stage, dies) {
  let dead = false
  // What it waited for is over with the test.
  const never = () => new Promise((_, reject) => t.after(() => reject(new TypeError())))
  const fetch = async (url, init) => {
    if (dead) throw new TypeError()
    const reply = await stage.wire.fetch(url, init)
    dead = dies(url, init)
    return dead ? never() : reply
  }
  return edge({ ...stage.config, fetch })
}

test('a machine dies while it sends an answer: another one waits, and then asks what is true', async (t) => {
  const { stage, page: other, state } = await asked(t)
  const machine = page(dying(t, stage, (_, { body }) => body?.includes('SecurityResponses') ?? false))
  void machine.answer(state, 1, rightBy(stage)(state.step.round))
  while (stage.bank.counts().answers === 0) await settled()

  const now = await other.look(state)
  assert.equal(now.step.kind, 'working')
  await stage.handle.sweep()
  assert.equal((await other.look(state)).version, now.version, 'its sender may still be at it')
  stage.bank.clock.advance(250_000)
  const end = await other.settled(await other.answer(state, 1, { '1.1.answer': 'again' }))
  assert.equal(end.step.kind, 'done')
  const { answers, tokensMinted } = stage.bank.counts()
  assert.deepEqual([answers, tokensMinted], [1, 2], 'the confirmation is a session of its own')
})

test('a machine dies while it mints a token: another one begins anew, and the handle stays', async (t) => {
  const stage = bench(t, { connections })
  const machine = page(dying(t, stage, (url) => url.endsWith('GenerateAuthorizeToken')))
  const begun = await machine.start('c_1')
  const other = stage.page()
  assert.deepEqual(await other.start('c_1'), begun)
  stage.bank.clock.advance(40_000)
  const state = await other.settled(begun)
  assert.deepEqual([state.flow, state.step.kind, stage.bank.counts().liveStarts], [begun.flow, 'challenge', 1])
})

test('a machine dies while it mints a token for the frame, or to confirm its claim: another one goes on there', async (t) => {
  for (const [minted, last] of [
    [2, 'connect'],
    [3, 'done'],
  ]) {
    const connections = (bank) => ({ 'ann/c_1': byFlinks(bank, 'broken_login', 'reconnect', { institutionId: 14 }) })
    const stage = bench(t, { connections })
    let mints = 0
    const machine = page(dying(t, stage, (url) => url.endsWith('GenerateAuthorizeToken') && ++mints === minted))
    const begun = await machine.start('c_1')
    if (last === 'done') {
      const claim = { loginId: stage.bank.loginId('broken_login') }
      void machine.message(await machine.settled(begun), { kind: 'returned', claim })
    }
    while (mints < minted) await settled()
    stage.bank.clock.advance(40_000)
    const state = await stage.page().settled(begun)
    assert.deepEqual([state.step.kind, stage.bank.counts().liveStarts], [last, 1])
  }
})

test('a machine dies while it looks for who came back: another one looks, and the window is not shown again', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'oauth') }) })
  const other = stage.page()
  const state = await other.settled(await other.start('c_1'))
  stage.bank.clock.advance(4_000)
  let looks = 0
  const machine = page(dying(t, stage, (url) => url.endsWith('/status') && ++looks === 1))
  void machine.message(state, { kind: 'landed', url: await approve(stage.bank, state.step.url) })
  while (looks === 0) await settled()
  const now = await other.look(state)
  assert.equal(now.step.kind, 'working')
  stage.bank.clock.advance(70_000)
  assert.equal((await other.settled(now)).step.kind, 'done')
})

test('a person who comes back while the flow looks is looked for again', async (t) => {
  let [held, release] = []
  const fetch = (call) => async (url, init) => {
    const reply = await call(url, init)
    await held
    return reply
  }
  const stage = bench(t, { fetch, connections: (bank) => ({ 'ann/c_1': byMx(bank, 'oauth_migrated') }) })
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  held = new Promise((resolve) => (release = resolve))
  stage.bank.clock.advance(4_000)
  const made = stage.wire.calls.length
  const looking = stage.handle.sweep()
  while (stage.wire.calls.length === made) await settled()
  const url = await approve(stage.bank, state.step.url)
  const came = page.message(state, { kind: 'landed', url })
  await settled()
  release()
  await looking
  assert.equal((await page.settled(await came)).step.kind, 'done')
  assert.ok(stage.wire.calls.at(-1).url.includes(new URL(url).searchParams.get('member_guid')))
})

test('a machine that was slow is too late: what it brings is dropped', async (t) => {
  const { stage, page: other, state } = await asked(t)
  let release
  const slow = async (url, init) => {
    const reply = await stage.wire.fetch(url, init)
    await new Promise((resolve) => (release = resolve))
    return reply
  }
  const machine = page(edge({ ...stage.config, fetch: slow }))
  const answered = machine.answer(state, 1, rightBy(stage)(state.step.round))
  while (release === undefined) await settled()
  const cancelled = await other.cancel(state)
  assert.deepEqual([cancelled.step.failure.code, cancelled.step.failure.next], ['cancelled', 'retry-later'])
  release()
  assert.deepEqual(await answered, cancelled)
  assert.deepEqual(
    stage.told.ended.map(({ failure }) => failure?.code),
    ['cancelled'],
  )
})

test('a start after a cancelled flow does not wait for what the vendor never replied to', async (t) => {
  let release
  const hangs = (send) => async (url, init) => {
    const reply = await send(url, init)
    if (release === undefined && init.body?.includes('SecurityResponses'))
      await new Promise((resolve) => (release = resolve))
    return reply
  }
  const { stage, page, state } = await asked(t, { fetch: hangs })
  const answered = page.answer(state, 1, rightBy(stage)(state.step.round))
  while (release === undefined) await settled()
  const cancelled = await page.cancel(state)
  const next = await page.settled(await page.start('c_1'))
  assert.notEqual(next.flow, state.flow)
  assert.equal(next.step.kind, 'challenge')

  // What comes of it after all changes nothing of the flow that runs.
  release()
  assert.equal((await answered).code, 'NOT_FOUND')
  assert.deepEqual(await page.look(next), next)
  assert.equal((await walk(page, next, rightBy(stage))).step.kind, 'done')
  assert.equal(cancelled.step.failure.next, 'retry-later')
})

test('where the store fails before a send, nothing is sent', async (t) => {
  const { stage, page, state } = await asked(t)
  const { write } = stage.store
  stage.store.write = () => Promise.reject(new Error('hunter2'))
  const refused = await page.answer(state, 1, rightBy(stage)(state.step.round))
  assert.deepEqual([refused.status, refused.code], [503, 'UNAVAILABLE'])
  stage.store.write = write
  assert.deepEqual([await page.look(state), stage.bank.counts().answers], [state, 0])
  assert.equal((await page.answer(state, 1, rightBy(stage)(state.step.round))).step.kind, 'done')
})

test('nobody looks, and the flow goes on by the sweep, and asks once', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'text') }) })
  const page = stage.page()
  const begun = await page.start('c_1')
  for (let sweeps = 0; sweeps < 60; sweeps++) {
    await stage.handle.sweep()
    stage.bank.clock.advance(4_000)
  }
  const state = await page.look(begun)
  assert.equal(state.step.kind, 'challenge')
  assert.deepEqual(
    stage.told.asked.map(({ round, present }) => [round, present]),
    [[1, false]],
  )
})

test('what a person has left is ended by the sweep, and then deleted', async (t) => {
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': byMx(bank, 'text') }) })
  const page = stage.page()
  const { flow } = await page.settled(await page.start('c_1'))
  const [id] = flow.split('.')
  stage.bank.clock.advance(136 * 60_000)
  await stage.handle.sweep()
  assert.deepEqual(
    stage.told.ended.map(({ failure }) => failure.code),
    ['cancelled'],
  )
  stage.bank.clock.advance(11 * 60_000)
  await stage.handle.sweep()
  assert.equal(await stage.store.read(id), null)
})

test('an answer whose outcome takes long is replied to after 25 seconds, and goes on', async (t) => {
  const { stage, page, state } = await asked(t, {
    connections: (bank) => ({ 'ann/c_1': byFlinks(bank, 'slow_after_answer') }),
  })
  const before = stage.bank.clock.now()
  const working = await page.answer(state, 1, rightBy(stage)(state.step.round))
  assert.deepEqual([working.step.kind, stage.bank.clock.now()], ['working', before + 25_000])
  assert.equal((await page.settled(working)).step.kind, 'done')
  assert.equal(stage.bank.counts().answers, 1)
})
