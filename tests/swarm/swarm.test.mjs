/** The swarm for some seeds, and the proof that it finds mistakes. `make swarm` runs more seeds. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { app } from '../lib/package.mjs'
import test from '../lib/test.mjs'
import { ENDINGS } from './endings.mjs'
import { DEEDS, FAULTS } from './faults.mjs'
import { REREAD_MS } from './reread.mjs'
import { readSeeds, runSeeds } from './run.mjs'
import { SABOTAGE } from './sabotage.mjs'

/** Each test runs many worlds in another process. */
const SLOW = { timeout: 300_000 }
/** So many worlds, and more until everything has happened. */
const [MIN_SEEDS, SEEDS] = [100, '1-400']

const inWords = ({ seed, flaws }) => `make swarm SEEDS=${seed}: ${flaws.map(({ kind, text }) => `${kind}, ${text}`)}`

const hashes = new Map()

test('no promise is broken in some hundred worlds, in which everything goes wrong at least once', SLOW, async () => {
  const left = new Set([...Object.keys(FAULTS), ...Object.keys(DEEDS)])
  const sum = await runSeeds(readSeeds(SEEDS), {
    onOutcome({ seed, hash, happened }) {
      hashes.set(seed, hash)
      for (const name of Object.keys(happened)) left.delete(name)
      return seed >= MIN_SEEDS && left.size === 0
    },
  })
  assert.deepEqual(sum.failed.map(inWords), [])
  assert.deepEqual([...left], [], 'everything has happened')
  assert.ok(sum.endings.done > sum.seeds / 2, 'most worlds have a flow that is done')
})

for (const [other, seeds] of [
  ['another build', '1-10'],
  ['the next format', '11-30'],
]) {
  test(`no promise is broken while edges and pages of another release run, too: ${other}`, SLOW, async () => {
    const sum = await runSeeds(readSeeds(seeds), { other })
    assert.deepEqual(sum.failed.map(inWords), [])
    assert.ok(sum.endings.done > sum.seeds / 2, 'most worlds have a flow that is done')
  })
}

test('the same seed gives the same events in another process, whatever ran before it', SLOW, async () => {
  const seeds = readSeeds('1-8').toReversed()
  await runSeeds(seeds, {
    onOutcome: ({ seed, hash }) => void assert.equal(hash, hashes.get(seed), `seed ${seed}`),
  })
  assert.equal(new Set(hashes.values()).size, hashes.size)
})

for (const [name, { shows, within, first = 1 }] of Object.entries(SABOTAGE)) {
  test(`the swarm finds this mistake within ${within} seeds: ${name}`, SLOW, async () => {
    const isShown = ({ flaws }) => flaws.some(({ kind }) => shows.includes(kind))
    const sum = await runSeeds(readSeeds(`${first}-${first + within - 1}`), { sabotage: name, onOutcome: isShown })
    assert.ok(sum.failed.some(isShown), `none of ${sum.seeds} seeds shows ${shows}`)
  })
}

test('a failing seed is made smaller, and still fails', SLOW, async () => {
  const shows = ({ flaws }) => flaws.length > 0
  const found = { sabotage: 'origin unchecked', shrinks: true, onOutcome: shows }
  const [{ happenings, smallest }] = (await runSeeds(readSeeds('1-50'), found)).failed
  assert.ok(smallest.flaws.length > 0)
  assert.ok(smallest.happenings.length < happenings.length, `${smallest.happenings.length} of ${happenings.length}`)
})

test('the cryptography of the swarm gives what WebCrypto gives', async () => {
  const script = `
    import { subtle, webCrypto } from '${new URL('globals.mjs', import.meta.url)}'
    const bytes = (text) => new TextEncoder().encode(text)
    async function made(crypto) {
      const root = await crypto.importKey('raw', bytes('k'.repeat(32)), 'HKDF', false, ['deriveKey'])
      const from = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: bytes('info') }
      const key = await crypto.deriveKey(from, root, { name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt'])
      const hmac = await crypto.deriveKey(from, root, { name: 'HMAC', hash: 'SHA-256', length: 256 }, true, ['sign'])
      const how = { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: bytes('name') }
      const sealed = await crypto.encrypt(how, key, bytes('text'))
      const opened = await crypto.decrypt(how, key, new Uint8Array(sealed))
      return [sealed, opened, await crypto.sign('HMAC', hmac, bytes('text'))].map((each) => Buffer.from(each).toString('hex'))
    }
    console.log(JSON.stringify([await made(subtle), await made(webCrypto.subtle)]))
  `
  const [own, real] = JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', script]))
  assert.deepEqual(own, real)
})

test('every code that a flow can end with has a truth', () => {
  const report = readFileSync(new URL('../release/api/flinks.api.md', import.meta.url), 'utf8')
  const [, union] = /^export type ErrorCode = (.*);$/m.exec(report)
  const codes = [...union.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code)
  assert.deepEqual(Object.keys(ENDINGS).toSorted(), ['done', ...codes].toSorted())
})

test('an edge reads its record again after the time that the swarm knows', () => {
  const waiting = readFileSync(`${app}/node_modules/bank-mfa/dist/edge/engine/timeout.js`, 'utf8')
  assert.equal(Number(/^const REREAD_MS = ([\d_]+);$/m.exec(waiting)?.[1].replaceAll('_', '')), REREAD_MS)
})

test('a range of seeds is read, and anything else is refused', () => {
  assert.deepEqual(readSeeds('3,5-7'), [3, 5, 6, 7])
  for (const wrong of ['', 'x', '3-1', '1-']) assert.throws(() => readSeeds(wrong), { message: /not a range of seeds/ })
})
