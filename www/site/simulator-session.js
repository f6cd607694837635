/**
 * This tab's session: a simulated vendor of its own, the clock offset, and the flow in progress. The tab keeps them in
 * `sessionStorage`, so that a reload can resume the flow.
 */
const STORAGE_KEY = 'bank-mfa-demo'

export async function openSession() {
  const { vendor, connect, instance, customerId } = await callJson('/config')
  const stored = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}')
  const state = { session: crypto.randomUUID(), offsetMs: 0, flow: null, tokens: {}, ...stored }
  const baseUrl = `${vendor}/s/${state.session}`
  const edgeUrl = `${location.origin}/edge`
  const edgeHeaders = { authorization: `Bearer ${state.session}` }
  const write = (value) => sessionStorage.setItem(STORAGE_KEY, JSON.stringify(value))
  const update = (changes) => {
    Object.assign(state, changes)
    try {
      write(state)
    } catch {
      // A snapshot with large pictures can exceed the storage quota. A reload then finds no flow.
      write({ ...state, flow: null })
    }
  }

  return {
    /** The vendor's API. */
    baseUrl,
    /** This page's server, which calls MX with the API key. */
    proxyUrl: `${location.origin}/mx/${state.session}`,
    edgeUrl,
    edgeHeaders,
    /** Flinks Connect. */
    connectUrl: `${connect}/s/${state.session}`,
    instance,
    customerId,
    state,

    /** Lists the simulated people: `people` for Flinks, `members` for MX. */
    list: (which) => callJson(`${baseUrl}/control/${which}`),

    /** Changes the simulator; `vendor-server.js` documents the commands. */
    control: (command) => callJson(`${baseUrl}/control`, command),

    /** Stores the flow for a reload; `null` removes it. A snapshot contains no secret. */
    keepFlow: (flow) => update(flow ? { flow } : { flow: null, tokens: {} }),

    /** Moves the clocks of vendor and edge forward. The vendor is first: the edge's clock must not be ahead of it. */
    async advance(ms) {
      await callJson(`${baseUrl}/control`, { advance: ms })
      await callJson(`${edgeUrl}/time`, { advance: ms }, (url, init) => fetch(url, { ...init, headers: edgeHeaders }))
      update({ offsetMs: state.offsetMs + ms })
    },

    /**
     * Returns one token for each vendor session of a flow: an answer must carry the token of the call that was
     * challenged. The demo stores tokens to survive a reload; a real back end would keep them on the server.
     * `fetch` is the one of the request log.
     */
    async authorizeToken({ flowId, session }, fetch) {
      const key = `${flowId}/${session}`
      if (!state.tokens[key]) {
        const { token } = await callJson('/token', { session: state.session }, fetch)
        update({ tokens: { ...state.tokens, [key]: token } })
      }
      return state.tokens[key]
    },
  }
}

async function callJson(url, body, send = fetch) {
  const response = await send(url, body && { method: 'POST', body: JSON.stringify(body) })
  if (!response.ok) throw new Error(`${new URL(url, location).pathname} answered ${response.status}`)
  return response.json()
}
