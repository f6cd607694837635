/**
 * Where an edge keeps its records: in rows of a table, or in Durable Objects. Both are in this process, so that a test can
 * see and place what is stored. `onWrite(id, stored)` is called after each write. `open` makes an edge of a package.
 */

/** `stored` is a row: `{ sealed, version, due, expires }`. */
export function table(onWrite = () => {}) {
  const rows = new Map()
  const store = {
    read: async (id) => rows.get(id) ?? null,
    async write(id, sealed, expectedVersion, { due = null, expires }) {
      if ((rows.get(id)?.version ?? 0) !== expectedVersion) return false
      const row = { sealed, version: expectedVersion + 1, due, expires }
      rows.set(id, row)
      onWrite(id, row)
      return true
    },
    remove: async (id) => void rows.delete(id),
    due: async (now, limit) =>
      [...rows].flatMap(([id, { due }]) => (due !== null && due <= now ? [id] : [])).slice(0, limit),
    async purge(now) {
      for (const [id, { expires }] of rows) if (expires <= now) rows.delete(id)
    },
  }
  return {
    get: (id) => rows.get(id),
    place: (id, row) => rows.set(id, row),
    open({ edge }, config) {
      const handle = edge({ ...config, store })
      return { handle, sweep: () => handle.sweep() }
    },
  }
}

/** `stored` is the storage of an object: its entries by their key, and its alarm. */
export function objects(onWrite = () => {}) {
  const disks = new Map()

  function storageOf(name) {
    const disk = () => disks.get(name) ?? disks.set(name, { entries: {}, alarm: null }).get(name)
    const changed = () => onWrite(name, structuredClone(disk()))
    return {
      list: async () => new Map(Object.entries(disk().entries).sort()),
      get: async (key) => disk().entries[key],
      async put(entries) {
        Object.assign(disk().entries, structuredClone(entries))
      },
      async delete(keys) {
        for (const key of keys) delete disk().entries[key]
        return keys.length
      },
      getAlarm: async () => disk().alarm,
      async setAlarm(time) {
        disk().alarm = time
        // The last part of a write.
        changed()
      },
      async deleteAlarm() {
        disk().alarm = null
      },
      deleteAll: async () => void disks.delete(name),
    }
  }

  return {
    get: (id) => disks.get(id),
    place: (id, stored) => disks.set(id, structuredClone(stored)),
    open({ durable }, config, waitUntil) {
      const running = new Map()
      const { fetch, FlowObject } = durable({
        ...config,
        objects: () => ({
          idFromName: (name) => name,
          get: (name) => ({ fetch: (url, init) => objectOf(name).fetch(new Request(url, init)) }),
        }),
      })
      const objectOf = (name) => {
        if (!running.has(name)) running.set(name, new FlowObject({ storage: storageOf(name), waitUntil }, undefined))
        return running.get(name)
      }
      /** Rings the alarms that are due. */
      async function sweep() {
        for (const [name, disk] of disks) {
          if (disk.alarm === null || disk.alarm > config.clock.now()) continue
          disk.alarm = null
          await objectOf(name).alarm()
        }
      }
      return { handle: fetch, sweep }
    },
  }
}

export const HOMES = { table, objects }
