/** Which texts of a vendor a trace may have, and what it says of a call: no id, no text of a person. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from '../lib/test.mjs'
import { app } from '../lib/package.mjs'

const file = join(app, 'node_modules/bank-mfa/dist/flow/recorder.js')
const { callEvent, emit, stepEvent } = await import(pathToFileURL(file))

const GUID = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'

const typeOf = (vendorType) => {
  const [, attributes] = stepEvent({ kind: 'challenge', round: { challenges: [{ vendorType }] } })
  return attributes['bank_mfa.challenge.vendor_types'][0]
}

test('codes and types of a vendor are in a trace', () => {
  const words = ['QuestionAndAnswer', 'TOKEN', 'IMAGE_DATA', 'A', '2FA', 'LOGIN_2FA', 'a_b', '123A', 'A999']
  const long = ['A'.repeat(64), 'a'.repeat(40), `_ ${'A'.repeat(62)}`]
  const spaced = ['BANK MAINTENANCE_RETRY_LATER', 'A _', '_ A 7']
  for (const text of [...words, ...long, ...spaced]) assert.equal(typeOf(text), text)
})

test('what could be a text of a person is not', () => {
  const texts = ['', '123', '___', 'été', 'A-B', 'Where?', 'a1', 'Montreal 1', 'HELLO WORLD', 'hello_ world', 'A_B\n']
  const numbers = ['ABC1234', '1234A', 'A_1234', '_ A 1234', '4111 A_', '2025_A']
  const long = ['A'.repeat(65), 'a'.repeat(41), `_ ${'A'.repeat(63)}`]
  for (const text of [...texts, ...numbers, ...long, undefined, 7]) assert.equal(typeOf(text), '', `${text}`)
})

for (const [url, name, address = 'a.example'] of [
  ['https://a.example/v3/ID/BankingServices/Authorize', 'Authorize'],
  ['https://a.example:8443/v3/ID/Authorize?next=/members/7', 'Authorize'],
  ['http://[::1]:8080/users/USR-1/members', 'members', '[::1]'],
  ['https://a.example/users/USR-1/members/MBR-2', 'members'],
  ['https://a.example/users/USR-1/members/MBR-2/status', 'status'],
  [`https://a.example/v3/ID/GetAccountsDetailAsync/${GUID}`, 'GetAccountsDetailAsync'],
  [`https://a.example/v3/ID/GetAccountsDetailAsync/${GUID.toUpperCase()}`, 'GetAccountsDetailAsync'],
  [`https://a.example/call/x${GUID}`, `x${GUID}`],
  [`https://a.example/call/${GUID}x`, `${GUID}x`],
  ['https://a.example/call/a', 'a'],
  ['https://a.example/', ''],
]) {
  test(`a call of ${url} is named ${name}`, () => {
    const [event, attributes] = callEvent({ method: 'GET', url }, { status: 200 })
    assert.deepEqual(
      [event, attributes['bank_mfa.call.name'], attributes['server.address']],
      ['bank_mfa.call', name, address],
    )
  })
}

test('a call that has failed says how', () => {
  const named = (name) => Object.assign(new Error('hunter2'), { name })
  for (const [outcome, type] of [
    [{ status: 200 }, undefined],
    [{ status: 399 }, undefined],
    [{ status: 400 }, '400'],
    [{ status: 503 }, '503'],
    [{ cause: named('AbortError') }, 'aborted'],
    [{ cause: named('TimeoutError') }, 'timeout'],
    [{ cause: named('TypeError') }, 'network'],
    [{}, 'network'],
  ]) {
    const [, attributes] = callEvent({ method: 'GET', url: 'https://a.example/b' }, outcome)
    assert.equal(attributes['error.type'], type)
  }
})

test('without a listener, an event is not copied', () => {
  const attributes = {
    get 'bank_mfa.stage'() {
      return assert.fail('it is read')
    },
  }
  emit(undefined, 0, 'bank_mfa.step', attributes)
})
