import { refusing } from '../flow/errors.js'
import { sender } from './send.js'
import { Flow } from '../flow/flow.js'
import { toFields, type Answers, type RawAnswers } from '../flow/steps.js'
import { newId } from '../shared.js'
import {
  checkSecret,
  mapSecret,
  partHost,
  toConfig,
  toJson,
  toReply,
  type FetchInit,
  type Host,
  type HostOptions,
  type Judged,
  type Secret,
} from '../flow/host.js'
import {
  FlowHandle,
  flinksAnswerRequest,
  flinksAuthorizeRequest,
  flinksAuthorizeResponse,
  flinksCallRequest,
  flinksCallResponse,
  flinksPollRequest,
  type AccountsDetailParams,
  type AuthorizeParams,
  type AuthorizeReply,
  type CallReply,
  type FlinksConfig,
  type IneligibleCard,
  type Request,
  type StatementsParams,
  type StoredAnswer,
} from '../wasm/calls.js'

/** What an answer needs of a reply that asks, as `authorizeResponse` gave it. */
export type Challenged = Pick<AuthorizeReply & { kind: 'challenged' }, 'requestId' | 'securityChallenges'>

/** Where and as whom to call Flinks, and with which keys. They are a back end's: never in a page. */
export interface FlinksCallsHost extends FlinksConfig, Omit<HostOptions, 'probe'> {
  /** Makes the calls instead of the global `fetch`. Data comes as its response, unread. */
  fetch?: ((url: string, init: FetchInit) => Promise<Response> | Response) | undefined
  /** For `token`, and for nothing else. */
  secretKey?: Secret | undefined
  /** The `x-api-key` of the data calls. Flinks' pages print none for cards and answers; it goes there, too. */
  apiKey?: Secret | undefined
  /** For `ineligibleCards` and `stuckCards`; without the word `Bearer`. */
  bearer?: Secret | undefined
}

/** What each of Flinks' calls takes, and what comes of it. */
export interface FlinksCalls {
  GenerateAuthorizeToken: { params: Record<string, never>; result: string }
  GetMFAQuestions: { params: { loginId: string }; result: string[] }
  AnswerMFAQuestions: { params: { loginId: string; questions: StoredAnswer[] }; result: null }
  DeleteCard: { params: { loginId: string }; result: null }
  SetScheduledRefresh: { params: { loginId: string; isActivated: boolean }; result: null }
  GetNightlyRefreshStatus: { params: Record<string, never>; result: IneligibleCard[] }
  GetAccountsSummary: { params: { requestId: string }; result: null }
  GetAccountsSummaryAsync: { params: { requestId: string }; result: null }
  GetAccountsDetail: { params: AccountsDetailParams; result: null }
  GetAccountsDetailAsync: { params: { requestId: string }; result: null }
  GetStatements: { params: StatementsParams; result: null }
  GetStatementsAsync: { params: { requestId: string }; result: null }
}

/**
 * A data call that runs: `working`, and at last `done` or `failed`. Its result is the response of your `fetch`,
 * unread; or null, where Flinks says that there is nothing to show (NO_TRANSACTION).
 */
export type DataFlow = Flow<Response | null>

/** Flinks' single calls. */
export const flinks = {
  /** The validated request of Authorize, for a loop of your own. Fill in its slots and send it. */
  authorizeRequest(params: AuthorizeParams, config: FlinksConfig): Request {
    return refusing(() => flinksAuthorizeRequest(toJson('params', params), toConfig(config)))
  },

  /** The validated request that asks on, under the same token; no more than one in 10,000 ms. */
  pollRequest(pending: { requestId: string }, config: FlinksConfig): Request {
    return refusing(() => flinksPollRequest(toJson('pending', pending), toConfig(config)))
  },

  /** The validated request that answers; send it under the authorize token that was challenged. */
  answerRequest(challenged: Challenged, answers: Answers, config: FlinksConfig): Request {
    return answer(challenged, toFields(answers), false, config)
  },

  /** The same with Flinks' own keys and values, for a challenge that Flinks does not document. */
  answerRawRequest(challenged: Challenged, answers: RawAnswers, config: FlinksConfig): Request {
    return answer(challenged, answers, true, config)
  },

  /** Judges a reply of Authorize. `requestId` is the one that the call carried, if it carried one. */
  authorizeResponse(response: Judged & { requestId?: string }): AuthorizeReply {
    return refusing(() => flinksAuthorizeResponse(...toReply(response), response.requestId))
  },

  /** The validated request of any other call, for a loop of your own. Fill in its slot and send it. */
  request<Name extends keyof FlinksCalls>(
    name: Name,
    params: FlinksCalls[Name]['params'],
    config: FlinksConfig,
  ): Request {
    return refusing(() => flinksCallRequest(name, toJson('params', params), toConfig(config)))
  },

  /**
   * Judges its reply. A data call's body is wanted of a refusal only, from status 400 on; the data is yours.
   */
  response<Name extends keyof FlinksCalls>(
    name: Name,
    response: Omit<Judged, 'body'> & Partial<Judged>,
  ): CallReply<FlinksCalls[Name]['result']> {
    const kept = response?.status < 400 && /^Get(Accounts|Statements)/.test(name) ? '{}' : undefined
    const reply = toReply({ ...response, body: response?.body ?? (kept as string) })
    return refusing(() => flinksCallResponse(name, ...reply)) as CallReply<FlinksCalls[Name]['result']>
  },

  /** Mints an authorize token: one for each session. */
  token(host: FlinksCallsHost): Promise<string> {
    return once('GenerateAuthorizeToken', {}, host)
  },

  /** The questions of the bank that still have no stored answer. */
  questions(loginId: string, host: FlinksCallsHost): Promise<string[]> {
    return once('GetMFAQuestions', { loginId }, host)
  },

  /** Stores answers. They reach Flinks at most once: where that is not known, it ends in `outcome-unknown`. */
  async answerQuestions(loginId: string, questions: StoredAnswer[], host: FlinksCallsHost): Promise<void> {
    await once('AnswerMFAQuestions', { loginId, questions }, host)
  },

  /** Deletes all that Flinks holds of a LoginId. `card-in-use` while it is still being processed. */
  async deleteCard(loginId: string, host: FlinksCallsHost): Promise<void> {
    await once('DeleteCard', { loginId }, host)
  },

  /** Whether Flinks refreshes a card every night. */
  async setScheduledRefresh(loginId: string, isActivated: boolean, host: FlinksCallsHost): Promise<void> {
    await once('SetScheduledRefresh', { loginId, isActivated }, host)
  },

  /** The cards that are to be refreshed every night and are not. */
  ineligibleCards(host: FlinksCallsHost): Promise<IneligibleCard[]> {
    return once('GetNightlyRefreshStatus', {}, host)
  },

  /** Those among them that are stuck on MFA: a person must answer, so reconnect them. */
  async stuckCards(host: FlinksCallsHost): Promise<IneligibleCard[]> {
    const cards = await once('GetNightlyRefreshStatus', {}, host)
    return cards.filter(({ state }) => state === 'AnsweringSecurityChallenge')
  },

  /** The accounts, their balances and holders. */
  accountsSummary(params: { requestId: string }, host: FlinksCallsHost): DataFlow {
    return data('GetAccountsSummary', params, host)
  },

  /** The accounts with their transactions. */
  accountsDetail(params: AccountsDetailParams, host: FlinksCallsHost): DataFlow {
    return data('GetAccountsDetail', params, host)
  },

  /** The statements, as PDF. In Canada. */
  statements(params: StatementsParams, host: FlinksCallsHost): DataFlow {
    return data('GetStatements', params, host)
  },
}

/** Takes up a data call where its snapshot left it. */
export function restore(snapshot: string, host: FlinksCallsHost): DataFlow {
  const { config, options } = readHost(host)
  return keeping(() => FlowHandle.restore(String(snapshot), config), options, 'restored')
}

function answer(challenged: Challenged, answers: unknown, raw: boolean, config: FlinksConfig): Request {
  const [json, given] = [toJson('challenged', challenged), toJson('answers', answers, !raw)]
  return refusing(() => flinksAnswerRequest(json, given, raw, toConfig(config)))
}

async function once<Name extends keyof FlinksCalls>(
  name: Name,
  params: FlinksCalls[Name]['params'],
  host: FlinksCallsHost,
): Promise<FlinksCalls[Name]['result']> {
  const { config, options } = readHost(host)
  const handle = refusing(() => start(name, params, config))
  // Nothing of it is stored: it would be the token, or nothing that could be taken up.
  const flow = new Flow<FlinksCalls[Name]['result']>(
    handle,
    { ...options, store: undefined, send: sender() },
    'started',
  )
  return flow.result()
}

function data(name: keyof FlinksCalls, params: object, host: FlinksCallsHost): DataFlow {
  const { config, options } = readHost(host)
  return keeping(() => start(name, params, config), options, 'started')
}

function keeping(begin: () => FlowHandle, options: Omit<Host, 'send'>, event: 'started' | 'restored'): DataFlow {
  let kept: Response | null = null
  const send = sender((response) => (kept = response))
  return new Flow<Response | null>(refusing(begin), { ...options, send }, event, () => kept)
}

function start(call: keyof FlinksCalls, params: object, config: string): FlowHandle {
  return FlowHandle.start('flinks-call', newId(), toJson('params', { ...params, call }), config)
}

function readHost(host: FlinksCallsHost): { config: string; options: Omit<Host, 'send'> } {
  const [options, { secretKey, apiKey, bearer, ...config }] = partHost<FlinksCallsHost & HostOptions>(host)
  const named = { secretKey, apiKey, bearer }
  for (const [name, secret] of Object.entries(named)) checkSecret(name, secret)
  const secrets = {
    FlinksSecretKey: forAll(mapSecret(secretKey, (key) => key)),
    FlinksApiKey: forAll(mapSecret(apiKey, (key) => key)),
    FlinksBearer: forAll(mapSecret(bearer, (key) => `Bearer ${key}`)),
  }
  return { config: toConfig(config), options: { ...options, probe: false, secrets } }
}

/** These keys are the customer's, for all sessions. */
function forAll(secret: Secret | undefined): Secret | undefined {
  return typeof secret === 'string' ? () => secret : secret
}
