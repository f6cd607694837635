import type { Store } from '../config.js'

/** The part of the platform's `DurableObjectStorage` that is used. It works with SQLite and with key-value storage. */
export interface ObjectStorage {
  list(): Promise<Map<string, unknown>>
  get<T>(key: string): Promise<T | undefined>
  put(entries: Record<string, unknown>): Promise<void>
  delete(keys: string[]): Promise<number>
  getAlarm(): Promise<number | null>
  setAlarm(time: number): Promise<void>
  deleteAlarm(): Promise<void>
  deleteAll(): Promise<void>
}

/** Stored beside the sealed text, because an alarm does not know the name of its object. */
export interface Head {
  id: string
  version: number
  due: number
  expires: number
  /** The number of parts of the text. */
  parts: number
}

interface Stored {
  head: Head
  sealed: string
}

/** The length of a part. Key-value storage allows 128 KiB per value, and a bank's image can be larger. */
const PART_LENGTH = 100_000

/**
 * The alarm rings this long after something is due, in milliseconds: a page that waits takes the turn without it, and
 * so does the process that sends, unless its send takes long.
 */
const ALARM_DELAY_MS = 3_000

/**
 * The storage of an object as the store of its one record. Only this object writes it, so the last text that was read
 * or written is the stored one, and versions are compared in memory. Nothing is awaited between the comparison and the
 * last `put`: all of it is one write, and the platform lets no call and no reply out of the object before it is on
 * disk.
 */
export function objectStore(storage: ObjectStorage, now: () => number): Store {
  let cached: Stored | null | undefined
  const load = async (): Promise<Stored | null> => {
    if (cached !== undefined) return cached
    const found = await storage.list()
    const head = found.get('head') as Head | undefined
    const texts = partKeys(0, head?.parts ?? 0).map((key) => found.get(key))
    // Another call may have written in the meantime.
    if (cached === undefined) cached = head === undefined ? null : { head, sealed: texts.join('') }
    return cached
  }
  /** If a write fails, the cache is dropped. */
  const commit = async (stored: Stored | null, writes: Promise<unknown>[]) => {
    cached = stored
    try {
      await Promise.all(writes)
    } catch (error) {
      cached = undefined
      throw error
    }
  }
  return {
    async read() {
      const stored = await load()
      return stored && { sealed: stored.sealed, version: stored.head.version }
    },
    async write(id, sealed, expectedVersion, { due, expires }) {
      const { version, parts: before } = (await load())?.head ?? { version: 0, parts: 0 }
      if (version !== expectedVersion) return false
      const parts = Math.ceil(sealed.length / PART_LENGTH)
      const texts = partKeys(0, parts).map((key, part) => [
        key,
        sealed.slice(part * PART_LENGTH, (part + 1) * PART_LENGTH),
      ])
      const head: Head = { id, version: version + 1, due: due ?? expires, expires, parts }
      await commit({ head, sealed }, [
        storage.put({ head, ...Object.fromEntries(texts) }),
        ...(before > parts ? [storage.delete(partKeys(parts, before))] : []),
        storage.setAlarm(Math.max(head.due, now()) + ALARM_DELAY_MS),
      ])
      return true
    },
    remove: () => commit(null, [storage.deleteAlarm(), storage.deleteAll()]),
  }
}

const partKeys = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `part ${from + index}`)
