/** Tickets: flows of those without any storage, and what can be done to them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { pathToFileURL } from 'node:url'
import { resolve } from '../package/bench.mjs'
import { hasty } from '../package/edge-stub.mjs'
import { KEYS, MINUTE, ORIGIN, bench, byFlinks, byMx, edge, page as pageOf, rightBy, walk } from './bench.mjs'

const { remote } = await import(pathToFileURL(resolve('bank-mfa/remote')))

const connections = (bank) => ({ 'ann/c_1': byFlinks(bank, 'Greatday'), 'bob/c_1': byFlinks(bank, 'Greatday') })
const asked = async (t, more) => {
  const stage = bench(t, { connections, store: 'ticket', ...more })
  const page = stage.page()
  return { stage, page, state: await page.settled(await page.start('c_1')) }
}
const look = async (page, state) => {
  const { status, code } = await page.look(state)
  return [status, code]
}

for (const [vendor, connection] of [
  ['Flinks', (bank) => byFlinks(bank, 'many_rounds')],
  ['MX', (bank) => byMx(bank, 'text')],
]) {
  test(`a flow of ${vendor}'s goes to its end in its ticket, at a new machine each time`, async (t) => {
    const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), store: 'ticket' })
    const everywhere = (...given) => edge(stage.config)(...given)
    const own = pageOf(everywhere)
    const right = vendor === 'MX' ? () => ({ '1.1.answer': 'Chicago' }) : rightBy(stage)
    const end = await walk(own, await own.start('c_1'), right)
    assert.equal(end.step.kind, 'done')
    assert.equal(stage.told.ended.length, 1)
  })
}

test('a ticket tells nothing, and its length little', async (t) => {
  const { stage, page } = await asked(t)
  const [, , , text] = page.ticket.split('.')
  assert.equal((Buffer.from(text, 'base64url').length - 16) % 2048, 0)
  const readable = Buffer.from(text, 'base64url').toString('latin1')
  for (const secret of [stage.bank.loginId('Greatday'), stage.bank.secretKey, 'ann'])
    assert.ok(!readable.includes(secret))
})

test('without a ticket, or with one that was changed, there is no flow', async (t) => {
  const { page, state } = await asked(t)
  const { ticket } = page
  page.ticket = undefined
  assert.deepEqual(await look(page, state), [404, 'NOT_FOUND'])
  for (let at = 0; at < ticket.length; at += 97) {
    page.ticket = ticket.slice(0, at) + (ticket[at] === 'A' ? 'B' : 'A') + ticket.slice(at + 1)
    const [status, code] = await look(page, state)
    assert.ok(status === 400 && code.startsWith('SNAPSHOT_'), `${at} ${code}`)
  }
  page.ticket = ticket
  assert.deepEqual(await page.look(state), state)
})

test('another user’s ticket is no flow of this one’s, with any handle', async (t) => {
  const { stage, page, state } = await asked(t)
  const bob = stage.page('bob')
  const his = await bob.start('c_1')
  bob.ticket = page.ticket
  assert.deepEqual(await look(bob, state), [404, 'NOT_FOUND'])
  assert.deepEqual(await look(bob, his), [400, 'SNAPSHOT_UNREADABLE'])
})

test('a ticket of another flow on the same connection is none of this one’s', async (t) => {
  const { page, state } = await asked(t)
  const { ticket } = page
  const other = await page.start('c_1')
  page.ticket = ticket
  assert.deepEqual(await look(page, other), [404, 'NOT_FOUND'])
  assert.deepEqual(await page.look(state), state)
})

test('a ticket of another version is told as one', async (t) => {
  const { page, state } = await asked(t)
  page.ticket = page.ticket.replace('bm1', 'bm0')
  assert.deepEqual(await look(page, state), [400, 'SNAPSHOT_VERSION'])
})

test('a ticket of a key that there is not does not open, and nobody is troubled', async (t) => {
  const { stage, page, state } = await asked(t)
  page.ticket = page.ticket.replace('.k1.', '.k9.')
  assert.deepEqual(await look(page, state), [400, 'SNAPSHOT_UNREADABLE'])
  assert.deepEqual(stage.told.errors, [])
})

test('a ticket that is a quarter of an hour old has expired', async (t) => {
  const { stage, page, state } = await asked(t)
  stage.bank.clock.advance(15 * MINUTE)
  assert.deepEqual(await look(page, state), [410, 'session-expired'])
})

test('a ticket goes on over a rotation of the keys', async (t) => {
  const { stage, page, state } = await asked(t)
  stage.config.seal = { current: 'k2', keys: KEYS }
  const own = edge(stage.config)
  const asks = pageOf(own)
  asks.ticket = page.ticket
  assert.equal((await asks.answer(state, 1, rightBy(stage)(state.step.round))).step.kind, 'done')
  assert.match(asks.ticket, /^bm1\.k2\./)
})

test('a ticket from before an answer is refused by the machine that took the answer', async (t) => {
  const { stage, page, state } = await asked(t)
  const { ticket } = page
  const right = rightBy(stage)(state.step.round)
  assert.equal((await page.answer(state, 1, right)).step.kind, 'done')
  page.ticket = ticket
  const refused = await page.answer(state, 1, right)
  assert.deepEqual([refused.status, refused.code], [409, 'OUT_OF_TURN'])
  assert.equal(stage.bank.counts().answers, 1)
})

test('a double click with one ticket sends once at one machine', async (t) => {
  const { stage, page: first, state } = await asked(t)
  const right = rightBy(stage)(state.step.round)
  const click = () => {
    const own = pageOf(stage.handle)
    own.ticket = first.ticket
    return own.answer(state, 1, right)
  }
  const replies = await Promise.all([click(), click(), click()])
  assert.deepEqual(replies.map(({ step, code }) => step?.kind ?? code).sort(), ['OUT_OF_TURN', 'OUT_OF_TURN', 'done'])
  assert.equal(stage.bank.counts().answers, 1)
})

test('no ticket begins with credentials', async (t) => {
  const typed = (bank) => {
    const { username, password } = bank.people.find(({ username }) => username === 'Greatday')
    const flow = { kind: 'authorize', params: { username, password, institution: 'FlinksCapital' } }
    return { 'ann/c_1': { ...byFlinks(bank, 'Greatday'), flow } }
  }
  const stage = bench(t, { connections: typed, store: 'ticket' })
  const refused = await stage.page().start('c_1')
  assert.deepEqual([refused.status, refused.code, refused.path], [500, 'INVALID_INPUT', '/params'])
  assert.equal(stage.bank.counts().credentials, 0)
})

// Machines that share nothing --------------------------------------------------------------------

const isAnswer = (_, { body }) => body?.includes('SecurityResponses') ?? false
const isStart = (url, init) => url.endsWith('/Authorize') && !isAnswer(url, init)
const isMint = (url) => url.endsWith('/GenerateAuthorizeToken')

/** A vendor that hears a call of a kind, and takes its time with the first reply. */
function slow(isKind) {
  let [hear, release] = []
  const heard = new Promise((resolve) => (hear = resolve))
  const released = new Promise((resolve) => (release = resolve))
  let calls = 0
  const fetch = (send) => async (url, init) => {
    const isSlow = isKind(url, init) && ++calls === 1
    const reply = await send(url, init)
    if (isSlow) {
      hear()
      await released
    }
    return reply
  }
  return { fetch, heard, release }
}

/** A page at another machine, with the ticket of this one. */
function elsewhere(stage, { ticket }) {
  const other = pageOf(edge(stage.config))
  other.ticket = ticket
  return other
}

test('an answer that the bank is slow with is sent once: its ticket comes after 25 seconds, and asks what is true', async (t) => {
  const { fetch, heard, release } = slow(isAnswer)
  const { stage, page, state } = await asked(t, { fetch })
  const right = rightBy(stage)(state.step.round)
  const before = stage.bank.clock.now()
  const answered = page.answer(state, 1, right)
  await heard
  stage.bank.clock.advance(25_000)
  const sending = await answered
  assert.deepEqual([sending.step.kind, sending.step.stage], ['working', 'answer'])
  assert.equal(stage.bank.clock.now(), before + 25_000)

  // Its sender may still be at it.
  const other = elsewhere(stage, page)
  const waits = stage.waits()
  const again = other.answer(state, 1, right)
  await waits
  stage.bank.clock.advance(25_000)
  assert.deepEqual(await again, sending)
  release()
  stage.bank.clock.advance(250_000)
  assert.equal((await other.settled(sending)).step.kind, 'done')
  assert.equal(stage.bank.counts().answers, 1)
  assert.equal(stage.told.ended.length, 1)
})

test('an answer that leads to what no ticket holds was sent, and its ticket says so', async (t) => {
  const fetch = (send) => async (url, init) => {
    const reply = await send(url, init)
    if (!isAnswer(url, init)) return reply
    const SecurityChallenges = [{ Type: 'QuestionAndAnswer', Prompt: 'x'.repeat(20_000) }]
    const { RequestId } = JSON.parse(init.body)
    return Response.json({ HttpStatusCode: 203, RequestId, SecurityChallenges }, { status: 203 })
  }
  const { stage, page, state } = await asked(t, { fetch })
  const sent = await page.answer(state, 1, rightBy(stage)(state.step.round))
  assert.deepEqual([sent.step?.kind, sent.step?.stage], ['working', 'answer'])
  const other = elsewhere(stage, page)
  stage.bank.clock.advance(250_000)
  assert.equal((await other.settled(sent)).step.kind, 'done')
  assert.equal(stage.bank.counts().answers, 1)
})

/** A page whose first look begins a flow, gets its ticket after 25 seconds, and no reply of the vendor before that. */
async function slowStart(t, isKind) {
  const { fetch, heard, release } = slow(isKind)
  const stage = bench(t, { connections, store: 'ticket', fetch })
  const page = stage.page()
  const begun = await page.start('c_1')
  const looked = page.look(begun, begun.version)
  await heard
  stage.bank.clock.advance(25_000)
  return { stage, page, state: await looked, release }
}

test('a start that the bank is slow with is made once', async (t) => {
  const { stage, page, state: sending, release } = await slowStart(t, isStart)
  assert.equal(sending.step.kind, 'working')
  const other = elsewhere(stage, page)
  stage.bank.clock.advance(250_000)
  const { step } = await other.settled(sending)
  assert.deepEqual([step.failure.code, step.failure.next], ['outcome-unknown', 'retry-later'])
  release()
  assert.equal(stage.bank.counts().liveStarts, 1)
})

test('a machine whose ticket was given away sends nothing any more, and another one does', async (t) => {
  const { stage, page, state: waiting, release } = await slowStart(t, isMint)
  release()
  for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate)
  assert.equal(stage.bank.counts().liveStarts, 0)
  const other = elsewhere(stage, page)
  stage.bank.clock.advance(40_000)
  assert.equal((await other.settled(waiting)).step.kind, 'challenge')
  assert.equal(stage.bank.counts().liveStarts, 1)
})

test('a start sends nothing before its ticket comes back', async (t) => {
  const stage = bench(t, { connections, store: 'ticket' })
  const page = stage.page()
  await page.start('c_1')
  await page.look(await page.start('c_1'))
  const { liveStarts, tokensMinted } = stage.bank.counts()
  assert.deepEqual([liveStarts, tokensMinted], [0, 0])
})

for (const [name, isLost, end, counts] of [
  ['start', (url, lost) => url.endsWith('/flows') && lost === 0, 'done', [1, 1]],
  ['look that begins', (url) => url.endsWith('?after=1'), 'outcome-unknown', [1, 0]],
  ['answer', (url) => url.endsWith('/answer'), 'outcome-unknown', [1, 1]],
]) {
  test(`the package’s page loses the reply to its ${name}, each call at another machine: nothing reaches the bank twice`, async (t) => {
    const stage = bench(t, { connections, store: 'ticket' })
    const machines = [stage.handle, edge(stage.config)]
    let [calls, lost] = [0, 0]
    const fetch = async (url, init) => {
      const reply = await machines[calls++ % 2](new Request(url, init))
      if (!isLost(url, lost)) return reply
      lost += 1
      throw new TypeError()
    }
    const headers = { authorization: 'Bearer ann', origin: ORIGIN }
    const flow = remote('https://edge.example/mfa', { fetch, clock: hasty(), headers }).start({ connection: 'c_1' })
    t.after(flow.cancel)
    for await (const step of flow) if (step.kind === 'challenge') await step.answer(rightBy(stage)(step.round))
    assert.equal(flow.current.failure?.code ?? flow.current.kind, end)
    const { liveStarts, answers } = stage.bank.counts()
    assert.deepEqual([lost, liveStarts, answers], [1, ...counts])
  })
}
