/** Where records live. Every text in it is sealed. */
export interface Store {
  /** The record of an id, with the number of its writes. */
  read(id: string): Promise<{ sealed: string; version: number } | null>
  /**
   * Writes a record where `expectedVersion` is still its version, which goes up by one; 0 where there must be
   * none. `false` where somebody else was first. `due` is when the flow wants to go on although nobody looks, and
   * `expires` when the record may be deleted, both in milliseconds since 1970.
   */
  write(id: string, sealed: string, expectedVersion: number, when: { due?: number; expires: number }): Promise<boolean>
  remove(id: string): Promise<void>
  /** The ids of some records that are due, for a sweep. */
  due?(now: number, limit: number): Promise<string[]>
  /** Deletes what has expired. */
  purge?(now: number): Promise<void>
}

/** A store in this process's memory: for tests, and for one process that may forget. */
export function memoryStore(): Store {
  const records = new Map<string, { sealed: string; version: number; due: number; expires: number }>()
  return {
    read: async (id) => records.get(id) ?? null,
    async write(id, sealed, expectedVersion, { due = Infinity, expires }) {
      if ((records.get(id)?.version ?? 0) !== expectedVersion) return false
      records.set(id, { sealed, version: expectedVersion + 1, due, expires })
      return true
    },
    remove: async (id) => void records.delete(id),
    due: async (now, limit) => [...records].flatMap(([id, { due }]) => (due <= now ? [id] : [])).slice(0, limit),
    async purge(now) {
      for (const [id, { expires }] of records) if (expires <= now) records.delete(id)
    },
  }
}
