import { asFlowError } from './errors.js'
import { Flow } from './flow.js'
import type { CheckedHost, Send } from './host.js'
import { sender, type SendGlue } from './send.js'
import { newId } from '../shared.js'
import type { FlowHandle } from '../wasm/bank_mfa.js'

/** What flows use of a wasm's glue. */
export interface Glue extends SendGlue {
  FlowHandle: typeof FlowHandle
}

/** A host whose options are checked, and the configuration in it, which the core checks. */
export interface ReadHost {
  config: string
  checked: Omit<CheckedHost, 'send'>
}

/** A wasm with the flows of one vendor or of both. Each entry makes it from the glue of its own wasm. */
export class Core {
  readonly #handles: Glue['FlowHandle']
  readonly #send: Send

  constructor({ FlowHandle, ...glue }: Glue) {
    this.#handles = FlowHandle
    this.#send = sender(glue)
  }

  /** Starts a flow. `name` is its name in the core, and `params` are JSON. */
  start<Result>(name: string, params: string, { config, checked }: ReadHost): Flow<Result> {
    const handle = asFlowError(() => this.#handles.start(name, newId(), params, config))
    return new Flow<Result>(handle, { ...checked, send: this.#send }, 'started')
  }

  /** Restores a flow. `window` is the address of its window, if the user is still in it. */
  restore<Result>(snapshot: string, { config, checked }: ReadHost, window?: string | null): Flow<Result> {
    const handle = asFlowError(() => this.#handles.restore(String(snapshot), config))
    // Only a string needs the number: it is the token of the first session.
    const sessions = typeof checked.secrets['FlinksAuthorizeToken'] === 'string' ? sessionsOf(snapshot) : 0
    const host = { ...checked, send: this.#send, sessions }
    return new Flow<Result>(handle, host, typeof window === 'string' ? { window } : 'restored')
  }
}

const sessionsOf = (snapshot: string) => (JSON.parse(snapshot) as { flow: { session: number } }).flow.session
