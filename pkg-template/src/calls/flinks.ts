import { asFlowError } from '../flow/errors.js'
import { Flow } from '../flow/flow.js'
import {
  checkResponse,
  checkSecret,
  checkText,
  configToJson,
  mapSecret,
  splitHostOptions,
  toJson,
  type CheckedHost,
  type FetchInit,
  type HostOptions,
  type SecretSource,
  type VendorResponse,
} from '../flow/host.js'
import { formToObject, type Answers, type RawAnswers } from '../flow/steps.js'
import { newId } from '../shared.js'
import {
  FlowHandle,
  flinksAnswerRequest,
  flinksAuthorizeRequest,
  flinksAuthorizeResponse,
  flinksCallRequest,
  flinksCallResponse,
  flinksPollRequest,
  type AccountsDetailParams,
  type AccountsSummaryParams,
  type AuthorizeParams,
  type AuthorizeReply,
  type CallReply,
  type FlinksConfig,
  type IneligibleCard,
  type Request,
  type StatementsParams,
  type StoredAnswer,
} from '../wasm/calls.js'
import { makeSend } from './send.js'

/** The part of a `challenged` reply that `answerRequest` needs. */
export type Challenged = Pick<AuthorizeReply & { kind: 'challenged' }, 'requestId' | 'securityChallenges'>

/** The Flinks instance, customer and keys, and the options of a call. The keys belong on a back end, never in a page. */
export interface FlinksCallsHost extends FlinksConfig, Omit<HostOptions, 'probe' | 'fetch'> {
  /** Replaces the global `fetch`. The result of a data call is this function's `Response`, with the body unread. */
  fetch?: ((url: string, init: FetchInit) => Promise<Response> | Response) | undefined
  /** The secret key, which only `token` uses. */
  secretKey?: SecretSource | undefined
  /**
   * The `x-api-key` of the data calls. It is also sent with calls about cards and stored answers: Flinks' pages do
   * not say which key those need.
   */
  apiKey?: SecretSource | undefined
  /** The bearer token of `ineligibleCards` and `stuckCards`, without the word `Bearer`. */
  bearer?: SecretSource | undefined
}

/** The parameters and the result of each Flinks call. */
export interface FlinksCalls {
  GenerateAuthorizeToken: { params: Record<string, never>; result: string }
  GetMFAQuestions: { params: { loginId: string }; result: string[] }
  AnswerMFAQuestions: { params: { loginId: string; questions: StoredAnswer[] }; result: null }
  DeleteCard: { params: { loginId: string }; result: null }
  SetScheduledRefresh: { params: { loginId: string; isActivated: boolean }; result: null }
  GetNightlyRefreshStatus: { params: Record<string, never>; result: IneligibleCard[] }
  GetAccountsSummary: { params: AccountsSummaryParams; result: null }
  GetAccountsSummaryAsync: { params: { requestId: string }; result: null }
  GetAccountsDetail: { params: AccountsDetailParams; result: null }
  GetAccountsDetailAsync: { params: { requestId: string }; result: null }
  GetStatements: { params: StatementsParams; result: null }
  GetStatementsAsync: { params: { requestId: string }; result: null }
}

/**
 * A running data call: `working`, then `done` or `failed`. The result is the response of your `fetch`, with the body
 * unread, or null if Flinks has no data (NO_TRANSACTION).
 */
export type DataFlow = Flow<Response | null>

/**
 * Flinks' single calls. `…Request` and `…Response` are pairs for a loop of your own: one builds and validates a
 * request, the other interprets the response. Replace the request's slots with your keys, and send it. The other methods
 * send the request, retry it if that is safe, and throw or fail with a `FlowError`.
 */
export const flinks = {
  /** The request of Authorize. */
  authorizeRequest(params: AuthorizeParams, config: FlinksConfig): Request {
    return asFlowError(() => flinksAuthorizeRequest(toJson('params', params), configToJson('config', config)))
  },

  /** The request that polls, with the same token. Send at most one per 10,000 ms. */
  pollRequest(pending: { requestId: string }, config: FlinksConfig): Request {
    return asFlowError(() => flinksPollRequest(toJson('pending', pending), configToJson('config', config)))
  },

  /** The request that answers a challenge. Send it with the token of the request that was challenged. */
  answerRequest(challenged: Challenged, answers: Answers, config: FlinksConfig): Request {
    return answer(challenged, formToObject(answers), false, config)
  },

  /** The same, with Flinks' own keys and values, for a challenge type that Flinks does not document. */
  answerRawRequest(challenged: Challenged, answers: RawAnswers, config: FlinksConfig): Request {
    return answer(challenged, answers, true, config)
  },

  /** Interprets the response of Authorize. `requestId` is the one that the request contained, if any. */
  authorizeResponse(response: VendorResponse & { requestId?: string }): AuthorizeReply {
    const [checked, requestId] = [checkResponse(response), response.requestId ?? undefined]
    if (requestId !== undefined) checkText('/response/requestId', requestId)
    return asFlowError(() => flinksAuthorizeResponse(...checked, requestId))
  },

  /** The request of any other call. */
  request<Name extends keyof FlinksCalls>(
    name: Name,
    params: FlinksCalls[Name]['params'],
    config: FlinksConfig,
  ): Request {
    checkText('/call', name)
    return asFlowError(() => flinksCallRequest(name, toJson('params', params), configToJson('config', config)))
  },

  /** Interprets the response of any other call. A data call needs `body` only if `status` is 400 or more. */
  response<Name extends keyof FlinksCalls>(
    name: Name,
    response: Omit<VendorResponse, 'body'> & Partial<VendorResponse>,
  ): CallReply<FlinksCalls[Name]['result']> {
    const { status, body } = Object(response) as Partial<VendorResponse>
    const isData = /^Get(Accounts|Statements)/.test(checkText('/call', name))
    const needsNoBody = isData && typeof status === 'number' && status < 400
    const checked = checkResponse({ status, body: body ?? (needsNoBody ? '{}' : undefined) } as VendorResponse)
    return asFlowError(() => flinksCallResponse(name, ...checked)) as CallReply<FlinksCalls[Name]['result']>
  },

  /** Mints an authorize token. Each session needs a new one. */
  token(host: FlinksCallsHost): Promise<string> {
    return runCall('GenerateAuthorizeToken', {}, host)
  },

  /** The bank's questions that have no stored answer yet. */
  questions(loginId: string, host: FlinksCallsHost): Promise<string[]> {
    return runCall('GetMFAQuestions', { loginId }, host)
  },

  /** Stores answers. They are sent at most once: a lost reply ends in `outcome-unknown`. */
  async answerQuestions(loginId: string, questions: StoredAnswer[], host: FlinksCallsHost): Promise<void> {
    await runCall('AnswerMFAQuestions', { loginId, questions }, host)
  },

  /** Deletes all data that Flinks holds for a LoginId. Rejects with `card-in-use` while Flinks still processes it. */
  async deleteCard(loginId: string, host: FlinksCallsHost): Promise<void> {
    await runCall('DeleteCard', { loginId }, host)
  },

  /** Sets whether Flinks refreshes a card every night. */
  async setScheduledRefresh(loginId: string, isActivated: boolean, host: FlinksCallsHost): Promise<void> {
    await runCall('SetScheduledRefresh', { loginId, isActivated }, host)
  },

  /** The cards whose nightly refresh is on but does not run. */
  ineligibleCards(host: FlinksCallsHost): Promise<IneligibleCard[]> {
    return runCall('GetNightlyRefreshStatus', {}, host)
  },

  /** The ineligible cards that need MFA: use `reconnect` when their user is present. */
  async stuckCards(host: FlinksCallsHost): Promise<IneligibleCard[]> {
    const cards = await runCall('GetNightlyRefreshStatus', {}, host)
    return cards.filter(({ state }) => state === 'AnsweringSecurityChallenge')
  },

  /**
   * Fetches the accounts, their balances and holders.
   *
   * @example
   * const response = await flinks.accountsSummary({ requestId }, { instance, customerId, apiKey }).result()
   * const accounts = await response?.json()
   */
  accountsSummary(params: AccountsSummaryParams, host: FlinksCallsHost): DataFlow {
    return startDataCall('GetAccountsSummary', params, host)
  },

  /** Fetches the accounts with their transactions. */
  accountsDetail(params: AccountsDetailParams, host: FlinksCallsHost): DataFlow {
    return startDataCall('GetAccountsDetail', params, host)
  },

  /** Fetches the statements as PDF. Canada only. */
  statements(params: StatementsParams, host: FlinksCallsHost): DataFlow {
    return startDataCall('GetStatements', params, host)
  },
}

/** Restores a data call from its snapshot. */
export function restore(snapshot: string, host: FlinksCallsHost): DataFlow {
  const { config, options } = readHost(host)
  return dataFlow(() => FlowHandle.restore(String(snapshot), config), options, 'restored')
}

function answer(challenged: Challenged, answers: unknown, raw: boolean, config: FlinksConfig): Request {
  const [challengedJson, answersJson] = [toJson('challenged', challenged), toJson('answers', answers, !raw)]
  return asFlowError(() => flinksAnswerRequest(challengedJson, answersJson, raw, configToJson('config', config)))
}

async function runCall<Name extends keyof FlinksCalls>(
  name: Name,
  params: FlinksCalls[Name]['params'],
  host: FlinksCallsHost,
): Promise<FlinksCalls[Name]['result']> {
  const { config, options } = readHost(host)
  const handle = asFlowError(() => start(name, params, config))
  // Not stored: a snapshot would hold a token, or a call that cannot be restored.
  const checked = { ...options, store: undefined, send: makeSend() }
  return new Flow<FlinksCalls[Name]['result']>(handle, checked, 'started').result()
}

function startDataCall(name: keyof FlinksCalls, params: object, host: FlinksCallsHost): DataFlow {
  const { config, options } = readHost(host)
  return dataFlow(() => start(name, params, config), options, 'started')
}

function dataFlow(makeHandle: () => FlowHandle, options: CallOptions, begin: 'started' | 'restored'): DataFlow {
  let data: Response | null = null
  const send = makeSend((response) => (data = response))
  return new Flow<Response | null>(asFlowError(makeHandle), { ...options, send }, begin, () => data)
}

function start(call: keyof FlinksCalls, params: object, config: string): FlowHandle {
  return FlowHandle.start('flinks-call', newId(), toJson('params', { ...params, call }), config)
}

type CallOptions = Omit<CheckedHost, 'send'>

function readHost(host: FlinksCallsHost): { config: string; options: CallOptions } {
  const [options, { secretKey, apiKey, bearer, ...config }] = splitHostOptions<FlinksCallsHost & HostOptions>(host)
  for (const [name, secret] of Object.entries({ secretKey, apiKey, bearer })) checkSecret(name, secret)
  const secrets = {
    FlinksSecretKey: forEverySession(mapSecret(secretKey, (key) => key)),
    FlinksApiKey: forEverySession(mapSecret(apiKey, (key) => key)),
    FlinksBearer: forEverySession(mapSecret(bearer, (key) => `Bearer ${key}`)),
  }
  return { config: configToJson('host', config), options: { ...options, probe: false, secrets, vendor: 'flinks' } }
}

/** Makes a string key valid in every session. A flow uses a string for its first session only, as for a token. */
function forEverySession(secret: SecretSource | undefined): SecretSource | undefined {
  return typeof secret === 'string' ? () => secret : secret
}
