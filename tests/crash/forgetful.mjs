/**
 * A store that acknowledges the writes before a send and forgets them with its process: what an edge would be that sends
 * first and stores afterwards. `isAhead` tells of a record whether a send follows.
 */
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

/** Whether a send follows, by the seal of the company. */
export const aheadBy = (sealer) => async (sealed, id) => JSON.parse(await sealer.open(sealed, id)).leaseUntil > 0
