/** The storage of a Durable Object as a store: its parts, its alarm, and what a failed or simultaneous call leaves. */
import assert from 'node:assert/strict'
import { pathToFileURL } from 'node:url'
import { resolve } from '../lib/package.mjs'
import test from '../lib/test.mjs'

const { objectStore } = await import(
  new URL('../edge/records/object-storage.js', pathToFileURL(resolve('bank-mfa/edge')))
)

const NOW = 1_790_000_000_000
const WHEN = { due: NOW + 1_000, expires: NOW + 2_000 }

/** A storage in memory. `open` makes the store of an object that has just begun. */
function disk() {
  const entries = new Map()
  const storage = {
    alarm: null,
    list: async () => new Map(entries),
    put: async (more) => Object.entries(more).forEach(([key, value]) => entries.set(key, value)),
    delete: async (keys) => keys.forEach((key) => entries.delete(key)),
    setAlarm: async (time) => void (storage.alarm = time),
    deleteAlarm: async () => void (storage.alarm = null),
    deleteAll: async () => entries.clear(),
  }
  return { entries, storage, open: () => objectStore(storage, () => NOW) }
}

test('a long record is stored in parts of 100,000 characters, and a shorter one leaves none of them', async () => {
  const { entries, open } = disk()
  let version = 0
  for (const [length, parts] of [
    [250_000, 3],
    [200_000, 2],
    [300_000, 3],
    [100_001, 2],
    [7, 1],
  ]) {
    const text = Array.from({ length }, (_, at) => at % 7).join('')
    assert.equal(await open().write('a', text, version, WHEN), true)
    version += 1
    const keys = Array.from({ length: parts }, (_, part) => `part ${part}`)
    assert.deepEqual([...entries.keys()].toSorted(), ['head', ...keys])
    for (const key of keys) assert.ok(entries.get(key).length <= 100_000)
    assert.deepEqual(await open().read('a'), { sealed: text, version })
  }
})

test('a write with another version writes nothing', async () => {
  const { entries, storage, open } = disk()
  const store = open()
  assert.equal(await store.read('a'), null)
  assert.equal(await store.write('a', 'one', 1, WHEN), false)
  assert.equal(await store.write('a', 'one', 0, WHEN), true)
  const before = new Map(entries)
  for (const version of [0, 2]) assert.equal(await store.write('a', 'two', version, { expires: 0 }), false)
  assert.deepEqual([entries, storage.alarm], [before, NOW + 4_000])
})

test('the alarm rings three seconds after something is due, which is the expiry at the latest', async () => {
  const { storage, open } = disk()
  const store = open()
  let version = 0
  for (const [when, alarm] of [
    [WHEN, NOW + 4_000],
    [{ expires: NOW + 2_000 }, NOW + 5_000],
    [{ due: null, expires: NOW + 2_000 }, NOW + 5_000],
    [{ due: NOW - 9_000, expires: NOW + 2_000 }, NOW + 3_000],
  ]) {
    await store.write('a', 'one', version++, when)
    assert.equal(storage.alarm, alarm)
  }
  await store.remove('a')
  assert.deepEqual([storage.alarm, await store.read('a'), await open().read('a')], [null, null, null])
})

test('after a write that fails, the object reads its storage again', async () => {
  const { storage, open } = disk()
  const store = open()
  await store.write('a', 'one', 0, WHEN)
  const { put } = storage
  storage.put = async () => {
    throw new Error('the disk is full')
  }
  await assert.rejects(store.write('a', 'two', 1, WHEN), { message: 'the disk is full' })
  assert.deepEqual(await store.read('a'), { sealed: 'one', version: 1 })
  storage.put = put
  assert.equal(await store.write('a', 'two', 1, WHEN), true)
})

test('a read that began before a write returns what was written', async () => {
  const { storage, open } = disk()
  await open().write('a', 'one', 0, WHEN)
  const { list } = storage
  const before = await list()
  let arrives
  storage.list = () => new Promise((resolve) => (arrives = () => resolve(before)))
  const store = open()
  const read = store.read('a')
  storage.list = list
  await store.write('a', 'two', 1, WHEN)
  arrives()
  assert.deepEqual(await read, { sealed: 'two', version: 2 })
})

test('an object lists its storage once', async (t) => {
  const { storage, open } = disk()
  const { mock } = t.mock.method(storage, 'list')
  const store = open()
  for (let reads = 0; reads < 3; reads++) await store.read('a')
  await store.write('a', 'one', 0, WHEN)
  for (let reads = 0; reads < 3; reads++) await store.read('a')
  assert.equal(mock.callCount(), 1)
})
