import type { Store } from '../config.js'

/** A store in the memory of this process: for tests, or for a single process that may lose its flows. */
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
