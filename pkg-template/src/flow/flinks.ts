import { invalidInput, refusing } from './errors.js'
import { Flow } from './flow.js'
import { newId } from '../shared.js'
import { checkSecret, mapSecret, partHost, toConfig, toJson, type Host, type HostOptions, type Secret } from './host.js'
import { send } from './send.js'
import {
  FlowHandle,
  type Authorized,
  type AuthorizeParams,
  type ConnectParams,
  type FlinksConfig,
  type ConnectionProof,
  type ReconnectParams,
} from '../wasm/bank_mfa.js'

/** Where and as whom to call Flinks, and with what. */
export interface FlinksHost extends FlinksConfig, HostOptions {
  /**
   * The authorize token, minted by GenerateAuthorizeToken at your back end, and never the secret key. A
   * function is asked once a session: one Authorize and its answers are one session, and a flow can need
   * a second one. It must give the same session the same token, also after `restore`. Customers from
   * before October 2024 may have none. Where the function rejects, nothing is sent.
   */
  authorizeToken?: Secret | undefined
}

/** What came of a reconnect or a first link. */
export type Connected = Authorized & ConnectionProof

/** Flinks (Canada): https://docs.flinks.com */
export const flinks = {
  /**
   * Authorizes a session, cached or live, with MFA in any number of rounds. Throws a `FlowError` with
   * `INVALID_INPUT`, and sends nothing, where an argument is missing, malformed or contradicts another.
   */
  authorize(params: AuthorizeParams, host: FlinksHost): Flow<Authorized> {
    const { config, checked } = readFlinks(host)
    const handle = refusing(() => FlowHandle.start('flinks', newId(), toJson('params', params), config))
    return new Flow<Authorized>(handle, checked, 'started')
  },

  /**
   * Lives through MFA: a live refresh of a LoginId. Where the bank asks, the person answers in a form of yours
   * or, mid-session, in Flinks' own frame (step `connect`); where only signing in anew helps, the frame asks
   * for credentials, and the flow goes on only if they are of the same LoginId. The result says which way it
   * took and how much it proves. It can need three tokens, so `authorizeToken` is a function, if anything.
   */
  reconnect(params: ReconnectParams & ConnectParams, host: FlinksHost): Flow<Connected> {
    return connect('flinks-reconnect', params, host)
  },

  /**
   * A person's first link, in Flinks' own frame (step `connect`), and confirmed by cached Authorize. That
   * proves that the LoginId exists, not whose it is: see `ownership` of the result.
   */
  connect(params: ConnectParams, host: FlinksHost): Flow<Connected> {
    return connect('flinks-connect', params, host)
  },
}

function connect(vendor: string, params: object, host: FlinksHost): Flow<Connected> {
  if (typeof host?.authorizeToken === 'string') {
    throw invalidInput('/config/authorizeToken', 'must be a function here: one token serves one session')
  }
  const { config, checked } = readFlinks(host)
  const id = newId()
  // The address bar and the tag carry it, so that nobody can hand somebody else's landing address on.
  const json = toJson('params', typeof params === 'object' ? { ...params, state: newId() } : params)
  return new Flow<Connected>(
    refusing(() => FlowHandle.start(vendor, id, json, config)),
    checked,
    'started',
  )
}

/** @internal */
export function readFlinks(host: FlinksHost): { config: string; checked: Host } {
  const [options, { authorizeToken, ...config }] = partHost(host)
  checkSecret('authorizeToken', authorizeToken)
  const secrets = { FlinksAuthorizeToken: mapSecret(authorizeToken, (token) => token) }
  return { config: toConfig(config), checked: { ...options, secrets, send } }
}
