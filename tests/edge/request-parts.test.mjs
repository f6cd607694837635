/** The parts of a request: what each may be, which are passed on, and the path of each that is refused. */
import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { atChallenge, flinksConnection, mxConnection, setup } from './setup.mjs'

const refusalOf = ({ status, code, path }) => [status, code, path]
const invalid = (path) => [400, 'INVALID_INPUT', path]

test('a user who is no text, or an empty one, is not signed in', async (t) => {
  for (const user of ['', undefined, 7, {}, ['ann']]) {
    const page = setup(t, { connections: () => ({}), authenticate: () => user }).page()
    assert.deepEqual(refusalOf(await page.start('c_1')), [401, 'UNAUTHENTICATED', undefined])
  }
})

test('a start accepts a flow id of 32 hexadecimal digits, and refuses all others', async (t) => {
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday') }) })
  const page = env.page()
  const start = (flow) => page.call('POST', '/flows', { connection: 'c_1', flow })
  const right = '0123456789abcdef'.repeat(2)
  for (const wrong of ['', `${right}0`, `0${right}`, right.slice(1), right.toUpperCase(), [right], 7, null]) {
    assert.deepEqual(refusalOf(await start(wrong)), invalid('/body/flow'), JSON.stringify(wrong))
  }
  const { flow } = await start(right)
  assert.equal(flow.split('.')[1], right)
})

test('the id of a connection can begin with dots', async (t) => {
  const ids = ['.a', '..a', '...', 'x'.repeat(200), '!~']
  const connections = (bank) => Object.fromEntries(ids.map((id) => [`ann/${id}`, flinksConnection(bank, 'Greatday')]))
  const page = setup(t, { connections }).page()
  for (const id of ids) assert.ok((await page.start(id)).flow, id)
  for (const id of ['x'.repeat(201), 'a\n', '\na', 'é', ['a']]) {
    assert.deepEqual(refusalOf(await page.start(id)), invalid('/body/connection'), JSON.stringify(id))
  }
})

test('a version that is no number of 1 to 9 digits is refused', async (t) => {
  const { page, state } = await atChallenge(t)
  for (const wrong of ['', 'x1', '1x', '-1', '1.5', '1234567890']) {
    assert.deepEqual(refusalOf(await page.getState(state, wrong)), invalid('/query/after'), wrong)
  }
  for (const other of ['10', '123456789']) assert.deepEqual(await page.getState(state, other), state)
})

test('the state of a claim must be the one of its flow, or absent', async (t) => {
  const connections = (bank) => {
    const connection = flinksConnection(bank, 'Greatday', 'connect')
    return { 'ann/c_1': { ...connection, host: { ...connection.host, redirectUrl: 'https://app.example/back' } } }
  }
  const env = setup(t, { connections })
  const page = env.page()
  const loginId = env.bank.loginId('Greatday')
  const began = await page.settled(await page.start('c_1'))
  const landing = new URL(new URL(began.step.address).searchParams.get('redirectUrl'))
  const returned = (state, more) => page.message(state, { kind: 'returned', claim: { loginId, ...more } })
  for (const state of ['s1', '', null]) {
    assert.deepEqual(refusalOf(await returned(began, { state })), invalid('/claim/state'))
  }
  const end = await page.settled(await returned(began, { state: landing.searchParams.get('state') }))
  assert.equal(end.step.kind, 'done')
  const other = await page.settled(await page.start('c_1'))
  assert.equal((await page.settled(await returned(other, {}))).step.kind, 'done')
})

test('the state of a claim must be a string or null, and each of its accounts a string', async (t) => {
  const connections = (bank) => ({ 'ann/c_1': flinksConnection(bank, 'Greatday', 'connect') })
  const env = setup(t, { connections })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  for (const [more, path] of [
    [{ state: 7 }, '/body/claim/state'],
    [{ state: ['state-1234567890'] }, '/body/claim/state'],
    [{ accountIds: ['a1', 7] }, '/body/claim/accountIds'],
    [{ accountIds: null }, '/body/claim/accountIds'],
    [{ accountIds: {} }, '/body/claim/accountIds'],
  ]) {
    const claim = { loginId: env.bank.loginId('Greatday'), ...more }
    assert.deepEqual(refusalOf(await page.message(state, { kind: 'returned', claim })), invalid(path))
  }
})

test('the user can leave a widget without a landing URL', async (t) => {
  const params = { job: 'aggregate', presentation: 'widget' }
  const env = setup(t, { connections: (bank) => ({ 'ann/c_1': mxConnection(bank, 'text', params) }) })
  const page = env.page()
  const state = await page.settled(await page.start('c_1'))
  assert.equal(state.step.purpose, 'widget')
  const left = await page.message(state, { kind: 'landed' })
  assert.ok(left.version > state.version)
})
