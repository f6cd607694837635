/** After a send, the wasm's memory holds no answer, credential or raw answer, also while the flow goes on. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { NOON } from './setup.mjs'

const wasm = join(app, 'node_modules/bank-mfa/dist/wasm')

/** A new instance of a wasm, and a function that tells whether its memory holds a text. */
async function open(name, label) {
  const { FlowHandle, initSync } = await import(`${pathToFileURL(join(wasm, `${name}.js`))}?wiped-${encodeURI(label)}`)
  const exports = initSync({ module: readFileSync(join(wasm, `${name}_bg.wasm`)) })
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory)
  return { FlowHandle, holds: (text) => Buffer.from(memory.buffer).includes(text) }
}

const ID = '9022abc2-8a2e-4b06-a06e-c3e5449c4d10'
const GUIDS = { userGuid: 'USR-1', memberGuid: 'MBR-1' }

/** The vendors: a start with credentials, and the replies that lead to a question with this prompt. */
const VENDORS = {
  flinks: {
    entry: 'flinks',
    host: { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb' },
    params: ([username, password]) => ({ username, password, institution: 'FlinksCapital' }),
    replies: (prompt) => [
      [203, { RequestId: ID, SecurityChallenges: [{ Type: 'QuestionAndAnswer', Prompt: prompt }] }],
    ],
  },
  mx: {
    entry: 'mx',
    host: { environment: 'integration' },
    params: ([LOGIN, PASSWORD]) => ({
      ...GUIDS,
      credentials: [
        { guid: 'CRD-1', value: LOGIN },
        { guid: 'CRD-2', value: PASSWORD },
      ],
    }),
    replies: (label) => {
      const challenges = [{ guid: 'CRD-3', field_name: null, label, type: 'TEXT' }]
      const member = { guid: 'MBR-1', connection_status: 'CHALLENGED', challenges }
      return [
        [200, { member: { ...member, connection_status: 'UPDATED', challenges: [] } }],
        [200, { member }],
      ]
    },
  },
}

const TEXTS = {
  short: (name) => `${name} hunter2`,
  // JavaScript first reserves the bytes of ASCII, and then more.
  'not ASCII': (name) => `${name} begins é ${'€'.repeat(40)} ${name} ends`,
  long: (name) => `${name} begins ${'"quoted" \\ '.repeat(40)} ${name} ends`,
}

/** The parts of a text that a search must not find: its beginning and its end. */
const partsOf = (text) => [text.slice(0, 12), text.slice(-9)]

for (const [vendor, { entry, host, params, replies }] of Object.entries(VENDORS)) {
  for (const [length, text] of Object.entries(TEXTS)) {
    test(`${vendor}: what is sent and ${length} is in the request, and after that not in the memory`, async () => {
      const { FlowHandle, holds } = await open(vendor, length)
      const [username, password, answer] = ['user', 'pass', 'answer'].map(text)
      const secrets = [username, password, answer].flatMap(partsOf)
      const assertWiped = () => assert.deepEqual(secrets.filter(holds), [])

      const config = JSON.stringify(host)
      const flow = FlowHandle.start(entry, 'flow', JSON.stringify(params([username, password])), config)
      assert.ok(partsOf(password).every(holds), 'the flow has the credentials until it starts')
      let now = NOON
      let step = flow.advance('started', 0, '', now)
      assert.ok(step.request.body.includes(JSON.stringify(password).slice(1, -1)))
      assertWiped()
      const walk = (list) => {
        for (const [status, body] of list) {
          if (step.kind === 'wait') step = flow.advance('waited', 0, '', (now = step.until))
          step = flow.replied(step.serial, status, undefined, Buffer.from(JSON.stringify(body)), (now += 1_000))
        }
      }
      walk(replies('What city?'))
      assert.equal(step.kind, 'challenge')
      assert.ok(holds('What city?'), 'the search finds what the state holds')

      const answers = JSON.stringify({ [step.round.challenges[0].fields[0].name]: answer })
      now += 60_000
      step = flow.advance('answered', step.round.number, answers, now)
      // MX is asked first whether the round is still open.
      if (step.stage === 'pre-check') {
        assertWiped()
        walk(replies('What city?').slice(-1))
        assert.equal(step.kind, 'resubmit')
        step = flow.advance('answered', step.round, answers, now)
      }
      assert.ok(step.request.body.includes(JSON.stringify(answer).slice(1, -1)))
      assertWiped()

      const refusals = { '1.1.answer': answer, other: answer }
      assert.throws(() => FlowHandle.restore(JSON.stringify(refusals), config), { code: 'SNAPSHOT_UNREADABLE' })
      assert.throws(() => flow.advance('answered', 1, JSON.stringify(refusals), now))
      assertWiped()
      flow.free()
      assert.ok(!holds('What city?'), 'a freed flow leaves nothing')
    })
  }
}
