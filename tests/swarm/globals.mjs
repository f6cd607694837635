/**
 * Replaces what would make two runs differ: timers, the time, randomness, and WebCrypto, which works in threads. The system
 * under test then has the virtual time and the seed of the world that runs. Import this first.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto'
import { REREAD_MS } from './reread.mjs'

let world
const real = { setTimeout, clearTimeout, setInterval, clearInterval, now: Date.now, random: Math.random, crypto }

/** The world whose time and seed are used from now on. */
export function enter(entered) {
  world = entered
}

globalThis.setTimeout = (run, ms, ...args) => {
  if (!world) return real.setTimeout(run, ms, ...args)
  return ms === REREAD_MS ? world.reread(run) : world.clock.after(ms, () => run(...args))
}
globalThis.clearTimeout = (timer) => {
  if (timer && 'order' in timer) timer.run = undefined
  else real.clearTimeout(timer)
}
globalThis.setInterval = (run, ms, ...args) => {
  if (!world) return real.setInterval(run, ms, ...args)
  const { clock } = world
  const timer = { order: 0, run }
  const again = () => {
    if (timer.run === undefined) return
    run(...args)
    clock.after(ms, again)
  }
  clock.after(ms, again)
  return timer
}
globalThis.clearInterval = globalThis.clearTimeout
Date.now = () => (world ? world.clock.now() : real.now())
Math.random = () => (world ? world.random.unit() : real.random())
AbortSignal.timeout = (ms) => {
  const controller = new AbortController()
  globalThis.setTimeout(() => controller.abort(new DOMException('the time limit has passed', 'TimeoutError')), ms)
  return controller.signal
}

/** A page that has just learned that it is offline: nothing else runs at this moment. */
Object.defineProperty(globalThis, 'navigator', {
  configurable: true,
  value: {
    get onLine() {
      return !world?.isOffline()
    },
  },
})

const TAG_BYTES = 16
const cut = (bytes, at) => [bytes.subarray(0, at), bytes.subarray(at)]
const toBuffer = (bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)

/** The part of WebCrypto that the package uses, with the same results. */
export const subtle = {
  importKey: async (_, material) => Buffer.from(material),
  deriveKey: async ({ hash, salt, info }, root) => Buffer.from(hkdfSync(hash.replace('-', ''), root, salt, info, 32)),
  async encrypt({ iv, additionalData }, key, text) {
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(additionalData)
    return toBuffer(Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]))
  },
  async decrypt({ iv, additionalData }, key, sealed) {
    const [text, tag] = cut(sealed, sealed.length - TAG_BYTES)
    const cipher = createDecipheriv('aes-256-gcm', key, iv).setAAD(additionalData).setAuthTag(tag)
    return toBuffer(Buffer.concat([cipher.update(text), cipher.final()]))
  },
  sign: async (_, key, text) => toBuffer(createHmac('sha256', key).update(text).digest()),
}

Object.defineProperty(globalThis, 'crypto', {
  configurable: true,
  value: {
    subtle,
    getRandomValues: (array) => (world ? world.random.fill(array) : real.crypto.getRandomValues(array)),
    randomUUID: () => real.crypto.randomUUID(),
  },
})

/** WebCrypto itself, for the test that compares both. */
export const webCrypto = real.crypto
