import assert from 'node:assert/strict'
import test from '../lib/test.mjs'
import { install, npmStart } from './setup.mjs'

const folder = await install('node-simulator')

/** Types each line when the text before it has been printed. */
async function converse(t, lines, args = []) {
  const script = npmStart(t, folder, { args })
  let position = 0
  for (const [text, line] of lines) {
    position = await script.prints(new RegExp(text), position)
    script.write(line)
  }
  assert.deepEqual(await script.exited, [0, null])
  return script.output().slice(position)
}

test('node-simulator asks again after an answer that does not fit and after a wrong one, and connects', async (t) => {
  const rest = await converse(t, [
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
  const rest = await converse(t, [['answer> ', 'Rome']], ['wrong_ends'])
  assert.equal(
    rest,
    'Your bank did not accept this answer, and does not ask again. Please start again from the beginning.\n',
  )
})
