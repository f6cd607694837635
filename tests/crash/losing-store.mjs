/**
 * A store that acknowledges the writes before a send and loses them with its process. With it, the edge behaves like
 * one that stores after it sends. `isBeforeSend` tells whether a send follows a record.
 */
export function losingStore(store, isBeforeSend) {
  const acknowledged = new Map()
  /** How many writes of a record did not happen. */
  const skipped = new Map()
  return {
    ...store,
    async read(id) {
      const found = await store.read(id)
      return acknowledged.get(id) ?? (found && { ...found, version: found.version + (skipped.get(id) ?? 0) })
    },
    async write(id, sealed, expectedVersion, when) {
      if (await isBeforeSend(sealed, id)) {
        acknowledged.set(id, { sealed, version: expectedVersion + 1 })
        skipped.set(id, (skipped.get(id) ?? 0) + 1)
        return true
      }
      const written = await store.write(id, sealed, expectedVersion - (skipped.get(id) ?? 0), when)
      acknowledged.delete(id)
      return written
    },
  }
}

/** Opens a record and tells whether a send follows. */
export const precedesSend = (sealer) => async (sealed, id) => JSON.parse(await sealer.open(sealed, id)).leaseUntil > 0
