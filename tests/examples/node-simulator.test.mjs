import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { converse, install, npmStart } from './setup.mjs'

const folder = await install('node-simulator')

test('node-simulator asks again after an answer that does not fit and after a wrong one, and connects', async (t) => {
  const rest = await converse(npmStart(t, folder), [
    ['phone> ', '1'],
    ['channel> ', '7'],
    ['Please answer each question.[^]*phone> ', '1'],
    ['channel> ', '1'],
    ['answer> ', '000000'],
    ['The bank did not accept the answer.[^]*answer> ', '123456'],
  ])
  assert.equal(rest, 'Connected to FlinksCapital\n')
})

test('node-simulator prints why a flow failed', async (t) => {
  const rest = await converse(npmStart(t, folder, { args: ['wrong_ends'] }), [['answer> ', 'Rome']])
  assert.equal(
    rest,
    'Your bank did not accept this answer, and does not ask again. Please start again from the beginning.\n',
  )
})
