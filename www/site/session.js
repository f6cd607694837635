/**
 * What this tab keeps: its own simulated vendor, how far the clocks were set forward, and a flow
 * under way, so that a reload can take it up again.
 */
const KEY = 'bank-mfa-demo'

export async function openSession() {
  const { vendor, connect, instance, customerId } = await json('/config')
  const kept = JSON.parse(sessionStorage.getItem(KEY) ?? '{}')
  const state = { session: crypto.randomUUID(), ahead: 0, flow: null, tokens: {}, ...kept }
  const baseUrl = `${vendor}/s/${state.session}`
  const proxyUrl = `${location.origin}/mx/${state.session}`
  const edgeUrl = `${location.origin}/edge`
  const asUser = { authorization: `Bearer ${state.session}` }
  const write = (kept) => sessionStorage.setItem(KEY, JSON.stringify(kept))
  const keep = (change) => {
    Object.assign(state, change)
    try {
      write(state)
    } catch {
      // A snapshot with pictures of megabytes in it is more than a tab may keep: a reload finds no flow then.
      write({ ...state, flow: null })
    }
  }

  return {
    /** The vendor's own address. */
    baseUrl,
    /** This page's server, which calls the vendor with its key. */
    proxyUrl,
    /** Where flows run that do not run here, and how it knows whose they are. */
    edgeUrl,
    asUser,
    /** Where the vendor's own page is, which a person visits. */
    connectUrl: `${connect}/s/${state.session}`,
    instance,
    customerId,
    state,

    /** Who can be simulated: `people` or `members`. */
    list: (which) => json(`${baseUrl}/control/${which}`),

    /** See `vendor.js` for what can be asked of the simulator. */
    control: (wish) => json(`${baseUrl}/control`, wish),

    /** Keeps a flow for the case of a reload; `null` once it has ended. A snapshot holds no secret. */
    keepFlow: (flow) => keep(flow ? { flow } : { flow: null, tokens: {} }),

    /** The vendor's time first: the edge's must not be ahead of it. */
    async advance(ms) {
      await json(`${baseUrl}/control`, { advance: ms })
      await json(`${edgeUrl}/time`, { advance: ms }, (url, init) => fetch(url, { ...init, headers: asUser }))
      keep({ ahead: state.ahead + ms })
    },

    /**
     * One token for each session of a flow: the call that answers must carry the token of the call
     * that was challenged. It outlives a reload here so that the demo can show one; a real back
     * end would keep it to itself. The `fetch` is the logged one.
     */
    async authorizeToken({ flowId, session }, fetch) {
      const name = `${flowId}/${session}`
      if (!state.tokens[name]) {
        const { token } = await json('/token', { session: state.session }, fetch)
        keep({ tokens: { ...state.tokens, [name]: token } })
      }
      return state.tokens[name]
    },
  }
}

async function json(url, body, send = fetch) {
  const response = await send(url, body && { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${new URL(url, location).pathname} answered ${response.status}`)
  return response.json()
}
