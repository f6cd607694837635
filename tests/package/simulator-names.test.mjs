/** A name that is not at the simulated bank: the error says which, and suggests the nearest. */
import assert from 'node:assert/strict'
import { simulator } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const bank = simulator()
const assertThrows = (find, name, message) => assert.throws(() => find(name), { name: 'RangeError', message })

test('an unknown person gets the nearest username as a suggestion', () => {
  for (const [name, wanted] of [
    ['text_or_cal', 'no person "text_or_cal"; did you mean "text_or_call"? bank.people lists all'],
    ['Graetday', 'no person "Graetday"; did you mean "Greatday"? bank.people lists all'],
    ['nobody at all', 'no person "nobody at all"; bank.people lists all'],
    ['', 'no person ""; bank.people lists all'],
  ]) {
    assertThrows(bank.loginId, name, wanted)
  }
})

test('an unknown member gets the nearest name as a suggestion', () => {
  const [{ name }] = bank.mx.members
  assertThrows(bank.mx.member, `${name}x`, `no member "${name}x"; did you mean "${name}"? bank.mx.members lists all`)
  assertThrows(bank.mx.member, 'zzzzzzzzzzzz', 'no member "zzzzzzzzzzzz"; bank.mx.members lists all')
})
