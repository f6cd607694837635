/** Watches the places of this process in which a secret could be: see canary.mjs. Import it before the package. */
import { format } from 'node:util'
import { isInTest, see, seeReply, watchPlace } from './canary.mjs'

/** The files of the package, and those of its edge that write replies. */
const PACKAGE = /node_modules\/bank-mfa\/dist\/(?!wasm\/simulator|simulator\/)/
const REPLIES = /node_modules\/bank-mfa\/dist\/edge\/http\//

for (const name of ['debug', 'error', 'info', 'log', 'trace', 'warn']) {
  const write = console[name]
  console[name] = (...values) => {
    see('console', format(...values))
    write.apply(console, values)
  }
}

/** Replaces a class by one that shows each object that it makes. */
function watchClass(name, show) {
  globalThis[name] = new Proxy(globalThis[name], {
    construct(target, values, made) {
      const object = Reflect.construct(target, values, made)
      show(object, values)
      return object
    },
    apply(target, self, values) {
      const object = Reflect.apply(target, self, values)
      show(object, values)
      return object
    },
  })
}

/** Whether the function that made a stack is in these files. A library can replace the text by call sites. */
function isFrom(files, stack) {
  if (typeof stack !== 'string') return false
  const frames = stack.split('\n').filter((line) => line.startsWith('    at '))
  return files.test(frames.find((line) => !line.includes('canary-places.mjs') && !line.includes('<anonymous>')))
}

const NativeError = Error
for (const name of ['Error', 'RangeError', 'SyntaxError', 'TypeError']) {
  watchClass(name, (error) => isInTest() && isFrom(PACKAGE, error.stack) && see('error', error))
}

/** Notes a reply, if a function of the edge makes it. */
function seeIfReply(text) {
  if (isInTest() && isFrom(REPLIES, new NativeError().stack)) seeReply(text)
}

watchClass('Response', (_, [body, init]) => {
  if (typeof body === 'string') seeIfReply(`${body}\n${JSON.stringify(init)}`)
})
const { encode } = TextEncoder.prototype
TextEncoder.prototype.encode = function (text = '') {
  seeIfReply(text)
  return encode.call(this, text)
}

const { encrypt } = SubtleCrypto.prototype
SubtleCrypto.prototype.encrypt = async function (algorithm, key, text) {
  see('record', Buffer.from(text).toString())
  const sealed = await encrypt.call(this, algorithm, key, text)
  see('sealed record', new Uint8Array(sealed))
  return sealed
}

/** Watches the core in the module of a wasm: its steps, what it throws, its snapshots and its memory. */
export function watchCore({ FlowHandle, initSync }) {
  const methods = Object.entries(Object.getOwnPropertyDescriptors(FlowHandle.prototype))
  for (const [name, { value: method }] of methods) {
    if (typeof method !== 'function' || ['constructor', 'free'].includes(name)) continue
    FlowHandle.prototype[name] = function (...values) {
      try {
        const result = method.apply(this, values)
        // A step to send something has the request in it.
        if (result?.kind !== 'send') see(isOfToken(result) ? 'call of token' : placeOf(name), result)
        return result
      } catch (error) {
        see('error', error)
        throw error
      }
    }
  }
  watchPlace('wasm memory', () => {
    const memory = Object.values(loaded(initSync)).find((value) => value instanceof WebAssembly.Memory)
    return memory ? usedParts(Buffer.from(memory.buffer)) : []
  })
}

const placeOf = (method) => (method === 'snapshot' ? 'snapshot' : 'step of the core')

/** The call of GenerateAuthorizeToken has the token as its result. */
const isOfToken = (result) =>
  typeof result === 'string' ? result.includes('"call":"GenerateAuthorizeToken"') : typeof result?.result === 'string'

const PAGE_BYTES = 65_536

/** The parts of a memory that are not zero. Most of a large memory is. */
function usedParts(memory) {
  const zeros = Buffer.alloc(PAGE_BYTES)
  const parts = []
  let start
  for (let at = 0; at <= memory.length; at += PAGE_BYTES) {
    const isUsed = at < memory.length && memory.compare(zeros, 0, PAGE_BYTES, at, at + PAGE_BYTES) !== 0
    if (isUsed) start ??= at
    else if (start !== undefined) {
      parts.push(memory.subarray(start, at))
      start = undefined
    }
  }
  return parts
}

/** The exports of a wasm, if it is loaded. */
function loaded(initSync) {
  try {
    return initSync()
  } catch {
    return {}
  }
}

/** Watches the traces of all flows, by the class that records them. */
export function watchTraces({ Recorder }) {
  const { step, trace } = Recorder.prototype
  const recorders = new Set()
  Recorder.prototype.step = function (...values) {
    if (isInTest()) recorders.add(this)
    return step.apply(this, values)
  }
  watchPlace('trace', () => {
    const traces = [...recorders].map((recorder) => trace.call(recorder))
    recorders.clear()
    return traces
  })
}
