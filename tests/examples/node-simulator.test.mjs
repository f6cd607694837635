import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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

test('node-simulator cancels the flow if the input ends', async (t) => {
  for (const lines of [[], ['1']]) {
    const script = npmStart(t, folder)
    let position = await script.prints(/phone> /)
    for (const line of lines) {
      script.write(line)
      position = await script.prints(/channel> /, position)
    }
    script.endInput()
    assert.deepEqual(await script.exited, [1, null])
    assert.equal(script.output().slice(position), '\nThe input has ended, so the flow is cancelled.\n')
  }
})

test('node-simulator prints why a flow failed', async (t) => {
  const rest = await converse(npmStart(t, folder, { args: ['wrong_ends'] }), [['answer> ', 'Rome']])
  assert.equal(
    rest,
    'Your bank did not accept this answer, and does not ask again. Please start again from the beginning.\n',
  )
})

test('node-simulator prints why a flow failed if the user has answered too late', async (t) => {
  const file = join(folder, 'index.js')
  const text = readFileSync(file, 'utf8')
  t.after(() => writeFileSync(file, text))
  const late = text.replace(
    'return await step.answer',
    'bank.clock.advance(3_600_000)\n      await null\n      return await step.answer',
  )
  assert.notEqual(late, text)
  writeFileSync(file, late)
  const rest = await converse(npmStart(t, folder, { args: ['Greatday'] }), [['answer> ', 'Montreal']])
  assert.match(rest, /^For your security, your bank waits only for a limited time\./)
})
