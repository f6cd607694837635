/**
 * Where a flow runs: in this page, or at the edge. Either gives a flow of the same surface, so that nothing else of
 * the page has to know where it is.
 */
import { nameOf } from './connection.js'
import { remote, restore } from './package.js'

/** @returns {Record<'page' | 'edge', object>} how to begin a flow, to take one up, and to forget one */
export function createHomes({ session, wire, clock, vendors }) {
  /** What a flow in this page is given to work with. */
  const host = (chosen) => ({
    ...vendors[chosen.vendor].host(session, chosen, wire.fetch),
    fetch: wire.fetch,
    clock,
    // Before each send, so that a page which is reloaded in the middle does not submit anything twice.
    store: (snapshot) => session.keepFlow({ snapshot, chosen }),
  })
  const edge = remote(session.edgeUrl, { fetch: wire.fetch, headers: session.asUser })

  return {
    page: {
      kept: 'Its snapshot was kept, without answers, credentials or tokens in it.',
      route: (vendor) => vendor.route(session),
      fetchWords: (vendor) => vendor.fetchWords,
      params: (person, chosen) => vendors[chosen.vendor].params(person, chosen, session, wire.fetch),
      begin: (params, chosen) => vendors[chosen.vendor].begin(params, host(chosen), chosen),
      resume: (snapshot, chosen) => restore(snapshot, host(chosen)),
      forget() {},
    },
    edge: {
      kept: 'Its handle was kept, and nothing else: the flow itself is at the edge, and goes on meanwhile.',
      route: () => `From this page to the edge, at ${location.host}/edge`,
      fetchWords: (vendor) => vendor.toldWords,
      params: (_, chosen) => ({ connection: nameOf(chosen) }),
      begin: (params) => edge.start(params),
      resume: (handle) => edge.resume(handle),
      // Whoever starts it again would join it.
      forget: (handle) => edge.resume(handle).cancel(),
    },
  }
}
