/** The vendors' webhooks: a reason to look, and nothing else. */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import test from 'node:test'
import { MINUTE, bench, byFlinks, byMx, walk } from './bench.mjs'

const KEY = 'a key of the instance'
const MX = ({ userGuid, memberGuid }) => ({
  action: 'CHANGED',
  connection_status: 'CONNECTED',
  connection_status_id: 6,
  connection_status_message: 'hunter2',
  member_guid: memberGuid,
  type: 'CONNECTION_STATUS',
  user_guid: userGuid,
})
const FLINKS = (loginId) => ({
  ResponseType: 'GetAccountsDetail',
  HttpStatusCode: 200,
  Login: { Id: loginId },
  Accounts: [],
})

function hinted(t, connection, more = {}) {
  const tasks = []
  const heard = []
  const webhooks = {
    findConnection(webhook) {
      heard.push(webhook)
      const known =
        webhook.vendor === 'mx'
          ? webhook.memberGuid === stage.bank.mx.member('text').memberGuid
          : webhook.loginId !== null
      return known ? { user: 'ann', connection: 'c_1' } : null
    },
    ...more,
  }
  const stage = bench(t, { connections: (bank) => ({ 'ann/c_1': connection(bank) }), webhooks })
  const send = async (vendor, body, headers = {}) => {
    const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) }
    const request = new Request(`https://edge.example/mfa/webhooks/${vendor}`, init)
    const reply = await stage.handle(request, undefined, { waitUntil: (task) => tasks.push(task) })
    for (let at = 0; at < tasks.length; at++) await tasks[at]
    return reply.status
  }
  return { ...stage, send, heard }
}

test('a hint of MX’s makes a flow look, which writes to the person where MX asks', async (t) => {
  const stage = hinted(t, (bank) => byMx(bank, 'already_challenged'), {
    findConnection: () => ({ user: 'ann', connection: 'c_1' }),
  })
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('already_challenged'))), 204)
  assert.ok(
    stage.wire.calls.every(({ method }) => method === 'GET'),
    'the bank’s session is the person’s to begin',
  )
  assert.deepEqual(
    stage.told.asked.map(({ user, connection, step, present }) => [user, connection, step, present]),
    [['ann', 'c_1', 'challenge', false]],
  )
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('already_challenged'))), 204)
  assert.equal(stage.told.asked.length, 1, 'a hint that comes again is no news')
  const page = stage.page()
  assert.equal((await page.start('c_1')).step.kind, 'challenge', 'the letter’s link leads to the flow')
})

test('what a hint says is not believed', async (t) => {
  const stage = hinted(t, (bank) => byMx(bank, 'text'))
  const page = stage.page()
  const state = await page.settled(await page.start('c_1'))
  const calls = stage.wire.calls.length
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('text'))), 204)
  assert.deepEqual(await page.look(state), state)
  assert.equal(stage.wire.calls.length, calls, 'and a question waits for its person')
})

test('a hint lets a flow that waits for the vendor look, as early as the vendor allows', async (t) => {
  const stage = hinted(t, (bank) => byMx(bank, 'text'))
  const page = stage.page()
  const begun = await page.start('c_1')
  while ((await page.look(begun)).step.until === null) await new Promise(setImmediate)
  const { until } = (await page.look(begun)).step
  const looks = () => stage.wire.calls.filter(({ url }) => url.endsWith('/status')).length
  const before = looks()
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('text'))), 204)
  assert.deepEqual([looks(), stage.bank.clock.now()], [before + 1, until])
})

test('a hint about nobody’s connection, or about another vendor’s, does nothing', async (t) => {
  const stage = hinted(t, (bank) => byFlinks(bank, 'Greatday'))
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('oauth'))), 204)
  assert.equal(await stage.send('flinks', FLINKS(stage.bank.loginId('Greatday'))), 200)
  assert.deepEqual([stage.heard.length, stage.wire.calls.length], [2, 0])
})

test('a hint that is no JSON is refused, and what MX may add is let pass', async (t) => {
  const stage = hinted(t, (bank) => byMx(bank, 'text'))
  assert.equal(await stage.send('mx', 'hunter2'), 400)
  assert.equal(await stage.send('mx', { something: 'new', member_guid: null }), 204)
  assert.deepEqual(stage.heard, [{ vendor: 'mx', userGuid: null, memberGuid: null }])
})

test('of anybody little is read, and of Flinks’ data what is signed', async (t) => {
  const long = (body) => JSON.stringify({ ...body, more: 'x'.repeat(65_536) })
  const flinks = (stage) => long(FLINKS(stage.bank.loginId('Greatday')))
  const open = hinted(t, (bank) => byFlinks(bank, 'Greatday'))
  assert.equal(await open.send('mx', long(MX(open.bank.mx.member('text')))), 413)
  assert.equal(await open.send('flinks', flinks(open)), 413)
  const signed = hinted(t, (bank) => byFlinks(bank, 'Greatday'), { flinksKey: () => KEY })
  const signature = createHmac('sha256', KEY).update(flinks(signed)).digest('base64')
  assert.equal(await signed.send('flinks', flinks(signed), { 'flinks-authenticity-key': signature }), 200)
  assert.equal(await signed.send('mx', long({}), { 'flinks-authenticity-key': signature }), 413)
  assert.deepEqual([open.heard.length, signed.heard.length], [0, 1])
})

test('where Flinks’ key is missing, nothing of Flinks’ is taken unchecked, and the company is told', async (t) => {
  for (const flinksKey of [undefined, '', () => undefined, () => '', async () => KEY]) {
    const stage = hinted(t, (bank) => byFlinks(bank, 'Greatday'), { flinksKey })
    assert.equal(await stage.send('flinks', FLINKS(stage.bank.loginId('Greatday'))), 500)
    assert.deepEqual([stage.heard, stage.told.errors.map(({ path }) => path)], [[], ['/webhooks/flinksKey']])
    assert.equal(await stage.send('mx', MX(stage.bank.mx.member('text'))), 204)
  }
})

test('a hint of the vendor’s about a flow’s own end leaves its outcome to the page', async (t) => {
  const stage = hinted(t, (bank) => byMx(bank, 'text'))
  const page = stage.page()
  const right = () => ({ '1.1.answer': 'Chicago' })
  const end = await walk(page, await page.start('c_1'), right)
  assert.equal(end.step.kind, 'done')
  const calls = stage.wire.calls.length
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('text'))), 204)
  assert.deepEqual([await page.look(end), stage.wire.calls.length], [end, calls])
  stage.bank.clock.advance(10 * MINUTE)
  assert.equal(await stage.send('mx', MX(stage.bank.mx.member('text'))), 204)
  assert.ok(stage.wire.calls.length > calls, 'later ones are looked into again')
})

test('where Flinks signs, a hint without the right signature is refused', async (t) => {
  const stage = hinted(t, (bank) => byFlinks(bank, 'Greatday'), { flinksKey: KEY })
  const body = JSON.stringify(FLINKS(stage.bank.loginId('Greatday')))
  const signature = createHmac('sha256', KEY).update(body).digest('base64')
  for (const [headers, status] of [
    [{}, 403],
    [{ 'flinks-authenticity-key': 'hunter2' }, 403],
    [{ 'flinks-authenticity-key': createHmac('sha256', 'other').update(body).digest('base64') }, 403],
    [{ 'flinks-authenticity-key': signature }, 200],
    [{ 'x-flinks-signature': signature }, 200],
  ]) {
    assert.equal(await stage.send('flinks', body, headers), status)
  }
  assert.equal(await stage.send('flinks', `${body} `, { 'flinks-authenticity-key': signature }), 403)
  assert.equal(stage.heard.length, 2)
})
