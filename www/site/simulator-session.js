/**
 * This tab's session: simulated banks of its own, the clock offset, and the flow in progress. The tab keeps them in
 * `sessionStorage`, so that a reload can resume the flow.
 */
import { openPageBank } from './page-bank.js'
import { openServerBank } from './server-bank.js'

const STORAGE_KEY = 'bank-mfa-demo'

export async function openSession() {
  const config = await readConfig()
  const stored = config ? JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}') : {}
  const state = { session: crypto.randomUUID(), offsetMs: 0, flow: null, tokens: {}, ...stored }
  const bank = config ? openServerBank(config, state.session) : await openPageBank(() => Date.now() + state.offsetMs)
  const write = (value) => sessionStorage.setItem(STORAGE_KEY, JSON.stringify(value))
  const update = (changes) => {
    Object.assign(state, changes)
    if (!config) return
    try {
      write(state)
    } catch {
      // A snapshot with large pictures can exceed the storage quota. A reload then finds no flow.
      write({ ...state, flow: null })
    }
  }

  return {
    ...bank,
    /** Whether a server runs the banks, the edge and the vendors' own pages. */
    hasServer: config !== null,
    state,

    /** Stores the flow for a reload; `null` removes it. A snapshot contains no secret. */
    keepFlow: (flow) => update(flow ? { flow } : { flow: null, tokens: {} }),

    /** Moves all clocks but the flow's forward. */
    async advance(ms) {
      await bank.advance(ms)
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
        const body = JSON.stringify({ session: state.session })
        const reply = await fetch(bank.tokenUrl, { method: 'POST', body })
        if (!reply.ok) throw new Error(`the token request was answered ${reply.status}`)
        const { token } = await reply.json()
        update({ tokens: { ...state.tokens, [key]: token } })
      }
      return state.tokens[key]
    },
  }
}

/** The server's configuration, or null without one: the file `config` of this folder then has no vendor. */
async function readConfig() {
  const reply = await fetch('config')
  const config = reply.ok ? await reply.json() : {}
  return config.vendor ? config : null
}
