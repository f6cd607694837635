import type { Core, ReadHost } from './core.js'
import { invalidInput } from './errors.js'
import type { Flow } from './flow.js'
import {
  checkSecret,
  configToJson,
  mapSecret,
  splitHostOptions,
  toJson,
  type HostOptions,
  type SecretSource,
} from './host.js'
import { isObject, newId } from '../shared.js'
import type {
  Authorized,
  AuthorizeParams,
  ConnectParams,
  FlinksConfig,
  ConnectionProof,
  MidSessionParams,
  ReconnectParams,
  ResumeParams,
} from '../wasm/bank_mfa.js'

/** The Flinks instance and customer, the authorize token, and the options of a flow. */
export interface FlinksHost extends FlinksConfig, HostOptions {
  /**
   * The authorize token: your back end gets it from GenerateAuthorizeToken. Never pass the secret key. A function
   * is called once per session, which is one Authorize call and its answers; a flow can need several sessions. It
   * must return the same token for the same session, also after `restore`. If it rejects, nothing is sent. A string
   * serves one session, so the flow then never asks for credentials (`signIn` is `never`).
   * Customers from before October 2024 may have no tokens: leave it out.
   */
  authorizeToken?: SecretSource | undefined
}

/** The result of `reconnect`, `resume` and `connect`. */
export type Connected = Authorized & ConnectionProof

/**
 * Flinks (Canada): https://docs.flinks.com. Each method starts a flow. It throws a `FlowError` with `INVALID_INPUT`,
 * and sends nothing, if an argument is missing, malformed or contradicts another.
 */
export interface FlinksFlows {
  /**
   * Authorizes a session, cached or live, with any number of MFA rounds. With an `institution` and no username and
   * password, the first round asks for them.
   *
   * @example
   * const flow = flinks.authorize({ loginId, mostRecentCached: false }, { instance, customerId, authorizeToken })
   * for await (const step of flow) {
   *   if (step.kind === 'challenge') await step.answer(new FormData(await showForm(step.round)))
   * }
   * const { requestId } = await flow.result()
   */
  authorize(params: AuthorizeParams, host: FlinksHost): Flow<Authorized>

  /**
   * Refreshes a stored connection while the user is present. If the bank asks for MFA, the user answers in your form or
   * in Flinks' iframe (step `connect`). If they must sign in again, the iframe asks for credentials; the flow then fails
   * unless they belong to the same LoginId. The result says which method worked and what it proves. The flow can need
   * several tokens, so `authorizeToken` must be a function or absent.
   *
   * @example
   * const flow = flinks.reconnect({ loginId, presentation: 'form' }, { instance, customerId, authorizeToken })
   * const { requestId, method, health } = await flow.result()
   */
  reconnect(params: ReconnectParams & MidSessionParams & ConnectParams, host: FlinksHost): Flow<Connected>

  /**
   * Opens Flinks' iframe (step `connect`) in a session that waits for MFA, by a RequestId that your back end holds. The
   * LoginId is confirmed as in `reconnect`; without `loginId`, it may belong to another user: see `ownership`. It is
   * Flinks' "Resume", and continues no flow of this package: `restore` does that, and at an edge `remote(…).resume`.
   *
   * @example
   * const flow = flinks.resume({ requestId, loginId }, { instance, customerId, authorizeToken })
   */
  resume(params: ResumeParams & MidSessionParams & ConnectParams, host: FlinksHost): Flow<Connected>

  /**
   * Links a user's bank for the first time, in Flinks' iframe (step `connect`). The flow confirms the LoginId with a
   * cached Authorize: it exists, but may belong to another user. See `ownership` of the result.
   */
  connect(params: ConnectParams, host: FlinksHost): Flow<Connected>
}

/** @internal The flows of Flinks that run in a core. */
export const flinksFlows = (core: Core): FlinksFlows => {
  const connect = (name: string) => (params: object, host: FlinksHost) => {
    if (typeof host?.authorizeToken === 'string') {
      throw invalidInput('/host/authorizeToken', 'must be a function: each session needs a new token')
    }
    const read = readFlinks(host)
    // The redirect URL and the tag carry this random state, so that a landing URL works for this flow only.
    const json = toJson('params', isObject(params) ? { ...params, state: newId() } : params)
    return core.start<Connected>(name, json, read)
  }
  return {
    authorize(params, host) {
      const { config, checked } = readFlinks(host)
      const json = toJson('params', withSignIn(params, host))
      return core.start('flinks', json, {
        config,
        checked: { ...checked, firstProbe: firstProbe(params, Object(host)) },
      })
    },
    reconnect: connect('flinks-reconnect'),
    resume: connect('flinks-resume'),
    connect: connect('flinks-connect'),
  }
}

/** The address and the header names of Authorize, which the core uses only after the form of credentials. */
function firstProbe(
  params: AuthorizeParams | undefined,
  { baseUrl, instance, customerId, authorizeToken }: FlinksHost,
) {
  const base = `${baseUrl ?? `https://${instance}-api.private.fin.ag`}`.replace(/\/$/, '')
  const url = `${base}/v3/${customerId}/BankingServices/Authorize${params?.async ? 'Async' : ''}`
  return { url, headers: ['content-type', ...(authorizeToken === undefined ? [] : ['flinks-auth-key'])] }
}

/** A string is the token of one session, and each submission of credentials opens a session. */
function withSignIn(params: AuthorizeParams, host: FlinksHost): AuthorizeParams {
  if (typeof host?.authorizeToken !== 'string' || !isObject(params)) return params
  const given: AuthorizeParams = params
  const signIn = given.signIn ?? 'never'
  if (signIn === 'ask') {
    throw invalidInput('/host/authorizeToken', 'must be a function if signIn is ask: each session needs a new token')
  }
  return { ...params, signIn }
}

/** @internal */
export function readFlinks(host: FlinksHost): ReadHost {
  const [options, { authorizeToken, ...config }] = splitHostOptions(host)
  checkSecret('authorizeToken', authorizeToken)
  const secrets = { FlinksAuthorizeToken: mapSecret(authorizeToken, (token) => token) }
  return { config: configToJson('host', config), checked: { ...options, secrets, vendor: 'flinks' } }
}
