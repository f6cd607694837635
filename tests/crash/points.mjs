/** What every home of the worker shares: how its effects are named, and its store with a fault. */
export const ORIGIN = 'https://app.example'
export const SEAL = { current: 'k1', keys: { k1: Buffer.alloc(32, 1).toString('base64') } }

/** What a call to a vendor is for. */
export function purposeOf(url, { method, body }) {
  const last = new URL(url).pathname.split('/').at(-1)
  if (last === 'GenerateAuthorizeToken') return 'token'
  if (last.startsWith('Authorize')) {
    const said = body === null ? {} : JSON.parse(body)
    if (said.SecurityResponses) return 'answer'
    if (said.RequestId) return 'poll'
    return said.MostRecentCached ? 'cached start' : 'live start'
  }
  if (last === 'resume' || last === 'status' || last === 'oauth_window_uri') return last
  if (last === 'members') return 'create'
  return method === 'PUT' ? 'update' : 'job'
}

/**
 * A store that acknowledges the writes before a send and forgets them with its process: what an edge would be that
 * sends first and stores afterwards.
 */
export function forgetful(store, sealer) {
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
      const { busyUntil = 0 } = JSON.parse(await sealer.open(sealed, id))
      if (busyUntil > 0) {
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
