/**
 * Stores that acknowledge the writes before a send and forget them with their process: what an edge would be that sends
 * first and stores afterwards.
 */

/** A store. `isAhead` tells of a record whether a send follows. */
export function forgetfulStore(store, isAhead) {
  const pretended = new Map()
  /** How many writes of a record never happened. */
  const ahead = new Map()
  return {
    ...store,
    async read(id) {
      const found = await store.read(id)
      return pretended.get(id) ?? (found && { ...found, version: found.version + (ahead.get(id) ?? 0) })
    },
    async write(id, sealed, expectedVersion, when) {
      if (await isAhead(sealed, id)) {
        pretended.set(id, { sealed, version: expectedVersion + 1 })
        ahead.set(id, (ahead.get(id) ?? 0) + 1)
        return true
      }
      const written = await store.write(id, sealed, expectedVersion - (ahead.get(id) ?? 0), when)
      pretended.delete(id)
      return written
    },
  }
}

/** The storage of a Durable Object, whose record has its head and its text in parts. */
export function forgetfulStorage(storage, isAhead) {
  let pretended
  return {
    list: async () => pretended ?? storage.list(),
    get: async (key) => (await (pretended ?? storage.list())).get(key),
    getAlarm: () => storage.getAlarm(),
    setAlarm: (at) => storage.setAlarm(at),
    deleteAlarm: () => storage.deleteAlarm(),
    deleteAll: () => storage.deleteAll(),
    async transaction(run) {
      const before = await (pretended ?? storage.list())
      let [entries, alarm] = [{}, null]
      const outcome = await run({
        get: async (key) => before.get(key),
        put: async (put) => void (entries = put),
        delete: async () => {},
        setAlarm: async (at) => void (alarm = at),
      })
      const { head, ...parts } = entries
      if (head === undefined) return outcome
      pretended = new Map(Object.entries(entries))
      if (await isAhead(Object.values(parts).join(''), head.id)) return outcome
      pretended = undefined
      await storage.transaction(async (transaction) => {
        await transaction.put(entries)
        await transaction.setAlarm(alarm)
      })
      return outcome
    },
  }
}

/** By the seal of the company. */
export const aheadBy = (sealer) => async (sealed, id) => JSON.parse(await sealer.open(sealed, id)).busyUntil > 0
