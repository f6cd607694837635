/** The memory of the wasm after hostile replies. It never shrinks, so each reply gets an instance of its own. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { NOON } from './setup.mjs'

const MAX_BODY_BYTES = 8 * 1024 * 1024

/** A text is in the reply, in the round, in the form and in the step that leaves the wasm. */
const MAX_BYTES_PER_BYTE = 9

const wasm = join(app, 'node_modules/bank-mfa/dist/wasm')
const bytes = readFileSync(join(wasm, 'bank_mfa_bg.wasm'))

const ID = '"RequestId":"9022abc2-8a2e-4b06-a06e-c3e5449c4d10"'

/** A reply of the maximum size: `open`, as many items as fit, and `close`. */
function filled(open, item, close) {
  const count = Math.floor((MAX_BODY_BYTES - open.length - close.length + 1) / (item.length + 1))
  return open + Array(count).fill(item).join(',') + close
}

const round = (open, item, close) => filled(`{${ID},"SecurityChallenges":${open}`, item, `${close}}`)

/** A reply of one text of the maximum size. */
function long(open, piece, close) {
  const [start, end] = [`{${ID},"SecurityChallenges":[${open}`, `${close}]}`]
  return start + piece.repeat((MAX_BODY_BYTES - start.length - end.length) / piece.length) + end
}

/** The body, and how a live start ends with it. */
const BODIES = {
  numbers: [filled('[', '0', ']'), 'outcome-unknown'],
  'empty lists': [filled('[', '[]', ']'), 'outcome-unknown'],
  'nested lists': [filled('[', '[[[[[[[[0]]]]]]]]', ']'), 'outcome-unknown'],
  'entries of an object': [filled('{', '"":0', '}'), 'outcome-unknown'],
  'small objects': [filled('[', '{"":0}', ']'), 'outcome-unknown'],
  'challenges without a type': [round('[', '{}', ']'), 'outcome-unknown'],
  'challenges in a map': [round('{', '"":[]', '}'), 'outcome-unknown'],
  questions: [round('[', `{"Type":"QuestionAndAnswer","Prompt":"${'a'.repeat(80)}"}`, ']'), 'challenge-unanswerable'],
  options: [
    round('[{"Type":"MultipleChoice","Prompt":"?","Iterables":[', `"${'a'.repeat(80)}"`, ']}]'),
    'challenge-unanswerable',
  ],
  text: ['<'.repeat(MAX_BODY_BYTES), 'outcome-unknown'],
  'one picture': [long('{"Type":"ImageSelection","Prompt":"?","Iterables":["iVBORw0KGgo', 'A', '"]}'), 'challenge'],
  'one prompt': [long('{"Type":"QuestionAndAnswer","Prompt":"', 'a', '"}'), 'challenge'],
  'one prompt of escapes': [long('{"Type":"QuestionAndAnswer","Prompt":"', '\\u0001', '"}'), 'challenge'],
}

/** Starts a live flow in a new instance of the wasm, and replies. Resolves to the step, and to the wasm's memory. */
async function reply(name, body) {
  const { FlowHandle, initSync } = await import(`${pathToFileURL(join(wasm, 'bank_mfa.js'))}?${encodeURI(name)}`)
  // The names of the exports are short.
  const memory = Object.values(initSync({ module: bytes })).find((value) => value instanceof WebAssembly.Memory)
  const params = { loginId: '5e115eac-1209-4f19-641c-08d6d484e2fe', mostRecentCached: false }
  const config = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' }
  const flow = FlowHandle.start('flinks', 'flow', JSON.stringify(params), JSON.stringify(config))
  const { serial } = flow.advance('started', 0, '', NOON)
  const step = flow.replied(serial, 203, undefined, Buffer.from(body), NOON)
  return { step, memory: memory.buffer.byteLength }
}

for (const [name, [body, expected]] of Object.entries(BODIES)) {
  test(`a reply of the maximum size of ${name} takes a bounded memory and ends with ${expected}`, async () => {
    assert.ok(body.length > MAX_BODY_BYTES * 0.99 && body.length <= MAX_BODY_BYTES)
    const { step, memory } = await reply(name, body)
    assert.equal(step.failure?.code ?? step.kind, expected)
    assert.ok(memory <= MAX_BYTES_PER_BYTE * MAX_BODY_BYTES, `${memory} bytes of memory`)
  })
}
