/** The two places where a flow can run: this page or the edge. The flow has the same interface in both. */
import { connectionId } from './connection.js'
import { remote, restore } from './package.js'

/** @returns {Record<'page' | 'edge', object>} */
export function createRuntimes({ session, requestLog, clock, vendors }) {
  const host = (choices) => ({
    ...vendors[choices.vendor].host(session, choices, requestLog.fetch),
    fetch: requestLog.fetch,
    clock,
    // Called before each send, so that a reload in the middle does not submit anything twice.
    store: (snapshot) => session.keepFlow({ snapshot, choices, address: location.hash }),
  })
  const edge = session.hasServer && remote(session.edgeUrl, { fetch: requestLog.fetch, headers: session.edgeHeaders })

  return {
    page: {
      storedText: 'Its snapshot is stored. It contains no answers, credentials or tokens.',
      route: (vendor) => vendor.route(session),
      dataAdvice: (vendor) => vendor.dataAdvice,
      params: (person, choices) => vendors[choices.vendor].params(person, choices, session, requestLog.fetch),
      start: (params, choices) => vendors[choices.vendor].start(params, host(choices)),
      resume: (snapshot, choices) => restore(snapshot, host(choices)),
      discard() {},
    },
    edge: {
      storedText: 'Only its handle is stored. The flow itself is at the edge and continues there.',
      route: () => `From this page to the edge at ${location.host}/edge`,
      dataAdvice: (vendor) => vendor.edgeDataAdvice,
      params: (_, choices) => ({ connection: connectionId(choices) }),
      start: (params) => edge.start(params),
      resume: (handle) => edge.resume(handle),
      // Otherwise the next start of the same connection would join this flow.
      discard: (handle) => edge.resume(handle).cancel(),
    },
  }
}
