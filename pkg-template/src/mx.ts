import { invalidInput, refusing } from './errors.js'
import { Flow, newId, toFields, type Answers, type RawAnswers } from './flow.js'
import {
  checkSecret,
  isSecret,
  mapSecret,
  partHost,
  toConfig,
  toJson,
  toReply,
  type Host,
  type HostOptions,
  type Judged,
  type Secret,
} from './host.js'
import {
  FlowHandle,
  mxRequest,
  mxResponse,
  mxResumeRequest,
  type MemberParams,
  type MxConfig,
  type MxConnected,
  type MxReply,
  type Request,
} from './wasm/bank_mfa.js'

/** Which of MX's hosts to call, and with what. */
export interface MxHost extends MxConfig, HostOptions {
  /**
   * The client id and the API key. They are a server's: never in a page. Without them the header is left
   * out, for a proxy that adds it.
   */
  clientId?: string | undefined
  /** A string, or a function that is asked once a flow. */
  apiKey?: Secret | undefined
}

/** What an answer needs of a reply that asks. */
type Asked = Pick<MxReply & { kind: 'challenged' }, 'asked'>

/** MX (US and Canada): https://docs.mx.com */
export const mx = {
  /**
   * Runs a member: a `job` of a member that exists; a new member (`institutionCode` and `credentials`, or
   * `isOauth`); new `credentials` for a member; or, with a `memberGuid` alone, takes up a member that
   * already runs or is CHALLENGED, which is where a webhook or a link in a letter leads to.
   */
  member(params: MemberParams, host: MxHost): Flow<MxConnected> {
    const { config, checked } = readMx(host)
    const handle = refusing(() => FlowHandle.start('mx', newId(), toJson('params', params), config))
    return new Flow<MxConnected>(handle, checked, 'started')
  },

  /** The validated request that begins, for a loop of your own. Fill in its slot and send it. */
  startRequest: (params: MemberParams, config: MxConfig): Request => request('start', params, config),
  /** The request for a member's status. No more than one in 3,000 ms. */
  statusRequest: (params: MemberParams, config: MxConfig): Request => request('status', params, config),
  /** The request for a member's challenges. */
  challengesRequest: (params: MemberParams, config: MxConfig): Request => request('challenges', params, config),
  /** The request for the window in which the person signs in. */
  windowRequest: (params: MemberParams, config: MxConfig): Request => request('window', params, config),

  /** The request that answers all challenges of a round. Read the status just before you send it. */
  resumeRequest(params: MemberParams, challenged: Asked, answers: Answers, config: MxConfig): Request {
    return resume(params, challenged, toFields(answers), false, config)
  },

  /** The same with guids and values of your own. */
  resumeRawRequest(params: MemberParams, challenged: Asked, answers: RawAnswers, config: MxConfig): Request {
    return resume(params, challenged, answers, true, config)
  },

  /** Judges the reply to a status request. */
  statusResponse: (response: Judged): MxReply => mxResponse(false, ...toReply(response)),
  /** Judges the reply to a challenges request. */
  challengesResponse: (response: Judged): MxReply => mxResponse(true, ...toReply(response)),
}

function request(call: 'start' | 'status' | 'challenges' | 'window', params: MemberParams, config: MxConfig): Request {
  return refusing(() => mxRequest(call, toJson('params', params), toConfig(config)))
}

function resume(params: MemberParams, challenged: Asked, answers: unknown, raw: boolean, config: MxConfig): Request {
  const [json, given] = [toJson('params', params), toJson('answers', answers, !raw)]
  return refusing(() => mxResumeRequest(json, `${challenged?.asked}`, given, raw, toConfig(config)))
}

/** @internal */
export function readMx(host: MxHost): { config: string; checked: Host } {
  const [options, { clientId, apiKey, ...config }] = partHost(host)
  checkSecret('apiKey', apiKey)
  if (apiKey !== undefined && !(isSecret(clientId) && !clientId.includes(':'))) {
    throw invalidInput('/config/clientId', 'must be given with an apiKey')
  }
  if (apiKey === undefined && clientId !== undefined) {
    throw invalidInput('/config/apiKey', 'must be given with a clientId')
  }
  const secret = mapSecret(apiKey, (key) => `Basic ${btoa(`${clientId}:${key}`)}`)
  return { config: toConfig(config), checked: { ...options, secrets: { MxBasic: secret } } }
}
