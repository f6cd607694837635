/** Runs the corpus of the fuzz targets through the wasms that ship, as the driver calls them. */
import assert from 'node:assert/strict'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const HERE = new URL('.', import.meta.url).pathname
const NOW = 1_790_000_000_000
const PAUSE_MS = 9 * 60_000
/** The wasm begins with about a megabyte. Its memory never shrinks, and one serves all inputs. */
const MAX_MEMORY_BYTES = 4 * 1024 * 1024

const wasm = join(app, 'node_modules/bank-mfa/dist/wasm')

/** A wasm of the package, in an instance of its own. */
async function load(name) {
  const { FlowHandle, initSync } = await import(`${pathToFileURL(join(wasm, `${name}.js`))}?fuzz`)
  const exports = Object.values(initSync({ module: readFileSync(join(wasm, `${name}_bg.wasm`)) }))
  // The names of the exports are short.
  const memory = exports.find((value) => value instanceof WebAssembly.Memory)
  return { FlowHandle, memory }
}

const [flows, calls] = [await load('bank_mfa'), await load('calls')]

/** Runs a call. A refusal is a plain object with a code. A trap is a RuntimeError, and fails the test. */
function refused(call) {
  try {
    call()
    return false
  } catch (error) {
    if (error instanceof Error && !('code' in error)) throw error
    assert.match(error.code, /^[A-Z_]+$/)
    return true
  }
}

/** The events of the verbs that are a word alone, with their text. */
const WORDS = {
  lost: ['lost', 'maybe-sent'],
  unsent: ['lost', 'not-sent'],
  keyless: ['lost', 'no-secret'],
  wait: ['waited', ''],
  pause: ['waited', ''],
  restore: ['restored', ''],
  open: ['windowOpened', ''],
  token: ['tokenRefused', ''],
  again: ['newSession', ''],
  cancel: ['cancelled', ''],
}

/** The events of the verbs that have a text. */
const TEXTS = { answer: 'answered', raw: 'answeredRaw', back: 'returned', window: 'restoredAtWindow' }

/** A flow of the wasm, with the clock and the numbers of a driver. The lines are those of `src/program.rs`. */
class Run {
  #now = NOW
  #serial = 0
  #round = 0
  #step

  constructor(handle, config) {
    this.handle = handle
    this.config = config
  }

  take(event, text = '') {
    const number = event === 'lost' ? this.#serial : this.#round
    this.#call((handle) => handle.advance(event, number, text, this.#now))
  }

  #call(call) {
    refused(() => {
      this.#step = call(this.handle)
      this.#serial = this.#step.serial ?? this.#serial
      if (this.#step.kind === 'challenge') this.#round = this.#step.round.number
    })
  }

  line(line) {
    const [verb, ...words] = line.split(' ')
    this.#now += 1000
    if (verb === '>' || verb === 'late') return this.#reply(verb === '>' ? this.#serial : this.#serial - 1, words)
    if (verb === 'wait') this.#now = Math.max(this.#now, this.#deadline())
    if (verb === 'pause') this.#now += PAUSE_MS
    if (verb === 'restore' || verb === 'window') this.restore()
    if (Object.hasOwn(TEXTS, verb)) return this.take(TEXTS[verb], text(words.join(' ')))
    if (Object.hasOwn(WORDS, line)) this.take(...WORDS[line])
  }

  #reply(serial, [status, seconds, ...body]) {
    if (!/^\d+$/.test(status)) return
    const bytes = Buffer.from(body.join(' '), 'latin1')
    const retryAfter = seconds === '-' ? undefined : seconds
    this.#call((handle) => handle.replied(serial, Number(status), retryAfter, bytes, this.#now))
  }

  #deadline() {
    const { until, watchAt, endsAt } = this.#step ?? {}
    return until ?? watchAt ?? endsAt ?? 0
  }

  /** The flow goes on from its snapshot, as in another process. */
  restore() {
    const snapshot = this.handle.snapshot()
    const restored = this.handle.constructor.restore(snapshot, this.config)
    assert.equal(restored.snapshot(), snapshot)
    this.handle.free()
    this.handle = restored
  }
}

/** The text of bytes that were read one byte a character. */
const text = (bytes) => Buffer.from(bytes, 'latin1').toString()

function runFlow({ vendor, params, config }, input) {
  const { FlowHandle } = vendor === 'flinks-call' ? calls : flows
  const host = JSON.stringify(config)
  const run = new Run(FlowHandle.start(vendor, 'flow', JSON.stringify(params), host), host)
  run.take('started')
  for (const line of input.toString('latin1').split('\n').slice(0, 24)) run.line(line)
  run.handle.free()
}

function runSnapshot(input) {
  const snapshot = input.toString()
  const config = { instance: 'toolbox', customerId: '43387ca6-0391-4c82-857d-70d95f087ecb', authorizeAsync: true }
  const host = JSON.stringify(snapshot.includes('flinks') ? config : { environment: 'integration' })
  for (const text of [snapshot, withChecksum(snapshot)]) {
    for (const { FlowHandle } of [flows, calls]) {
      refused(() => {
        const run = new Run(FlowHandle.restore(text, host), host)
        run.take('restored')
        for (const line of ['wait', 'lost', 'pause', 'lost', 'open', 'back null', 'cancel']) run.line(line)
        run.handle.free()
      })
    }
  }
}

/** FNV-1a, 32 bits, over the envelope without its sum. */
function withChecksum(snapshot) {
  const envelope = snapshot.replace(/,"sum":\d+\}$/, '}')
  let sum = 0x811c9dc5
  for (const byte of Buffer.from(envelope)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0
  return envelope.replace(/\}$/, `,"sum":${sum}}`)
}

function runStart(input) {
  const [vendor, params = '', host = ''] = input.toString().split('\n')
  for (const { FlowHandle } of [flows, calls]) {
    refused(() => {
      const run = new Run(FlowHandle.start(vendor, 'flow', params, host), host)
      run.take('started')
      for (const line of ['lost', 'cancel']) run.line(line)
      run.handle.free()
    })
  }
}

const starts = JSON.parse(readFileSync(join(HERE, 'flows.json'), 'utf8'))
const targets = { snapshot: runSnapshot, start: runStart }
for (const start of starts) targets[start.name] = (input) => runFlow(start, input)

for (const [name, run] of Object.entries(targets)) {
  test(`no input of ${name} traps the wasm`, () => {
    const folder = join(HERE, 'corpus', name)
    const inputs = readdirSync(folder)
    assert.ok(inputs.length > 5)
    for (const input of inputs) run(readFileSync(join(folder, input)))
    for (const { memory } of [flows, calls]) {
      assert.ok(memory.buffer.byteLength <= MAX_MEMORY_BYTES, `${memory.buffer.byteLength} bytes of memory`)
    }
  })
}
